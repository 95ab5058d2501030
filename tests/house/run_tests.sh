#!/bin/sh
# Runs test programs one after the other and adds up what they report. The last line is "N passed, N failed".
# usage: run_tests.sh PROGRAM...     RUNNER in the environment starts each of them, say an emulator
set -u

passed=0
failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT
limit=
command -v timeout > /dev/null && limit='timeout 600'

for program do
    $limit ${RUNNER:-} "$program" > "$output" 2>&1
    status=$?
    cat "$output"
    counts=$(sed -n 's/^.*: \([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' "$output" | tail -n 1)
    set -- ${counts:-0 0}
    # A crash, a leak found at exit, a program that checked nothing: a failure that no check counted.
    if [ -z "$counts" ] || [ "$1$2" = 00 ] || { [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; }; then
        echo "$program: exit status $status after $1 checks passed and $2 failed"
        set -- "$1" $(($2 + 1))
    fi
    passed=$((passed + $1))
    failed=$((failed + $2))
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
