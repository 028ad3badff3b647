"""`python -m tests.faults [--write-page] [PYTEST_OPTION…]`: all faults, into build/faults and docs/reliability.md."""

import json
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.__main__ import machine

from .report import Row, with_tables

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build" / "faults"
PAGE = ROOT / "docs" / "reliability.md"


class Recorder:
    """Keeps what the tests record, and which did not pass."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.records: defaultdict[str, list[Row]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of a test."""
        if report.failed or report.skipped:
            self.records[report.outcome].append([report.nodeid.partition("::")[2]])
        elif report.when == "call":
            for name, value in report.user_properties:
                assert isinstance(value, list)
                self.records[name].append(value)
        BUILD.mkdir(parents=True, exist_ok=True)
        (BUILD / "results.json").write_text(json.dumps({"machine": machine(), **self.records}), "utf-8")


def main() -> int:
    """Run all tests of this folder and write what they recorded; return pytest's exit code."""
    options = [option for option in sys.argv[1:] if option != "--write-page"]
    recorder = Recorder()
    code = pytest.main([str(Path(__file__).parent), "--every-fault", *options], plugins=[recorder])
    if "--write-page" in sys.argv:
        PAGE.write_text(with_tables(PAGE.read_text("utf-8"), recorder.records, machine()), "utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
