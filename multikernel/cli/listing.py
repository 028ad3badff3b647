"""`multikernel list`: the backends that a notebook in a folder has, and what is hidden or refused."""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

from ..config.lookup import find_config
from ..config.mistakes import ConfigError, Mistake
from ..config.reader import NAME
from ..config.settings import Settings, load_settings
from ..core.cells.command_names import NAMES as COMMANDS
from ..core.cells.names import RESERVED
from ..core.config import BackendConfig, Config
from .installed import Installed, installed, names_of, presumed_profile, program, why_unusable
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, say, say_json

COLUMNS = ("backend", "aliases", "kernelspec", "language", "interpreter")


@dataclass(frozen=True, slots=True)
class _Row:
    """One backend; its fields are keys of the JSON."""

    name: str
    aliases: tuple[str, ...]
    kernelspec: str
    language: str
    """As the kernelspec says it; empty if that is not installed."""
    interpreter: str | None
    """Path of the program that is started; None if there is none."""
    refused: str | None
    """Why it cannot start; None if nothing is known against it."""


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A name that cannot be reached as it is; its fields are keys of the JSON."""

    name: str
    why: str


def _list(options: argparse.Namespace) -> int:
    folder = Path(options.folder)
    if not folder.is_dir():
        raise CommandError(f"there is no folder {options.folder}", UNUSABLE)
    folder = folder.resolve()
    settings = load_settings(folder)
    found = find_config(folder)
    kernelspecs = installed()
    rows = [_row(backend, kernelspecs) for backend in settings.config.backends.values()]
    hidden = [*_hidden_backends(settings.config), *_hidden_magics(settings, kernelspecs)]
    used = {row.kernelspec.lower() for row in rows}
    broken = {name: spec.fault for name, spec in kernelspecs.items() if spec.fault and name not in used}
    if options.json:
        say_json(
            {
                "folder": str(folder),
                "config": None if found is None else str(found.path),
                "mistakes": [asdict(mistake) for mistake in _mistakes(settings)],
                "default": settings.config.default,
                "backends": [asdict(row) for row in rows],
                "hidden": [asdict(entry) for entry in hidden],
                "broken_kernelspecs": broken,
            }
        )
        return FINE
    say(_table(rows, settings.config.default))
    config = "no multikernel.yaml: every installed kernelspec is a backend" if found is None else str(found.path)
    say(f"* default; {config}")
    for entry in hidden:
        say(f"hidden: {entry.name}: {entry.why}")
    for row in rows:
        if row.refused:
            say(f"refused: {row.name}: {row.refused}")
    for name, fault in broken.items():
        say(f"refused: {name}: {fault}")
    if settings.error is not None:
        say("refused: the config file, so every installed kernelspec is a backend until it is right:")
        say(str(settings.error))
    return FINE


def _row(backend: BackendConfig, kernelspecs: dict[str, Installed]) -> _Row:
    spec = kernelspecs.get(backend.kernel.lower())
    refused = why_unusable(backend, kernelspecs)
    interpreter = program(spec, backend.env) if spec is not None and not spec.fault and not spec.is_multi else None
    language = "" if spec is None or spec.is_multi else spec.language
    return _Row(backend.name, backend.aliases, backend.kernel, language, interpreter, refused)


def _hidden_backends(config: Config) -> list[_Hidden]:
    """Return the kernelspecs that no header line can name; a config file cannot have such."""
    hidden = []
    for name in config.backends:
        if name.lower() in COMMANDS or name.lower() in RESERVED:
            hidden.append(_Hidden(name, f"%%{name} is a command: give it another name in a multikernel.yaml"))
        elif not NAME.fullmatch(name):
            hidden.append(_Hidden(name, "no header line can have this name: give it another in a multikernel.yaml"))
    return hidden


def _hidden_magics(settings: Settings, kernelspecs: dict[str, Installed]) -> list[_Hidden]:
    """Return the default backend's own magics that header lines hide, as `%%backends` says them."""
    default = settings.config.default
    profile = presumed_profile(kernelspecs.get(settings.config.backends[default].kernel.lower()))
    known = profile.known_magics if profile else frozenset()
    names = known & set(names_of(settings.config, kernelspecs).all())
    why = f"{default}'s own magic of this name: put %%{default} above to reach it"
    return [_Hidden(f"%%{name}", why) for name in sorted(names)]


def _mistakes(settings: Settings) -> tuple[Mistake, ...]:
    return settings.error.mistakes if isinstance(settings.error, ConfigError) else ()


def _table(rows: list[_Row], default: str) -> str:
    table = [COLUMNS]
    for row in rows:
        mark = " *" if row.name == default else ""
        program = row.interpreter or ("refused" if row.refused else "elsewhere")
        table.append((row.name + mark, ", ".join(row.aliases), row.kernelspec, row.language, program))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="where the notebook is; left out: the working folder"
    )
    parser.add_argument("--json", action="store_true", help="for a program to read; see docs/command-line.md")


LIST = Subcommand(
    "list",
    "show the backends that a notebook in a folder has",
    "Show the backends that a notebook in a folder has, with kernelspec, language and the program that is started;\n"
    "which config file they come from; and what is hidden or refused, and why. No kernel is started.",
    _add_arguments,
    _list,
)
