"""A line of the log is one line, whatever is in it."""

import logging
import sys

from multikernel.logs import LineFormatter


def line_of(text: str, *, backend: str = "", is_error: bool = False) -> str:
    """Return what a record becomes, from the logger's name on."""
    try:
        raise ValueError("\x1b[31mred")
    except ValueError:
        cause = sys.exc_info() if is_error else None
    record = logging.LogRecord("multikernel.x", logging.WARNING, "x.py", 1, "%s", (text,), cause)
    if backend:
        record.backend = backend
    return LineFormatter().format(record).partition(" multikernel")[2]


def test_the_backend_stands_with_the_logger() -> None:
    assert line_of("late") == ".x] late"
    assert line_of("late", backend="r") == ".x r] late"


def test_nothing_in_a_text_makes_a_line_of_its_own_or_colours() -> None:
    assert line_of("a\n[ERROR] b\x1b[31m") == r".x] a\n[ERROR] b\x1b[31m"
    assert line_of("a", backend="b\nc") == r".x b\nc] a"


def test_a_traceback_is_indented() -> None:
    first, *traceback = line_of("a", is_error=True).splitlines()
    assert first == ".x] a"
    assert all(line.startswith("    ") for line in traceback)
    assert traceback[-1] == r"    ValueError: \x1b[31mred"
