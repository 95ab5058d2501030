# Builds the Python package into build/python and holds it against PyTorch: pytest over tests/parity, then, where PARITY is found, its instruments.
# PYTHON has to have torch, numpy, scipy, expecttest, pytest and setuptools. The last line counts both.
set -eu -o pipefail
[ -d "$PARITY" ] && PARITY=$(cd "$PARITY" && pwd)

"$PYTHON" -c 'import torch, numpy, scipy, expecttest, pytest, setuptools' || { echo "make parity: $PYTHON lacks one of torch, numpy, scipy, expecttest, pytest, setuptools"; exit 1; }
rm -rf build/python
"$PYTHON" -m pip install --quiet --no-deps --no-build-isolation --target build/python ./examples/python
PYTHONPATH=$(pwd)/build/python
export PYTHONPATH

output=$(mktemp)
trap 'rm -f "$output"' EXIT
status=0
(cd tests/parity && "$PYTHON" -m pytest -q -p no:cacheprovider .) 2>&1 | tee "$output" || status=$?
last=$(grep -E '^[0-9]+ (passed|failed)' "$output" | tail -n 1)
passed=$(echo "$last" | grep -oE '[0-9]+ passed' | tr -dc '0-9') || passed=0
failed=$(echo "$last" | grep -oE '[0-9]+ (failed|error)' | tr -dc '0-9') || failed=0
[ "${passed:-0}" -gt 0 ] || failed=1

if [ -f "$PARITY/opinfo_meter.py" ]; then
    "$PYTHON" tests/parity/judge.py PARITY="$PARITY" CAP="$CAP" | tee "$output" || status=$?
    last=$(tail -n 1 "$output")
    passed=$((passed + $(echo "$last" | grep -oE '[0-9]+ passed' | tr -dc '0-9' || echo 0)))
    failed=$((failed + $(echo "$last" | grep -oE '[0-9]+ failed' | tr -dc '0-9' || echo 1)))
else
    echo "no instruments at PARITY=$PARITY: PyTorch's test databases are skipped"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
