"""What a subcommand is, and how it speaks."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

FINE, WRONG, UNUSABLE = 0, 1, 2
"""Exit codes: done or all is well; mistakes, or it cannot be done; called wrongly, or something cannot be read."""


class CommandError(Exception):
    """Why a subcommand ends without having done what it was to do, in one sentence."""

    def __init__(self, text: str, exit_code: int = WRONG) -> None:
        """Take the sentence and the exit code."""
        super().__init__(text)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One row of the table of subcommands."""

    name: str
    summary: str
    """One line for `multikernel --help`."""
    description: str
    """What `--help` of the subcommand says above its options."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    """Returns the exit code; raises CommandError, MultiError or OSError."""


def say(text: str) -> None:
    """Print a line on stdout."""
    print(text)  # noqa: T201


def say_json(value: object) -> None:
    """Print a value for a program to read."""
    say(json.dumps(value, indent=2))


def complain(text: str) -> None:
    """Print a line on stderr."""
    print(text, file=sys.stderr)  # noqa: T201
