"""`python -m tests.zoo [NAME …]`: install kernels, compare each with itself behind Multi, and write docs/kernels.md.

Without names, those that have no result in build/zoo/results yet, so that a run can be continued where it ended.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.__main__ import machine

from .install import NotInstalled, install
from .page import Result, write_page
from .species import ZOO, Species, load

RESULTS = ZOO / "results"
PAGE = Path(__file__).parents[2] / "docs" / "kernels.md"


class Recorder:
    """Selects the tests of a kernel, and keeps their outcomes."""

    def __init__(self, kernel: str) -> None:
        """Begin with nothing."""
        self._kernel = kernel
        self.result = Result()

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        """Leave out the other kernels."""
        items[:] = [item for item in items if item.callspec.params["species"] == self._kernel]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of a test."""
        outcome = "differs" if hasattr(report, "wasxfail") else report.outcome
        for kind, value in report.user_properties:
            if kind == "check" and (report.when == "call" or outcome != "passed"):
                self.result.outcomes.setdefault(str(value), []).append(outcome)
            elif kind == "version":
                self.result.version = str(value)
            elif kind == "seconds" and isinstance(value, list):
                self.result.seconds = value


def compare(species: Species) -> Result:
    """Install a kernel if it is not there, and run its tests."""
    if not species.kernelspec.exists():
        try:
            install(species)
        except NotInstalled as error:
            return Result(missing=str(error))
    recorder = Recorder(species.name)
    # A short path, since sockets are in it, and one that other sessions of pytest do not tidy up.
    with tempfile.TemporaryDirectory(prefix="zoo") as folder:
        pytest.main([str(Path(__file__).parent), "-q", f"--basetemp={folder}/t"], plugins=[recorder])
    return recorder.result


def main() -> int:
    """Compare kernels and return how many differ in a way that kernels.toml does not explain."""
    kernels = load()
    files = {name: RESULTS / f"{name}.json" for name in kernels}
    RESULTS.mkdir(parents=True, exist_ok=True)
    if not kernels["python3"].kernelspec.exists():
        # The default where another kernel runs below a header.
        install(kernels["python3"])
    for name in sys.argv[1:] or [name for name, file in files.items() if not file.exists()]:
        files[name].write_text(json.dumps(asdict(compare(kernels[name]))), "utf-8")
    results = {name: Result(**json.loads(file.read_text("utf-8"))) for name, file in files.items() if file.exists()}
    PAGE.write_text(write_page(kernels, results, machine()), "utf-8")
    return sum(result.is_unexplained for result in results.values())


if __name__ == "__main__":
    sys.exit(main())
