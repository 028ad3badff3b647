"""The keys of multikernel.yaml: turns YAML nodes into the dataclasses of `core.config`, or into all mistakes at once.

BACKEND has a row for each key of a backend: how its value is read. `config/schema.json` tells editors the same; a test
keeps the two in step.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..core.cells.command_names import NAME, RESERVED
from ..core.config import DEFAULT_KERNELSPEC, BackendConfig, Config, Group
from ..core.wording import did_you_mean, nearest, quote, shorten
from .mistakes import ConfigError, Mistake
from .values import DECIMAL, Entry, Value
from .yaml_nodes import EXAMPLE, compose

LATER = ("ssh", "server", "url", "host")
"""Keys of a later version, for remote backends."""
MAX_TIMEOUT = 24 * 60 * 60
"""Seconds; a longer timeout is most likely meant in another unit."""
MAX_COUNT = 1000
"""More backends of one kernelspec are most likely a slip."""


def _as_written(folder: str) -> str:
    return folder


def read_config(
    text: bytes,
    file: str,
    commands: Collection[str],
    existing_folder: Callable[[str], str | None] = _as_written,
) -> Config:
    """Return the config in the bytes of a multikernel.yaml.

    `file` is the name that messages show; `commands` are names that no backend may have; `existing_folder` turns a
    `cwd` as written into a usable path, or None if there is no such folder. Raises ConfigError with all mistakes. A
    kernelspec that is not installed is not one of them.
    """
    mistakes: list[Mistake] = []
    root = compose(text, mistakes)
    config = None
    if root is not None:
        config = _Reader(Value(root, "", mistakes), _Names(commands), existing_folder).config(file)
    if config is None or mistakes:
        raise ConfigError(file, mistakes)
    return config


class _Names:
    """The names in use, in lower case: each means one backend or one command."""

    def __init__(self, commands: Collection[str]) -> None:
        self._commands = commands
        self._taken: dict[str, tuple[str, str, int]] = {}
        """Name -> its spelling, what it names, and its line."""

    def claim(self, value: Value, what: str) -> str | None:
        """Return the text of a name or alias, or None if it is not text; any other mistake is only recorded."""
        name = value.text()
        if name is None:
            return None
        key = name.lower()
        if not NAME.fullmatch(name):
            hint = "; is a space missing after the ':'?" if ":" in name else ""
            hint = ", and begin with a letter or digit" if NAME.fullmatch(name.lstrip("_.+#-")) else hint
            value.wrong(f"{quote(name)} is not a valid name: use only letters A to Z, digits and _ . + # -{hint}")
        elif key in self._commands:
            value.wrong(f"{quote(name)} is the command %%{key}: choose another name")
        elif key in RESERVED:
            value.wrong(f"{quote(name)} is reserved for %%{key}: choose another name")
        elif key in self._taken:
            spelt, first, line = self._taken[key]
            hint = "" if spelt == name else f", as {quote(spelt)}; names are case-insensitive"
            value.wrong(f"{quote(name)} is already {first} (line {line}{hint})")
        else:
            self._taken[key] = name, what, value.line
        return name


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one document; after a mistake its results do not matter, as long as it reads the rest as well."""

    root: Value
    names: _Names
    existing_folder: Callable[[str], str | None]

    def config(self, file: str) -> Config:
        top = self.root.known_entries(f"a mapping such as {EXAMPLE}", ("default", "backends"), LATER)
        groups: dict[str, Group] = {}
        backends = self._backends(top.get("backends"), groups) if self.root.type == "map" else {}
        default = self._default(top.get("default"), backends, groups)
        return Config(MappingProxyType(backends), default, file, MappingProxyType(groups))

    def _backends(self, entry: Entry | None, groups: dict[str, Group]) -> dict[str, BackendConfig]:
        if entry is None:
            self.root.wrong(f"no backends: add some, for example {EXAMPLE}")
            return {}
        value = entry.value
        entries = {} if value.is_missing else value.entries("a mapping of names to backends")
        if value.is_missing or (value.type == "map" and not value.node.value):
            value.wrong("empty: add a backend, for example python: {kernel: python3}")
        read = [self._backend(name, entry, groups) for name, entry in entries.items()]
        return {backend.name: backend for backends in read for backend in backends}

    def _backend(self, name: str, entry: Entry, groups: dict[str, Group]) -> list[BackendConfig]:
        """Return a backend, or with `count` all of a group, which is added to `groups`."""
        self.names.claim(entry.key, "the name of a backend")
        value = entry.value
        wanted = "a mapping such as {kernel: python3}"
        settings = {} if value.is_missing else value.known_entries(wanted, BACKEND, LATER)
        if value.is_missing or (value.type == "map" and "kernel" not in settings):
            entry.key.wrong("no kernel: add the name of a kernelspec, such as kernel: python3")
        values = {key: BACKEND[key](setting.value) for key, setting in settings.items()}
        aliases = [self.names.claim(alias, f"an alias of {shorten(name)}") for alias in values.pop("aliases", ())]
        if cwd := values.get("cwd"):
            values["cwd"] = self.existing_folder(cwd)
            if values["cwd"] is None:
                settings["cwd"].value.wrong(f"there is no folder {quote(cwd)}")
        known = tuple(alias for alias in aliases if alias)
        kernel, count = values.pop("kernel", ""), values.pop("count", 0)
        if not count:
            return [BackendConfig(name, kernel, known, **values)]
        members = [
            BackendConfig(f"{name}[{i}]", kernel, tuple(f"{alias}[{i}]" for alias in known), group=name, **values)
            for i in range(count)
        ]
        groups[name] = Group(name, tuple(member.name for member in members), known)
        return members

    def _default(self, entry: Entry | None, backends: Mapping[str, BackendConfig], groups: Mapping[str, Group]) -> str:
        """Return the backend that `default` names; without that key, the only backend or the only one on python3."""
        owners = {alias.lower(): name for name, backend in backends.items() for alias in backend.aliases}
        owners |= {name.lower(): name for name in backends}
        if entry is not None:
            name = entry.value.text()
            group = next((group for group in groups.values() if (name or "").lower() in _names_of(group)), None)
            if group is not None:
                first = quote(group.members[0])
                entry.value.wrong(f"{quote(group.name)} is {len(group.members)} backends: name one, such as {first}")
            elif name is not None and backends and name.lower() not in owners:
                near = did_you_mean(nearest(name, owners)) or f"; the backends are {shorten(', '.join(owners))}"
                entry.value.wrong(f"there is no backend {quote(name)}{near}")
            return owners.get((name or "").lower(), "")
        pythons = [name for name, backend in backends.items() if backend.kernel == DEFAULT_KERNELSPEC]
        candidates = list(backends) if len(backends) == 1 else pythons
        if backends and len(candidates) != 1:
            self.root.wrong(f"no default: add default: NAME, where NAME is one of {shorten(', '.join(backends))}")
        return candidates[0] if candidates else ""


