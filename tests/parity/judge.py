"""Runs PyTorch's own test databases against the package, by the instruments in PARITY, and holds the outcome against misses.tsv.

usage: judge.py PARITY=folder of opinfo_meter.py [CAP=4] [JOBS=2] [OPS=regex] [WRITE=file for what is missed]

A cell is an operation, a kind of test and a dtype. It passes, is missed as misses.tsv says, with the reason, or is missing because the operation's name is
not there yet. A cell that fails without being in misses.tsv, and any crash, is a failure here; what is missed no more is named. The last line counts:
passed are cells that pass or are missed as said.
"""
import collections
import csv
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
METERS = [("opinfo_meter.py", ["--cap", "{CAP}", "--jobs", "{JOBS}", "--ops", "{OPS}"]), ("module_meter.py", []), ("optim_meter.py", [])]


def run(parity, name, options, out):
    command = [sys.executable, os.path.join(parity, name), "--module", "rustorch", "--out", out, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": os.environ.get("PYTHONPATH", "") + os.pathsep + parity})
    if done.returncode:
        sys.exit(f"{name} ended with {done.returncode}\n{done.stdout}")
    print(done.stdout.split("\ndtype ")[0], flush=True)
    with open(out) as f:
        return list(csv.DictReader(f, delimiter="\t"))


def misses():
    """Cells that are missed, by operation, kind and dtype, with their reasons."""
    with open(os.path.join(HERE, "misses.tsv")) as f:
        return {(r["op"], r["kind"], dtype): r["reason"] for r in csv.DictReader(f, delimiter="\t") for dtype in r["dtypes"].split(",")}


def main():
    given = {"PARITY": "", "CAP": "4", "JOBS": "2", "OPS": ".*", "WRITE": ""}
    for argument in sys.argv[1:]:
        name, equals, value = argument.partition("=")
        if not equals or name not in given:
            sys.exit(__doc__)
        given[name] = value
    table, used, failed, passed = misses(), set(), [], 0
    kinds = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as scratch:
        for name, options in METERS:
            if given["OPS"] != ".*" and name != "opinfo_meter.py":
                continue
            for row in run(given["PARITY"], name, [o.format(**given) for o in options], os.path.join(scratch, name)):
                count = {k: int(row[k] or 0) for k in ("pass", "fail", "missing", "crash")}
                op, kind, dtype = row["op"], row["kind"], row["dtype"]
                outcome = "crash" if count["crash"] else "fail" if count["fail"] else "missing" if count["missing"] else "pass" if count["pass"] else "none"
                kinds[(name.split("_")[0], kind)][outcome] += 1
                if outcome == "pass":
                    passed += 1
                elif outcome in ("crash", "fail"):
                    said = outcome == "fail" and (op, kind, dtype) in table
                    used.add((op, kind, dtype))
                    passed += said
                    if not said:
                        failed.append((op, kind, dtype, row["first_failure"]))
    print(f"{'':24}{'pass':>8}{'missed':>8}{'absent':>8}{'of those here':>16}{'of all':>9}")
    for (meter, kind), c in sorted(kinds.items()):
        here, every = c["pass"] + c["fail"] + c["crash"], c["pass"] + c["fail"] + c["crash"] + c["missing"]
        print(f"{meter + ' ' + kind:24}{c['pass']:>8}{c['fail'] + c['crash']:>8}{c['missing']:>8}{100 * c['pass'] / max(here, 1):>15.1f}%{100 * c['pass'] / max(every, 1):>8.1f}%")
    for op, kind, dtype, why in failed:
        print(f"{op} {kind} {dtype}: {why[:200]}")
    if given["WRITE"]:
        with open(given["WRITE"], "w") as f:
            f.writelines(f"{op}\t{kind}\t{why[:150]}\n" for op, kind, why in sorted({(o, k, w) for o, k, _, w in failed}))
    stale = [k for k in table if k not in used] if given["OPS"] == ".*" else []
    for op, kind, dtype in stale:
        print(f"misses.tsv: {op} {kind} {dtype} is missed no more (with these samples)")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
