"""One target under atheris, which is libFuzzer: `python -m tests.fuzz.guided TARGET [libFuzzer's options]`."""

import sys

import atheris

with atheris.instrument_imports(include=["multikernel.core", "yaml"]):
    from .targets import TARGETS


def main() -> None:
    """Fuzz one target."""
    program, target, *options = sys.argv
    atheris.Setup([program, *options], TARGETS[target].check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