def _names_of(group: Group) -> set[str]:
    return {name.lower() for name in (group.name, *group.aliases)}


def _filled(value: Value) -> str | None:
    text = value.text()
    if text == "":
        value.wrong("empty text: add a value or remove the key")
    return text


def _one_of(*choices: str) -> Callable[[Value], str | None]:
    def read(value: Value) -> str | None:
        if value.type in ("map", "seq") or value.is_missing:
            value.is_not(f"one of {', '.join(choices)}")
            return None
        word = str(value.node.value)
        if word not in choices:
            near = did_you_mean(nearest(word, choices))
            value.wrong(f"{quote(word)} is not one of {', '.join(choices)}{near}")
        return word

    return read


def _aliases(value: Value) -> list[Value]:
    return value.items("a list of names such as [py]")


def _environment(value: Value) -> Mapping[str, str | None]:
    """Read variables; an unquoted decimal number counts as text, since it is unambiguous."""
    environment = {}
    for name, entry in value.entries("a mapping such as {LANG: C.UTF-8}").items():
        if not name or "=" in name:
            entry.key.wrong(f"{quote(name)} is not a valid name for an environment variable")
        environment[name] = entry.value.number_as_written() or entry.value.text()
    return MappingProxyType(environment)


def _count(value: Value) -> int:
    """Read how many backends there are to be; 0 after a mistake."""
    number = value.number_as_written()
    if number is None or not number.isdecimal():
        value.is_not("a whole number of backends, such as 4")
    elif not 1 <= int(number) <= MAX_COUNT:
        value.wrong(f"{shorten(number)} is out of range: use at least 1 and at most {MAX_COUNT}")
    else:
        return int(number)
    return 0


def _seconds(value: Value) -> float | None:
    number = value.number_as_written()
    if number is not None:
        if not 0 < float(number) <= MAX_TIMEOUT:
            value.wrong(
                f"{shorten(number)} seconds is out of range: use more than 0 and at most {MAX_TIMEOUT} (one day)"
            )
        return float(number)
    is_quoted = value.type == "str" and DECIMAL.fullmatch(value.node.value)
    value.is_not(f"a plain number of seconds{' without quotes' if is_quoted else ''}, such as 60")
    return None


BACKEND: dict[str, Callable[[Value], Any]] = {
    "kernel": _filled,
    "aliases": _aliases,
    "language": _filled,
    "env": _environment,
    "cwd": _filled,
    "start": _one_of("lazy", "eager"),
    "startup": Value.text,
    "interrupt": _one_of("signal", "message", "restart"),
    "timeout": _seconds,
    "count": _count,
}
