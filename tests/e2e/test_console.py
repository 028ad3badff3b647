"""jupyter console on Multi, driven through a pseudo-terminal, with its simple prompt and with the full one."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pexpect  # type: ignore[import-untyped]

from .kernel import PATIENCE

UP, CONTROL_R, ENTER = "\x1b[A", "\x12", "\r"
COLOR = r"(?:\x1b\[[0-9;]*m)?"


class Console:
    """A jupyter console in a pseudo-terminal."""

    def __init__(self, *options: str) -> None:
        """Start it; `options` go on its command line."""
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "jupyter_console", "--kernel", "multi", *options],
            env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
            dimensions=(50, 120),
            encoding="utf-8",
            timeout=PATIENCE,
        )
        self._cells = 0

    def close(self) -> None:
        """End it, if it still runs."""
        self._process.close(force=True)

    def run(self, *lines: str) -> None:
        """Wait for the prompt of the next cell and type lines there, each after the first at a continuation prompt."""
        self.press(lines[0], ENTER)
        for line in lines[1:]:
            self.expect(r"\.\.\.: ")
            self._process.send(line + "\r")

    def press(self, *keys: str) -> None:
        """Wait for the prompt of the next cell and press keys there."""
        self._cells += 1
        self.expect(rf"In \[{COLOR}{self._cells}{COLOR}\]: ")
        for key in keys:
            self._process.send(key)

    def type(self, line: str) -> None:
        """Type a line where a prompt is shown."""
        self._process.send(line + ENTER)

    def answer(self, prompt: str, text: str) -> None:
        """Wait for a question of the running cell and answer it."""
        self.expect(prompt)
        self._process.send(text + "\r")

    def expect(self, pattern: str) -> None:
        """Wait until the terminal shows a pattern."""
        self._process.expect(pattern)

    def exit(self) -> int:
        """Type `exit` and return the exit code."""
        self.run("exit")
        self._process.expect(pexpect.EOF)
        self._process.close()
        return int(self._process.exitstatus)


@contextmanager
def open_console(*options: str) -> Iterator[Console]:
    """Start a console; whatever happens, none is left."""
    console = Console(*options)
    try:
        yield console
    finally:
        console.close()


def test_the_simple_prompt_runs_cells_of_two_languages_and_asks_for_input(need: Callable[..., None]) -> None:
    need("ir")
    with open_console("--simple-prompt") as console:
        console.run("6 * 7")
        console.expect(r"Out\[1\]: 42")
        console.run("%%use ir")
        console.run("x <- c(40, 2)")
        console.run("cat('R says', sum(x))")
        console.expect("R says 42")
        console.run("%%use python3")
        console.run("name = input('who' + '? ')")
        console.answer(r"who\? ", "me")
        console.run("print('hello', name)")
        console.expect("hello me")
        console.run("%%nosuchmagic")
        console.expect("UsageError: Cell magic `%%nosuchmagic` not found")
        assert console.exit() == 0


def test_the_full_prompt_takes_a_cell_of_several_lines_for_r(need: Callable[..., None]) -> None:
    need("ir")
    with open_console() as console:
        console.run("%%start ir")
        console.run("%%ir", "double <- function(x) {", "  2 * x", "}; cat('R says', double(21))")
        console.expect("R says 42")
        console.run("def double(x):", "return 2 * x", "", "")
        console.run("print('Python says', double(21))")
        console.expect("Python says 42")
        console.run("%%ir", "name <- readline(paste0('who', '? ')); cat('hello', name)")
        console.answer(r"who\? ", "me")
        console.expect("hello me")
        assert console.exit() == 0


def test_up_arrow_and_control_r_bring_back_cells_of_an_earlier_session_with_their_header_lines(
    need: Callable[..., None],
) -> None:
    need("ir")
    with open_console() as console:
        console.run("%%start ir")
        console.run("%%ir", "cat('R says', 40 +", "2)")
        console.expect("R says 42")
        console.run("print('Python', 6 * 7)")
        console.expect("Python 42")
        assert console.exit() == 0
    with open_console() as console:
        console.press(UP, UP, ENTER)
        console.expect("R says 42")
        console.press(CONTROL_R, "6 *", ENTER, ENTER)
        console.expect("Python 42")
        console.press(UP, UP, ENTER)
        console.expect("R says 42")
        assert console.exit() == 0
