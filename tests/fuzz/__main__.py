"""`make fuzz`: every target under atheris, and how much of the core the cases have reached."""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from .targets import TARGETS, Target

BUILD = Path("build/fuzz")
SEEDS = 100
"""Cases that each target begins with, beside those that earlier runs have left."""
SLOW_SECONDS = 60
"""A case that takes longer counts as one that hangs; the machine may have other work."""
MOST_MEMORY = 1000
"""MB."""


def main() -> None:
    """Fuzz all targets, or run again what an earlier run has left."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many, over all targets")
    parser.add_argument("--again", nargs=2, metavar=("TARGET", "PATH"), help="run a case, or a folder of cases")
    options = parser.parse_args()
    if options.again:
        target, path = options.again
        run_again(TARGETS[target], Path(path))
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        total = sum(pool.map(lambda name: fuzz(name, TARGETS[name], options.cases), TARGETS))
    print(f"{total:,} cases; what they have reached of multikernel/core:", flush=True)
    report_coverage()


def fuzz(name: str, target: Target, cases: int) -> int:
    """Run a target's share of so many cases; SystemExit at the first that fails. Returns how many have run."""
    corpus = BUILD / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number in range(SEEDS):
        random = Random(number)
        (corpus / f"seed-{number}").write_bytes(random.randbytes(random.randrange(target.longest)))
    options = {
        "runs": round(cases * target.share),
        "max_len": target.longest,
        "len_control": 0,
        "timeout": SLOW_SECONDS,
        "rss_limit_mb": MOST_MEMORY,
        "print_final_stats": 1,
        "artifact_prefix": f"{BUILD}/{name}-",
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    command = [sys.executable, "-m", "tests.fuzz.guided", name, *arguments, str(corpus)]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
    counts = dict(re.findall(r"^stat::(\w+):\s+(\d+)$", run.stderr, re.MULTILINE))
    if run.returncode:
        again = f"{sys.executable} -m tests.fuzz --again {name} {BUILD}/{name}-crash-…"
        sys.exit(f"{run.stderr[-5000:]}\n{name} has failed; once more: {again}")
    done = int(counts["number_of_executed_units"])
    print(f"{name}: {done:,} cases, {counts['average_exec_per_sec']} a second, {counts['peak_rss_mb']} MB", flush=True)
    return done


def report_coverage() -> None:
    """Run all cases again that have reached something new, and print the branch coverage."""
    environment = {**os.environ, "COVERAGE_FILE": str(BUILD / "coverage")}
    for step, name in enumerate(TARGETS):
        append = ["--append"] if step else []
        command = ["coverage", "run", *append, "-m", "tests.fuzz", "--again", name, str(BUILD / name)]
        subprocess.run([sys.executable, "-m", *command], env=environment, check=True)
    subprocess.run([sys.executable, "-m", "coverage", "report", "--fail-under=0"], env=environment, check=True)


def run_again(target: Target, path: Path) -> None:
    """Run one case, or every case in a folder."""
    for case in sorted(path.iterdir()) if path.is_dir() else [path]:
        target.check(case.read_bytes())


if __name__ == "__main__":
    main()
