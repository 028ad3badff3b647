"""`python -m benchmarks [MEASURE…]`: measure, write JSON and a plot to build/bench, and print the table."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import traceback
from importlib.util import find_spec
from pathlib import Path

from . import peers, report
from .client import RequestFailed
from .contenders import Workshop
from .measures import MEASURES, ONCE
from .measuring import Rows
from .progress import Progress

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "bench"
PAGE = ROOT / "docs" / "performance.md"


def main() -> int:
    """Run the measures that the command line names; return 1 if one of them failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure Multi against the child alone and other multiplexing kernels."
    )
    parser.add_argument(
        "measures", nargs="*", metavar="MEASURE", help=f"one or more of {', '.join(MEASURES)}; default: all"
    )
    parser.add_argument("--runs", type=int, default=5, help="number of runs, each with fresh processes; default: 5")
    parser.add_argument("--no-peers", action="store_true", help="leave out allthekernels and SoS")
    parser.add_argument("--write-page", action="store_true", help="write the table to docs/performance.md")
    options = parser.parse_args()
    if unknown := set(options.measures) - set(MEASURES):
        parser.error(f"unknown measure: {', '.join(unknown)}; choose from {', '.join(MEASURES)}")
    if options.measures and options.write_page:
        parser.error("--write-page needs all measures, since docs/performance.md shows all of them")
    # The contenders run in sessions of their own, so nobody else ends them.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    BUILD.mkdir(parents=True, exist_ok=True)
    pythons = {} if options.no_peers else peers.install(BUILD)
    is_complete = True
    with tempfile.TemporaryDirectory(prefix="run-", dir=BUILD) as folder:
        workshop = Workshop(Path(folder), pythons)
        runs: list[Rows] = []
        takes = [
            (number, name)
            for number in range(1, options.runs + 1)
            for name in options.measures or MEASURES
            if number == 1 or name not in ONCE
        ]
        progress = Progress(takes)
        for number, name in takes:
            if number > len(runs):
                runs.append({})
            with progress.of(number, name):
                is_complete &= take(name, workshop, runs[-1])
            (BUILD / "results.json").write_text(json.dumps({"machine": machine(), "runs": runs}), "utf-8")
    print(report.table(runs))
    if find_spec("matplotlib"):
        from .plot import draw

        draw(runs, BUILD / "results.png")
    else:
        print("No plot, because matplotlib is not installed.", file=sys.stderr)
    if options.write_page and is_complete:
        PAGE.write_text(report.with_table(PAGE.read_text("utf-8"), runs, machine()), "utf-8")
    return 0 if is_complete else 1


def take(name: str, workshop: Workshop, rows: Rows) -> bool:
    """Run a measure with fresh processes, add it to the run's rows, and return whether it succeeded."""
    try:
        rows |= MEASURES[name](workshop)
    except RequestFailed:
        traceback.print_exc()
        return False
    return True


def machine() -> dict[str, str]:
    """Return the properties of the machine that the figures depend on."""
    return {"cpus": str(os.cpu_count()), "system": platform.platform(), "python": platform.python_version()}


if __name__ == "__main__":
    sys.exit(main())
