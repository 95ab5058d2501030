"""Each script prints the same with both modules."""
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
SCRIPTS = sorted((HERE / "scripts").glob("*.py"))


def output(script, module, folder):
    done = subprocess.run([sys.executable, HERE / "run_script.py", script, module], capture_output=True, text=True, cwd=folder, timeout=300)
    assert done.returncode == 0, f"{script.name} with {module}:\n{done.stderr}"
    return done.stdout.splitlines()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_script(script, tmp_path):
    want, got = output(script, "torch", tmp_path), output(script, "rustorch", tmp_path)
    assert len(want) > 5
    for number, (a, b) in enumerate(zip(want, got), 1):
        assert a == b, f"line {number} of what {script.name} prints"
    assert len(want) == len(got)


def test_there_are_scripts():
    assert len(SCRIPTS) >= 10
