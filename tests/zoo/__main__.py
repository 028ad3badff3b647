"""`python -m tests.zoo [PYTEST_OPTION…]`: compare all kernels that are installed, and write docs/kernels.md."""

import sys
from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.__main__ import machine

from .page import write_page

PAGE = Path(__file__).parents[2] / "docs" / "kernels.md"


class Recorder:
    """Keeps what came of the tests."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.outcomes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.versions: dict[str, str] = {}
        self.seconds: dict[str, list[float]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of a test."""
        for kind, value in report.user_properties:
            assert isinstance(value, list)
            if kind == "row" and (report.when == "call" or report.outcome != "passed"):
                self.outcomes[value[0], value[1]].add(report.outcome)
            elif kind == "kernel":
                self.versions[value[0]] = value[1]
            elif kind == "seconds":
                self.seconds[value[0]] = value[1:]


def main() -> int:
    """Run all tests of this folder and write the page; return pytest's exit code."""
    recorder = Recorder()
    code = pytest.main([str(Path(__file__).parent), *sys.argv[1:]], plugins=[recorder])
    page = write_page(recorder.outcomes, recorder.versions, recorder.seconds, machine())
    PAGE.write_text(page, "utf-8")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
