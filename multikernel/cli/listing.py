"""`multikernel list`: shows the backends of notebooks in a folder, and what is hidden or refused."""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

from ..commands.tables import as_text
from ..config.kernelspecs import InstalledKernelspec, all_kernelspecs
from ..config.lookup import find_config
from ..config.mistakes import ConfigError, Mistake
from ..config.settings import Settings, load_settings
from ..config.stated import names_of, stated_language
from ..config.trust import command_to_trust
from ..core.cells.command_names import NAMES as COMMANDS
from ..core.cells.command_names import RESERVED, TARGET
from ..core.config import BackendConfig, Config
from .backends import profile_of_backend, program, why_unusable
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, write, write_json

COLUMNS = ("backend", "aliases", "kernelspec", "place", "language", "interpreter")


@dataclass(frozen=True, slots=True)
class _Row:
    """One backend; its fields are the keys of the JSON."""

    name: str
    aliases: tuple[str, ...]
    kernelspec: str
    place: str | None
    """Where its kernel is, if its config names a place."""
    language: str
    """From the config or the kernelspec; empty if neither states one."""
    interpreter: str | None
    """Path of the program that it starts; None if there is none."""
    refused: str | None
    """Why it cannot start; None if it probably can."""
    trust: str | None
    """The command that has to be run before it starts; None if it starts without."""


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A name that something else hides; its fields are the keys of the JSON."""

    name: str
    why: str


def _list(options: argparse.Namespace) -> int:
    folder = Path(options.folder)
    if not folder.is_dir():
        raise CommandError(f"{options.folder} is not a folder", UNUSABLE)
    folder = folder.resolve()
    settings = load_settings(folder)
    found = find_config(folder)
    kernelspecs = all_kernelspecs()
    rows = [_row(name, backend, settings.config, kernelspecs) for name, backend in settings.config.by_entry().items()]
    hidden = [*_hidden_backends(settings.config), *_hidden_magics(settings, kernelspecs)]
    used = {row.kernelspec.lower() for row in rows}
    broken = {name: spec.fault for name, spec in kernelspecs.items() if spec.fault and name not in used}
    if options.json:
        write_json(
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
    is_of_places = found is not None and settings.error is None and settings.config.is_of_kernelspecs
    config = "no multikernel.yaml" if found is None else str(found.path)
    if found is None or is_of_places:
        config += ": every installed kernelspec is a backend"
    default = settings.config.backends[settings.config.default]
    write(_table(rows, default.group or default.name, f"* default; {config}"))
    for entry in hidden:
        write(f"hidden: {entry.name}: {entry.why}")
    for row in rows:
        if row.refused:
            write(f"refused: {row.name}: {row.refused}")
    if waiting := [row for row in rows if row.trust]:
        names = ", ".join(row.name for row in waiting)
        write(f"not trusted: {names}: to let them start, run {waiting[0].trust}")
    for name, fault in broken.items():
        write(f"refused: {name}: {fault}")
    if settings.error is not None:
        write("refused: the config file; until it is fixed, every installed kernelspec is a backend:")
        write(str(settings.error))
    return FINE


def _row(name: str, backend: BackendConfig, config: Config, kernelspecs: dict[str, InstalledKernelspec]) -> _Row:
    group = config.groups.get(name)
    spec = kernelspecs.get(backend.kernel.lower())
    refused = why_unusable(backend, kernelspecs)
    is_here = spec is not None and not spec.fault and not spec.is_multi and backend.place is None
    interpreter = program(spec, backend.env) if spec is not None and is_here else None
    language = stated_language(backend, spec)
    aliases = backend.aliases if group is None else group.aliases
    place = None if backend.place is None else backend.place.name
    return _Row(
        name, aliases, backend.kernel, place, language, interpreter, refused, command_to_trust(backend.needs_trust)
    )


def _hidden_backends(config: Config) -> list[_Hidden]:
    """Return the kernelspecs that no header line can name; in a config file such a name is a mistake."""
    hidden = []
    for name in config.backends:
        if name.lower() in COMMANDS or name.lower() in RESERVED:
            hidden.append(_Hidden(name, f"%%{name} is a command: give it another name in a multikernel.yaml"))
        elif not TARGET.fullmatch(name):
            hidden.append(
                _Hidden(name, "a header line cannot contain this name: give it another one in a multikernel.yaml")
            )
    return hidden


def _hidden_magics(settings: Settings, kernelspecs: dict[str, InstalledKernelspec]) -> list[_Hidden]:
    """Return the default backend's own magics that header lines hide, as `%%backends` does."""
    default = settings.config.default
    profile = profile_of_backend(settings.config.backends[default], kernelspecs)
    names = profile.known_magics & set(names_of(settings.config, kernelspecs).all())
    why = f"selects a backend, not {default}'s own magic; to run the magic, put %%{default} on the line above it"
    return [_Hidden(f"%%{name}", why) for name in sorted(names)]


def _mistakes(settings: Settings) -> tuple[Mistake, ...]:
    return settings.error.mistakes if isinstance(settings.error, ConfigError) else ()


def _table(rows: list[_Row], default: str, caption: str) -> str:
    table: list[tuple[str, ...]] = []
    for row in rows:
        mark = " *" if row.name == default else ""
        program = row.interpreter or ("refused" if row.refused else "elsewhere")
        table.append((row.name + mark, ", ".join(row.aliases), row.kernelspec, row.place or "", row.language, program))
    columns: tuple[str, ...] = COLUMNS
    if not any(row.place for row in rows):
        place = COLUMNS.index("place")
        columns, *table = [(*cells[:place], *cells[place + 1 :]) for cells in (COLUMNS, *table)]
    return as_text(columns, table, caption)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="where the notebooks are; default: the working folder"
    )
    parser.add_argument("--json", action="store_true", help="print JSON; docs/command-line.md lists its keys")


LIST = Subcommand(
    "list",
    "show the backends of notebooks in a folder",
    "Show the backends of notebooks in a folder, with their kernelspecs, languages and programs; the config file that\n"
    "defines them; and what is hidden or refused, and why. This starts no kernel.",
    _add_arguments,
    _list,
)
