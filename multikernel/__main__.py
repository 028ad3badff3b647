"""`python -m multikernel -f CONNECTION_FILE`: run the front kernel."""

import argparse
import logging
import sys

from . import __version__


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="multikernel", description="Multi: one Jupyter kernel in front of all your kernels."
    )
    parser.add_argument(
        "-f", "--f", dest="connection_file", metavar="FILE", required=True, help="connection file, written by Jupyter"
    )
    parser.add_argument("--debug", action="store_true", help="log every message that is dropped, and why")
    parser.add_argument("--version", action="version", version=__version__)
    options, ignored = parser.parse_known_args(arguments)
    if sys.platform == "win32":
        print("multikernel does not run on Windows yet; it does on Linux and macOS, and so in WSL.", file=sys.stderr)  # noqa: T201
        return 1
    logging.basicConfig(
        level=logging.DEBUG if options.debug else logging.WARNING,
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
    )
    if not options.debug:
        # What jupyter_client logs of a start that failed stands in the cell's error.
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    if ignored:
        logging.getLogger(__name__).info("options of other kernels are ignored: %s", " ".join(ignored))
    from . import app

    try:
        # VS Code writes the path in quotes if it has a space.
        app.run(options.connection_file.strip("\"'"))
    except app.StartError as error:
        print(f"multikernel: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
