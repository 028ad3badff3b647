"""The keys of multikernel.yaml: turns YAML nodes into the dataclasses of `core.config`, or into all mistakes at once.

BACKEND has a row for each key of a backend: how its value is read. `config/schema.json` tells editors the same; a test
keeps the two in step.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..core.cells.command_names import NAME, RESERVED
from ..core.config import DEFAULT_KERNELSPEC, BackendConfig, Config, Group
from ..core.places import AttachedPlace
from ..core.wording import did_you_mean, nearest, quote, shorten
from . import fields
from .at import Origin, Places
from .mistakes import ConfigError, Mistake
from .places import OF_A_PLACE
from .values import Entry, Value
from .yaml_nodes import EXAMPLE, compose

BACKEND: dict[str, Callable[[Value], Any]] = {
    "kernel": fields.filled,
    "at": fields.filled,
    "aliases": fields.aliases,
    "language": fields.filled,
    "env": fields.environment,
    "cwd": fields.filled,
    "start": fields.one_of("lazy", "eager"),
    "startup": Value.text,
    "interrupt": fields.one_of("signal", "message", "restart"),
    "timeout": fields.seconds,
    "count": fields.count,
}


def read_config(text: bytes, file: str, commands: Collection[str], origin: Origin | None = None) -> Config:
    """Return the config in the bytes of a multikernel.yaml; without backends if it has nothing but places.

    `file` is the name that messages show; `commands` are names that no backend may have. Raises ConfigError with all
    mistakes. A kernelspec that is not installed is not one of them.
    """
    mistakes: list[Mistake] = []
    root = compose(text, mistakes)
    config = None
    if root is not None:
        places = Places(file, origin or Origin())
        config = _Reader(Value(root, "", mistakes), _Names(commands), places).config(file)
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
    places: Places
    groups: dict[str, Group] = field(default_factory=dict)

    def config(self, file: str) -> Config:
        top = self.root.known_entries(f"a mapping such as {EXAMPLE}", ("default", "backends", "places"), OF_A_PLACE)
        if "places" in top:
            self.places.define(top["places"])
        backends = self._backends(top) if self.root.type == "map" else {}
        default = self._default(top.get("default"), backends)
        return Config(MappingProxyType(backends), default, file, MappingProxyType(self.groups))

    def _backends(self, top: Mapping[str, Entry]) -> dict[str, BackendConfig]:
        if "backends" not in top:
            if "default" in top or "places" not in top:
                self.root.wrong(f"no backends: add some, for example {EXAMPLE}")
            return {}
        value = top["backends"].value
        entries = {} if value.is_missing else value.entries("a mapping of names to backends")
        if value.is_missing or (value.type == "map" and not value.node.value):
            value.wrong("empty: add a backend, for example python: {kernel: python3}")
        read = [self._backend(name, entry) for name, entry in entries.items()]
        return {backend.name: backend for backends in read for backend in backends}

    def _backend(self, name: str, entry: Entry) -> list[BackendConfig]:
        """Return a backend, or with `count` all of a group, which is added to `groups`."""
        self.names.claim(entry.key, "the name of a backend")
        value = entry.value
        wanted = "a mapping such as {kernel: python3}"
        settings = {} if value.is_missing else value.known_entries(wanted, BACKEND, OF_A_PLACE)
        if value.is_missing or (value.type == "map" and not settings.keys() & {"kernel", "at"}):
            entry.key.wrong("no kernel: add the name of a kernelspec, such as kernel: python3")
        values = {key: BACKEND[key](setting.value) for key, setting in settings.items()}
        aliases = [self.names.claim(alias, f"an alias of {shorten(name)}") for alias in values.pop("aliases", ())]
        if at := values.pop("at", None):
            values["place"] = self.places.find(at, settings)
        if isinstance(values.get("place"), AttachedPlace):
            # There is no other way to interrupt it.
            values["interrupt"] = "message"
        if "at" not in settings and (cwd := values.get("cwd")):
            values["cwd"] = self.places.origin.existing_folder(cwd)
            if values["cwd"] is None:
                settings["cwd"].value.wrong(f"there is no folder {quote(cwd)}")
        known = tuple(alias for alias in aliases if alias)
        kernel, count = values.pop("kernel", ""), values.pop("count", 0)
        if not count:
            return [BackendConfig(name, kernel, known, **values)]
        members = [
            BackendConfig(
                f"{name}[{i}]", kernel, tuple(f"{alias}[{i}]" for alias in known), group=name, **_of(i, values)
            )
            for i in range(count)
        ]
        self.groups[name] = Group(name, tuple(member.name for member in members), known)
        return members

    def _default(self, entry: Entry | None, backends: Mapping[str, BackendConfig]) -> str:
        """Return the backend that `default` names; without it, the only backend or the only one here on python3."""
        owners = {alias.lower(): name for name, backend in backends.items() for alias in backend.aliases}
        owners |= {name.lower(): name for name in backends}
        if entry is not None:
            name = entry.value.text()
            group = next((group for group in self.groups.values() if (name or "").lower() in _names_of(group)), None)
            if group is not None:
                first = quote(group.members[0])
                entry.value.wrong(f"{quote(group.name)} is {len(group.members)} backends: name one, such as {first}")
            elif name is not None and backends and name.lower() not in owners:
                near = did_you_mean(nearest(name, owners)) or f"; the backends are {shorten(', '.join(owners))}"
                entry.value.wrong(f"there is no backend {quote(name)}{near}")
            return owners.get((name or "").lower(), "")
        pythons = [name for name, each in backends.items() if each.kernel == DEFAULT_KERNELSPEC and each.place is None]
        candidates = list(backends) if len(backends) == 1 else pythons
        if backends and len(candidates) != 1:
            self.root.wrong(f"no default: add default: NAME, where NAME is one of {shorten(', '.join(backends))}")
        return candidates[0] if candidates else ""


def _of(number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of one backend of a group."""
    place = values.get("place")
    return {**values, "place": place.of(number)} if isinstance(place, AttachedPlace) else {**values}


def _names_of(group: Group) -> set[str]:
    return {name.lower() for name in (group.name, *group.aliases)}
