"""Plants faults in a copy of rustorch.h, one at a time, builds the package from it and lets the judge look: each fault has to be seen where it is, and
nowhere else.

usage: planted.py PARITY=folder of opinfo_meter.py

The last line counts faults seen as they should be.
"""
import csv
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# what is planted, the text in the header and what it becomes, and the cells that then have to fail: operation, kind
FAULTS = [
    ("sigmoid is 1e-3 too large", "RTI_FORMULA1(sigmoid, x) { return rti_vdiv(rti_vset(1),", "RTI_FORMULA1(sigmoid, x) { return rti_vdiv(rti_vset(1.001),", "sigmoid", {"forward", "grad", "method"}),
    ("tanh's derivative is 1 - y", "RTI_OF_Y(tanh, rt_mul(g, rti_from(1, rt_mul(y, y))))", "RTI_OF_Y(tanh, rt_mul(g, rti_from(1, y)))", "tanh", {"grad", "gradgrad"}),
    ("flip's derivative does not turn back", "return rti_b_set(b, 0, rt_flip(rti_b_grad(b, 0), rti_shape_copy(dims->as.ints, (int)dims->count)));",
     "return rti_b_set(b, 0, dims ? rt_clone(rti_b_grad(b, 0)) : NULL);", "flip", {"grad", "gradgrad"}),
]
BYSTANDER = "floor"      # has nothing to do with any of them


def judged(parity, package, ops, scratch):
    """Cells that fail, as operation and kind."""
    out = os.path.join(scratch, "ops.tsv")
    subprocess.run([sys.executable, os.path.join(parity, "opinfo_meter.py"), "--module", "rustorch", "--out", out, "--cap", "4", "--jobs", "1", "--ops", ops], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": package + os.pathsep + parity})
    with open(out) as f:
        return {(r["op"], r["kind"]) for r in csv.DictReader(f, delimiter="\t") if int(r["fail"] or 0) or int(r["crash"] or 0) or int(r["missing"] or 0)}


def main():
    parity = next((a.partition("=")[2] for a in sys.argv[1:] if a.startswith("PARITY=")), "")
    if not os.path.exists(os.path.join(parity, "opinfo_meter.py")):
        sys.exit(__doc__)
    with open(os.path.join(ROOT, "rustorch.h")) as f:
        header = f.read()
    seen = 0
    for name, text, wrong, op, kinds in FAULTS:
        with tempfile.TemporaryDirectory() as scratch:
            if header.count(text) != 1:
                sys.exit(f"'{name}' cannot be planted: its text stands {header.count(text)} times in rustorch.h")
            with open(os.path.join(scratch, "rustorch.h"), "w") as f:
                f.write(header.replace(text, wrong))
            tree, package = os.path.join(scratch, "python"), os.path.join(scratch, "package")
            shutil.copytree(os.path.join(ROOT, "examples", "python"), tree, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
            subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", package, tree], check=True,
                           env={**os.environ, "RUSTORCH": scratch, "CFLAGS": "-O1 -w"})
            found = judged(parity, package, f"{op}|{BYSTANDER}", scratch)
        right = {k for o, k in found if o == op} >= kinds and not any(o == BYSTANDER for o, _ in found)
        seen += right
        print(f"{'seen' if right else 'NOT SEEN'}: {name}: {', '.join(sorted(f'{o} {k}' for o, k in found))}", flush=True)
    print(f"{seen} passed, {len(FAULTS) - seen} failed")
    return 0 if seen == len(FAULTS) else 1


if __name__ == "__main__":
    sys.exit(main())
