"""`multikernel init`: writes a commented multikernel.yaml with the installed kernelspecs."""

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from ..config.kernelspecs import InstalledKernelspec, all_kernelspecs
from ..config.lookup import FILE_NAME
from ..core.cells.command_names import NAME, RESERVED
from ..core.cells.command_names import NAMES as COMMANDS
from ..core.config import DEFAULT_KERNELSPEC, BackendConfig
from .backends import why_unusable
from .shipped import shipped
from .subcommand import FINE, CommandError, Subcommand, write

SHORT = {"python": "py", "typescript": "ts", "julia": "jl", "haskell": "hs"}
"""Aliases by language; sh and js are left out, since they would hide IPython's magics."""

HEAD = """\
# The backends of the kernel Multi, for notebooks in this folder and in the folders below. There are no others.
# multikernel check finds mistakes in this file; multikernel list, and %%backends in a cell, show the backends.

# The backend that runs cells without a header line: a name or an alias from below.
default: {default}

# To run a cell on a backend, put its name on top of the cell: %%{header}. A backend needs a kernel, which is the name
# of a kernelspec. These keys are optional:
#     at: gpu1                  where its kernel is, if not here: a place that your own multikernel.yaml defines
#     aliases: [a, b]           more names
#     language: sql             its language, if the kernelspec states none or another
#     env: {{LANG: C.UTF-8}}      environment variables
#     cwd: analysis             working directory, relative to this file; default: the notebook's folder
#     start: eager              start with the notebook; default: lazy, with the first cell that needs it
#     startup: set.seed(1)      code to run after each start; its output is not shown
#     interrupt: signal         how to interrupt it: signal, message or restart; default: what suits the kernel
#     timeout: 120              seconds it may take to start; default: 60
#     count: 4                  several backends of this kernel; %%name[0] is the first
backends:
"""


def _init(options: argparse.Namespace) -> int:
    path = Path(FILE_NAME)
    if os.path.lexists(path) and not options.force:
        raise CommandError(f"{FILE_NAME} already exists here; use --force to replace it")
    _write(path, config_text(all_kernelspecs()))
    write(f"Wrote {path.absolute()}")
    return FINE


def config_text(kernelspecs: dict[str, InstalledKernelspec]) -> str:
    """Return a multikernel.yaml with every kernelspec that can start; CommandError if there is none."""
    faults = {name: why_unusable(BackendConfig(name, name), kernelspecs) for name in kernelspecs}
    usable = {name: spec for name, spec in kernelspecs.items() if faults[name] is None}
    if not usable:
        raise CommandError("Multi needs another kernel: install one, for example with pip install ipykernel")
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
            *(f"\n  # Left out: {_comment(name)}: {_comment(str(faults[name]))}\n" for name in left_out),
        ]
    )


def _backends(usable: dict[str, InstalledKernelspec], default: str) -> list[BackendConfig]:
    """Return a backend for each kernelspec, the default one first, with short names that are all different.

    The kernelspec's own name becomes an alias, so that cells written without a config still mean the same.
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
    """Yield names that a header line can contain, the best first."""
    yield from (name for name in (language, kernel) if NAME.fullmatch(name))
    plain = re.sub(r"[^A-Za-z0-9_.+#-]+", "-", kernel).lstrip("_.+#-").rstrip("-") or "kernel"
    yield plain
    yield from (f"{plain}-{number}" for number in range(2, sys.maxsize))


def _entry(backend: BackendConfig, spec: InstalledKernelspec) -> str:
    lines = [
        f"\n  # {_comment(spec.display_name or spec.name)}",
        f"  {_scalar(backend.name)}:",
        f"    kernel: {_scalar(backend.kernel)}",
    ]
    if backend.aliases:
        lines.append(f"    aliases: [{', '.join(map(_scalar, backend.aliases))}]")
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    """Return a text as YAML, quoted where YAML would otherwise read something else."""
    return yaml.safe_dump(text, width=sys.maxsize, allow_unicode=True).removesuffix("...\n").rstrip("\n")


def _comment(text: str) -> str:
    """Return a text as one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all; only the user may write it, or Multi would not use it."""
    try:
        with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".multikernel-") as folder:
            file = Path(folder) / path.name
            file.write_text(text, "utf-8")
            file.chmod(0o644)
            file.replace(path)
    except OSError as error:
        raise CommandError(f"cannot write {path.absolute()}: {error.strerror or error}") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help=f"replace an existing {FILE_NAME}")


INIT = Subcommand(
    "init",
    "write a multikernel.yaml with the installed kernels",
    f"Write a commented {FILE_NAME} to the working folder, with a backend for each kernelspec that can start.\n"
    "Each is named after its language if no other has the same one, else after its kernelspec.",
    _add_arguments,
    _init,
)
