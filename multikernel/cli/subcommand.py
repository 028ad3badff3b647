"""What a subcommand is, and how it prints."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

FINE, WRONG, UNUSABLE = 0, 1, 2
"""Exit codes: success; mistakes found, or the task failed; wrong usage, or unreadable input."""


class CommandError(Exception):
    """Why a subcommand could not do its task, in one sentence."""

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
    """What the `--help` of the subcommand shows above its options."""
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    """Returns the exit code; may raise CommandError, MultiError or OSError."""


def write(text: str) -> None:
    """Print a line on stdout."""
    print(text)  # noqa: T201


def write_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    write(json.dumps(value, indent=2))


def write_error(text: str) -> None:
    """Print a line on stderr."""
    print(text, file=sys.stderr)  # noqa: T201
