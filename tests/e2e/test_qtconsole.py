"""qtconsole, with its widget and its client classes, drawn on no screen."""

import os
import subprocess
import sys
from collections.abc import Callable

from .kernel import PATIENCE
from .lacking import lacking


def needs_qt() -> None:
    """Skip the test where Qt or one of its libraries is missing; in CI that is a failure."""
    try:
        import PyQt5.QtWidgets  # noqa: F401
    except ImportError as error:
        lacking(f"qtconsole's Qt: {error}")


def test_qtconsole_runs_cells_of_two_languages_asks_completes_and_remembers(need: Callable[..., None]) -> None:
    need("ir")
    needs_qt()
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.qtconsole_session"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    assert "Multi " in shown
    assert "Out[1]: 42" in shown
    assert "R says 45" in shown
    assert "no good" in shown
    assert "hello me" in shown
    assert "kernelspec" in shown.partition("%%backends\n")[2]
