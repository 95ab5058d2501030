"""RusTorch against PyTorch, row by row, in interleaved blocks: torch, ours, torch, ours, ... Run with a Python that has torch; `make bench` does.

usage: compare.py [--rows REGEX] [--threads N] [--blocks N] [--seconds S] [--clock wall|cpu] [--ours PROGRAM]
       Options come from the environment too: make bench PYTHON=... ROWS='call|gelu' THREADS=2 BLOCKS=15 SECONDS_A_BLOCK=0.3 BENCH_CLOCK=cpu

A line a row: each side's median, the ratio torch / ours (above 1: ours is faster) and its bounds. Two neighbouring blocks are a pair, and a pair's ratio is that of
its blocks' medians, so that a machine whose speed drifts slows both sides of a pair alike. The ratio shown is the median of the pairs'. The bounds are pairs' ratios
too, counted in from both ends so that they hold the true median with the confidence shown: nothing is assumed of how the noise is distributed.

Where others are at work on the machine, a call longer than a few milliseconds is interrupted and a short one is not, which distorts ratios; --clock cpu counts
processor seconds instead, for one thread a side.
"""
import argparse
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Server:
    """One side: a program that answers 'THREADS, SECONDS, NAME' with samples, and is started again if it dies."""

    def __init__(self, *command):
        self.command, self.process = command, None

    def ask(self, what):
        return subprocess.run([*self.command, what], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

    def block(self, threads, seconds, name):
        """Microseconds of each sample; empty if the row cannot be measured."""
        if self.process is None:
            self.process = subprocess.Popen([*self.command, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.process.stdin.write(f"{threads}\t{seconds}\t{name}\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer.endswith("\n"):
            print(f"{name}: {os.path.basename(self.command[-1])} ended with status {self.process.wait()}", file=sys.stderr)
            self.process = None
            return []
        return [float(s) for s in answer.rstrip("\n").partition("\t")[2].split(",") if s]

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def bounds(ratios, confidence=0.95):
    """The k-th smallest and the k-th largest, k as large as the confidence allows, and what confidence that gives them around the median."""
    n = len(ratios)
    k, outside = 1, 2 * 0.5 ** n
    while 2 * (k + 1) <= n and outside + 2 * math.comb(n, k) * 0.5 ** n <= 1 - confidence:
        outside += 2 * math.comb(n, k) * 0.5 ** n
        k += 1
    ordered = sorted(ratios)
    return ordered[k - 1], ordered[n - k], 1 - outside


def processor():
    try:
        with open("/proc/cpuinfo") as f:
            names = [line.partition(":")[2].strip() for line in f if line.startswith("model name")]
        return names[0] if names else platform.machine()
    except OSError:
        return platform.processor() or platform.machine()


def number(us):
    """Microseconds with about four digits."""
    return f"{us:.{max(0, 3 - max(0, math.floor(math.log10(us))))}f}" if us > 0 else "0"


def measure(name, torch, ours, options):
    """(torch's median, ours, ratios of the pairs), or the side that has no such row or cannot run it here."""
    sides = ([], [])
    for _ in range(options.blocks):
        for server, medians in zip((torch, ours), sides):
            samples = server.block(options.threads, options.seconds, name)
            if not samples:
                return "torch" if server is torch else "ours"
            medians.append(statistics.median(samples))
            if options.threads > 1:
                time.sleep(0.02)   # idle threads of the one side give up waiting before the other begins
    return statistics.median(sides[0]), statistics.median(sides[1]), [t / o for t, o in zip(*sides)]


def arguments():
    env = os.environ.get
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=env("ROWS") or ".", help="a regular expression: rows whose name has it")
    parser.add_argument("--threads", type=int, default=int(env("THREADS") or 1), help="threads that each side may use")
    parser.add_argument("--blocks", type=int, default=int(env("BLOCKS") or 9), help="blocks a side and row")
    parser.add_argument("--seconds", type=float, default=float(env("SECONDS_A_BLOCK") or 0.15), help="how long a block takes")
    parser.add_argument("--clock", choices=("wall", "cpu"), default=env("BENCH_CLOCK") or "wall", help="time that passes, or the processor's")
    parser.add_argument("--ours", default=os.path.join(HERE, "..", "build", "bench", "rows"), help="bench/rows.c, compiled")
    options = parser.parse_args()
    if options.blocks < 1 or options.threads < 1:
        parser.error("blocks and threads begin at 1")
    if options.clock == "cpu" and options.threads > 1:
        parser.error("processor seconds add up over threads: --clock cpu is for one")
    os.environ["BENCH_CLOCK"] = options.clock   # for both servers
    return options


def main():
    options = arguments()
    torch, ours = Server(sys.executable, os.path.join(HERE, "torch_rows.py")), Server(options.ours)
    try:
        import importlib.util
        if importlib.util.find_spec("torch") is None:
            sys.exit(f"{sys.executable} has no torch: name one that has, make bench PYTHON=...")
        about = ours.ask("--about"), torch.ask("--about")
        theirs = [name for name in torch.ask("--list").split("\n") if re.search(options.rows, name)]
        here = set(ours.ask("--list").split("\n"))
    except (OSError, subprocess.CalledProcessError) as e:
        sys.exit(f"cannot start: {e}")

    confidence = bounds(list(range(options.blocks)))[2]
    print(f"{processor()}, {os.cpu_count()} cores; {options.threads} thread{'s' * (options.threads > 1)} a side, {options.clock} clock\n{about[0]}\n{about[1]}")
    if options.clock == "wall" and hasattr(os, "getloadavg") and os.getloadavg()[0] + options.threads > os.cpu_count() + 0.5:
        print(f"load {os.getloadavg()[0]:.1f}: others are at work on this machine and interrupt long calls; consider --clock cpu")
    print(f"ratio = torch / ours, the median over {options.blocks} pairs of blocks; bounds: order statistics of the pairs, {100 * confidence:.1f}%\n")
    width = max([len(name) for name in theirs if name in here] + [4]) + 2
    print(f"{'row':{width}}{'torch us':>12}{'ours us':>12}{'ratio':>9}{'bounds':>18}")

    ratios, absent, failed = [], [], []
    for name in theirs:
        if name not in here:
            absent.append(name)
            continue
        result = measure(name, torch, ours, options)
        if isinstance(result, str):
            failed.append((name, result))
            continue
        low, high, _ = bounds(result[2])
        ratio = statistics.median(result[2])
        ratios.append(ratio)
        print(f"{name:{width}}{number(result[0]):>12}{number(result[1]):>12}{ratio:>9.2f}{low:>9.2f}{high:>9.2f}", flush=True)
    torch.close(), ours.close()

    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"\n{sum(r >= 1 for r in ratios)} of {len(ratios)} rows at or above 1; geometric mean {mean:.2f}")
    for name, side in failed:
        print(f"not measured: {name} ({side} gave no samples)")
    if absent:
        print(f"\nnot here yet ({len(absent)}):\n  " + "\n  ".join(absent))
    return 0 if ratios else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
