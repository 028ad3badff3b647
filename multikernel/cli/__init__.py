"""The command line, `multikernel SUBCOMMAND`; Jupyter itself starts the kernel with `-f FILE`.

To add a subcommand, write a module with a `Subcommand` and add it to TABLE; lookup and `--help` follow from that.
"""

import argparse
import io
import logging
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
from .export import EXPORT
from .init import INIT
from .install import INSTALL, UNINSTALL
from .listing import LIST
from .subcommand import UNUSABLE, WRONG, CommandError, Subcommand, write_error
from .trace import TRACE
from .trust import TRUST

__all__ = ["TABLE", "run"]

TABLE: dict[str, Subcommand] = {
    command.name: command for command in (INSTALL, UNINSTALL, LIST, CHECK, TRUST, DOCTOR, INIT, EXPORT, TRACE)
}

DESCRIPTION = "Multi: one Jupyter kernel in front of all your kernels."
WIDE = "SUBCOMMAND  "
"""Padded so that argparse puts the longest subcommand and its help on one line."""
EPILOG = """\
Jupyter runs the kernel itself as multikernel -f CONNECTION_FILE [--log-level L].

exit codes:
  0  success
  1  mistakes were found, or the task failed
  2  wrong usage, or the input cannot be read"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Print one line without the usage, which --help shows better."""
        self.exit(UNUSABLE, f"{self.prog}: {message}; see {self.prog} --help\n")


def run(arguments: Sequence[str]) -> int:
    """Run a subcommand and return its exit code; SystemExit after `--help` and for wrong usage, as argparse does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Printing must not fail on bytes in a path, or on what the encoding of a terminal lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
    name = next(iter(arguments), "")
    if not name.startswith("-") and name not in TABLE:
        what = f"unknown subcommand {name!r}{did_you_mean(nearest(name, TABLE))}" if name else "no subcommand given"
        write_error(f"multikernel: {what}; use one of {', '.join(TABLE)}, or see multikernel --help")
        return UNUSABLE
    options, unknown = _parser().parse_known_args(arguments)
    if unknown:
        write_error(f"multikernel {name}: unknown argument {unknown[0]!r}; see multikernel {name} --help")
        return UNUSABLE
    try:
        # Subcommands print their own findings; without a handler, logging would repeat them on stderr.
        logging.getLogger("multikernel").addHandler(logging.NullHandler())
        with warnings.catch_warnings():
            # jupyter_client and traitlets warn about kernelspecs with odd names or keys.
            warnings.simplefilter("ignore")
            code = TABLE[name].run(options)
        sys.stdout.flush()
        return code
    except CommandError as error:
        write_error(f"multikernel {name}: {error}")
        return error.exit_code
    except MultiError as error:
        write_error(f"multikernel {name}: {error}")
        return WRONG
    except KeyboardInterrupt:
        write_error(f"multikernel {name}: interrupted")
        return WRONG
    except BrokenPipeError:
        # The reader has closed the pipe; flushing the rest must not fail when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG
    except OSError as error:
        write_error(f"multikernel {name}: {error}")
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
