"""`multikernel init`: a commented multikernel.yaml from the kernelspecs that are installed."""

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from ..config.lookup import FILE_NAME
from ..config.reader import NAME
from ..core.cells.command_names import NAMES as COMMANDS
from ..core.cells.names import RESERVED
from ..core.config import DEFAULT_KERNELSPEC, BackendConfig
from .installed import Installed, installed, why_unusable
from .shipped import shipped
from .subcommand import FINE, CommandError, Subcommand, say

SHORT = {"python": "py", "typescript": "ts", "julia": "jl", "haskell": "hs"}
"""Aliases by language; none that is the name of a magic of IPython's, such as sh and js, which it would hide."""

HEAD = """\
# The backends that notebooks in this folder, and in those below it, have on the kernel Multi; there are no others.
# multikernel check says what is wrong in this file, multikernel list what it makes, %%backends in a cell the same.

# The backend that runs cells without a header line: a name or an alias from below.
default: {default}

# A name is what stands on top of a cell: %%{header}. A backend needs a kernel, which is a kernelspec, and can have:
#     aliases: [a, b]           more names
#     env: {{LANG: C.UTF-8}}      environment variables
#     cwd: analysis             working directory, relative to this file; left out: where the notebook is
#     start: eager              start with the notebook; left out or lazy: with the first cell that needs it
#     startup: set.seed(1)      code to run after each start, silently
#     interrupt: signal         how to interrupt it: signal, message or restart; left out: what Multi knows of it
#     timeout: 120              seconds it may take to get ready; left out: 60
backends:
"""


def _init(options: argparse.Namespace) -> int:
    path = Path(FILE_NAME)
    if os.path.lexists(path) and not options.force:
        raise CommandError(f"there is a {FILE_NAME} here already, which stays as it is; --force replaces it")
    _write(path, config_text(installed()))
    say(f"Wrote {path.absolute()}")
    return FINE


def config_text(kernelspecs: dict[str, Installed]) -> str:
    """Return a multikernel.yaml with all kernelspecs that can start; CommandError if there are none."""
    faults = {name: why_unusable(BackendConfig(name, name), kernelspecs) for name in kernelspecs}
    usable = {name: spec for name, spec in kernelspecs.items() if faults[name] is None}
    if not usable:
        raise CommandError("no kernel is installed beside Multi: install one, for example pip install ipykernel")
    default = DEFAULT_KERNELSPEC if DEFAULT_KERNELSPEC in usable else min(usable)
    backends = _backends(usable, default)
    header = backends[0].name
    schema = shipped("config", "schema.json")
    left_out = [name for name, spec in kernelspecs.items() if name not in usable and not spec.is_multi]
    return "".join(
        [
            "" if schema is None else f"# yaml-language-server: $schema={schema.as_uri()}\n",
            HEAD.format(default=_scalar(header), header=header),
            *(_entry(backend, usable[backend.kernel]) for backend in backends),
            *(f"\n  # Left out is {_comment(name)}: {_comment(str(faults[name]))}\n" for name in left_out),
        ]
    )


def _backends(usable: dict[str, Installed], default: str) -> list[BackendConfig]:
    """Return a backend for each kernelspec, the default one first, under names that are short and all different.

    The kernelspec's own name is an alias, so that cells that were written without a config mean what they meant.
    """
    speakers = Counter(spec.language.lower() for spec in usable.values())
    taken = {*COMMANDS, *RESERVED}
    names: dict[str, str] = {}
    for kernel in (default, *(kernel for kernel in usable if kernel != default)):
        language = usable[kernel].language.lower()
        has_it_alone = kernel == default or speakers[language] == 1
        not_this = taken | (usable.keys() - {kernel})
        names[kernel] = next(
            name for name in _candidates(language if has_it_alone else "", kernel) if name not in not_this
        )
        taken.add(names[kernel])
    backends = []
    for kernel, name in names.items():
        language = usable[kernel].language.lower()
        wanted = (SHORT.get(language, "") if name == language else "", kernel)
        aliases = [alias for alias in wanted if NAME.fullmatch(alias) and alias not in taken]
        taken.update(aliases)
        backends.append(BackendConfig(name, kernel, tuple(aliases)))
    return backends


def _candidates(language: str, kernel: str) -> Iterator[str]:
    """Yield names that a header line can have, the best first."""
    yield from (name for name in (language, kernel) if NAME.fullmatch(name))
    plain = re.sub(r"[^A-Za-z0-9_.+#-]+", "-", kernel).strip("-") or "kernel"
    yield plain
    yield from (f"{plain}-{number}" for number in range(2, sys.maxsize))


def _entry(backend: BackendConfig, spec: Installed) -> str:
    lines = [
        f"\n  # {_comment(spec.display_name)}",
        f"  {_scalar(backend.name)}:",
        f"    kernel: {_scalar(backend.kernel)}",
    ]
    if backend.aliases:
        lines.append(f"    aliases: [{', '.join(map(_scalar, backend.aliases))}]")
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    """Return a text as YAML, in quotes where YAML would take it for something else."""
    return yaml.safe_dump(text, width=sys.maxsize, allow_unicode=True).removesuffix("...\n").rstrip("\n")


def _comment(text: str) -> str:
    """Return a text that stays on its line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all, that nobody else may write, since Multi would not trust it."""
    try:
        with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".multikernel-") as folder:
            file = Path(folder) / path.name
            file.write_text(text, "utf-8")
            file.chmod(0o644)
            file.replace(path)
    except OSError as error:
        raise CommandError(f"{path.absolute()} cannot be written: {error.strerror or error}") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help=f"replace a {FILE_NAME} that is here already")


INIT = Subcommand(
    "init",
    "write a multikernel.yaml from what is installed",
    f"Write a commented {FILE_NAME} into the working folder, with a backend for each kernelspec that is installed\n"
    "and can start. It is called by its language if no other has that, else by the name of its kernelspec.",
    _add_arguments,
    _init,
)
