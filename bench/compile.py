"""What RusTorch costs a compiler and a linker: compile time as a ratio to SQLite's, and the size of a program that only runs a network forward.

usage: compile.py SQLITE=path/to/sqlite3.c [CC=gcc] [FROM=folder of rustorch.h] [ROUNDS=3] [LEVELS='-O0 -O2 -Os']
       sqlite3.c is the amalgamation, about 250,000 lines; npm's better-sqlite3 carries it (npm pack better-sqlite3, deps/sqlite3/sqlite3.c inside).
       Without SQLITE only the size is printed.

Times are processor seconds of the compiler, user and system, so that others at work on the machine count for little. The two are compiled in turn, round after
round; a ratio is that of neighbouring runs, and the median of the rounds is shown.
"""
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SIZE_LIMIT = 120000          # bytes
RATIO_LIMIT = {"-O2": 0.5}   # of SQLite's compile time


def run(command):
    """Processor seconds of a command and all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{shlex.join(command)}\n{done.stdout}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lines_of(path):
    with open(path, "rb") as f:
        return sum(1 for _ in f)


def header_lines(folder):
    """Lines of rustorch.h, or, where it is the umbrella of parts, of all of them."""
    with open(os.path.join(folder, "rustorch.h")) as f:
        parts = [line.split('"')[1] for line in f if line.startswith('#include "')]
    return lines_of(os.path.join(folder, "rustorch.h")) + sum(lines_of(os.path.join(folder, part)) for part in parts)


def times(cc, folder, sqlite, levels, rounds, scratch):
    source, made = os.path.join(scratch, "header.c"), os.path.join(scratch, "made.o")
    with open(source, "w") as f:
        f.write('#define RUSTORCH_IMPLEMENTATION\n#include "rustorch.h"\n')
    print(f"rustorch.h {header_lines(folder):,} lines, sqlite3.c {lines_of(sqlite):,} lines; medians of {rounds} rounds\n")
    print(f"{'':6}{'rustorch s':>12}{'sqlite3 s':>12}{'ratio':>9}{'limit':>8}")
    within = True
    for level in levels:
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(run([*cc, level, "-I" + folder, "-c", source, "-o", made]))
            theirs.append(run([*cc, level, "-c", sqlite, "-o", made]))
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        limit = RATIO_LIMIT.get(level)
        within = within and (limit is None or ratio <= limit)
        print(f"{level:6}{statistics.median(ours):>12.2f}{statistics.median(theirs):>12.2f}{ratio:>9.3f}{limit if limit else '':>8}", flush=True)
    return within


def size(cc, folder, scratch):
    """Bytes of forward_only.c as a program without what it does not use, and without symbols; it has to run."""
    program = os.path.join(scratch, "forward_only")
    run([*cc, "-Os", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-s", "-I" + folder, os.path.join(HERE, "forward_only.c"), "-o", program,
         "-lm", "-pthread"])
    run([program])
    return os.path.getsize(program)


def main():
    given = {"CC": os.environ.get("CC", "gcc"), "FROM": os.path.dirname(HERE), "ROUNDS": "3", "LEVELS": "-O0 -O2 -Os", "SQLITE": ""}
    for argument in sys.argv[1:]:
        name, equals, value = argument.partition("=")
        if not equals or name not in given:
            sys.exit(__doc__)
        given[name] = value
    cc = shlex.split(given["CC"])
    try:
        version = subprocess.run([*cc, "--version"], stdout=subprocess.PIPE, text=True).stdout.split("\n")[0]
    except OSError as e:
        sys.exit(f"no compiler: {e}")
    print(version)
    within = True
    with tempfile.TemporaryDirectory() as scratch:
        if given["SQLITE"]:
            within = times(cc, given["FROM"], given["SQLITE"], given["LEVELS"].split(), int(given["ROUNDS"]), scratch)
            print()
        n_bytes = size(cc, given["FROM"], scratch)
    print(f"a program that only runs a network forward: {n_bytes:,} bytes; limit {SIZE_LIMIT:,}")
    return 0 if within and n_bytes <= SIZE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
