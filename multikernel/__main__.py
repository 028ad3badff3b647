"""`python -m multikernel -f CONNECTION_FILE`: run the front kernel; `multikernel SUBCOMMAND`: the command line."""

import argparse
import logging
import sys

from . import __version__, logs


def main(arguments: list[str] | None = None) -> int:
    """Run the kernel or a subcommand and return the exit code."""
    if arguments is None:
        arguments = sys.argv[1:]
    if sys.platform == "win32":
        print("multikernel does not support Windows; it runs on Linux, macOS and in WSL.", file=sys.stderr)  # noqa: T201
        return 1
    if _is_for_a_person(arguments):
        from . import cli

        return cli.run(arguments)
    return _run_kernel(arguments)


def _is_for_a_person(arguments: list[str]) -> bool:
    """Whether a person typed them; Jupyter's own arguments begin with an option."""
    return not arguments or arguments[0] in ("-h", "--help") or not arguments[0].startswith("-")


def _run_kernel(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="multikernel", description="Multi: one Jupyter kernel in front of all your kernels."
    )
    parser.add_argument(
        "-f", "--f", dest="connection_file", metavar="FILE", required=True, help="connection file, written by Jupyter"
    )
    parser.add_argument(
        "--log-level", metavar="L", nargs="?", help="lowest level to log: DEBUG, INFO, WARNING, ERROR, CRITICAL"
    )
    parser.add_argument(
        "--debug", dest="log_level", action="store_const", const="DEBUG", help="the same as --log-level DEBUG"
    )
    parser.add_argument("--version", action="version", version=__version__)
    options, ignored = parser.parse_known_args(arguments)
    logs.begin(options.log_level)
    if ignored:
        logging.getLogger(__name__).info("ignoring options of other kernels: %s", " ".join(ignored))
    from . import app
    from .core.errors import StartError

    try:
        # VS Code puts quotes around a path with a space.
        app.run(options.connection_file.strip("\"'"))
    except StartError as error:
        print(f"multikernel: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
