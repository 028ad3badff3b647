"""The command line, `multikernel SUBCOMMAND`: for people, not for Jupyter, which starts the kernel with `-f FILE`.

To add a subcommand, write a file with a `Subcommand` and give it a line in TABLE; lookup and `--help` follow from it.
"""

import argparse
import io
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from .. import __version__
from ..core.errors import MultiError
from ..core.wording import did_you_mean, nearest
from .check import CHECK
from .doctor import DOCTOR
from .init import INIT
from .install import INSTALL, UNINSTALL
from .listing import LIST
from .subcommand import UNUSABLE, WRONG, CommandError, Subcommand, complain
from .trace import TRACE

__all__ = ["TABLE", "run"]

TABLE: dict[str, Subcommand] = {
    command.name: command for command in (INSTALL, UNINSTALL, LIST, CHECK, DOCTOR, INIT, TRACE)
}

DESCRIPTION = "Multi: one Jupyter kernel in front of all your kernels."
WIDE = "SUBCOMMAND  "
"""As wide as argparse needs it to put the longest subcommand and its help on one line."""
EPILOG = """\
Without a subcommand it is the kernel itself, which Jupyter starts: multikernel -f CONNECTION_FILE
[--log-level L].

exit codes:
  0  done, or all is well
  1  mistakes were found, or it cannot be done
  2  it was called wrongly, or what it was to read cannot be read"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say it in one line, without the usage, which --help shows better."""
        self.exit(UNUSABLE, f"{self.prog}: {message}; see {self.prog} --help\n")


def run(arguments: Sequence[str]) -> int:
    """Run a subcommand and return its exit code; SystemExit after `--help` and for wrong usage, as argparse does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A path can have bytes, and a terminal an encoding, that would make printing fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    name = next(iter(arguments), "")
    if not name.startswith("-") and name not in TABLE:
        asked = f"there is no subcommand {name!r}{did_you_mean(nearest(name, TABLE))}" if name else "no subcommand"
        complain(f"multikernel: {asked}: name one of {', '.join(TABLE)}; see multikernel --help")
        return UNUSABLE
    options, unknown = _parser().parse_known_args(arguments)
    if unknown:
        complain(f"multikernel {name}: unknown argument {unknown[0]!r}; see multikernel {name} --help")
        return UNUSABLE
    try:
        with warnings.catch_warnings():
            # jupyter_client and traitlets warn of kernelspecs with odd names or keys.
            warnings.simplefilter("ignore")
            code = TABLE[name].run(options)
        sys.stdout.flush()
        return code
    except CommandError as error:
        complain(f"multikernel {name}: {error}")
        return error.exit_code
    except MultiError as error:
        complain(f"multikernel {name}: {error}")
        return WRONG
    except BrokenPipeError:
        # Whoever read the output has read enough; what is left must not fail when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG
    except OSError as error:
        complain(f"multikernel {name}: {error}")
        return UNUSABLE


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        prog="multikernel",
        usage="%(prog)s [-h] [--version] SUBCOMMAND ...",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=form,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    parsers = parser.add_subparsers(title="subcommands", prog="multikernel", metavar=WIDE, required=True)
    for command in TABLE.values():
        subparser = parsers.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            formatter_class=form,
            allow_abbrev=False,
        )
        command.add_arguments(subparser)
    return parser
