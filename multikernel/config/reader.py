"""multikernel.yaml: what its keys mean; YAML nodes become the dataclasses of `config`, or all mistakes at once.

A key of a backend is a row in BACKEND: how its value is read. `config/schema.json` says the same to editors, and a
test holds them together.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..core.cells.names import RESERVED
from ..core.config import DEFAULT_KERNELSPEC, BackendConfig, Config
from ..core.wording import did_you_mean, nearest, quote, shorten
from .mistakes import ConfigError, Mistake
from .values import DECIMAL, Entry, Value
from .yaml_nodes import EXAMPLE, compose

NAME = re.compile(r"[A-Za-z0-9_.+#-]+")
"""What may follow `%%`, as in `cells.HEADER_LINE`."""
LATER = ("ssh", "server", "url", "host")
"""Keys to come, for backends elsewhere."""
MAX_TIMEOUT = 24 * 60 * 60
"""Seconds; whoever wants to wait longer for a kernel has mistaken the unit."""


def _as_written(folder: str) -> str:
    return folder


def read_config(
    text: bytes,
    file: str,
    commands: Collection[str],
    existing_folder: Callable[[str], str | None] = _as_written,
) -> Config:
    """Return what the bytes of a multikernel.yaml say.

    `file` is its name as messages show it; `commands` are names that no backend may have; `existing_folder` turns a
    `cwd` as written into one to use, or None if there is no such folder. Raises ConfigError with all mistakes. A
    kernelspec that is not installed is none.
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
    """Who has which name, in lower case: a name means one backend, or one command."""

    def __init__(self, commands: Collection[str]) -> None:
        self._commands = commands
        self._taken: dict[str, tuple[str, str, int]] = {}
        """Name -> as it was spelt, what it is there, in which line."""

    def claim(self, value: Value, what: str) -> str | None:
        """Return the text of a name or alias, or None if it is not a text at all; any other mistake is noted."""
        name = value.text()
        if name is None:
            return None
        key = name.lower()
        if not NAME.fullmatch(name):
            hint = ", and is a space missing after the ':'?" if ":" in name else ""
            value.wrong(f"{quote(name)} is no name: only letters A to Z, digits and _ . + # - can be in it{hint}")
        elif key in self._commands:
            value.wrong(f"{quote(name)} is the command %%{key}: take another name")
        elif key in RESERVED:
            value.wrong(f"{quote(name)} will be a command, %%{key}: take another name")
        elif key in self._taken:
            spelt, first, line = self._taken[key]
            hint = "" if spelt == name else f", as {quote(spelt)}: case makes no difference"
            value.wrong(f"{quote(name)} is already {first} (line {line}{hint})")
        else:
            self._taken[key] = name, what, value.line
        return name


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one document; what it returns after a mistake does not matter, as long as the rest is read, too."""

    root: Value
    names: _Names
    existing_folder: Callable[[str], str | None]

    def config(self, file: str) -> Config:
        top = self.root.known_entries(f"a mapping such as {EXAMPLE}", ("default", "backends"), LATER)
        backends = self._backends(top.get("backends")) if self.root.type == "map" else {}
        return Config(MappingProxyType(backends), self._default(top.get("default"), backends), file)

    def _backends(self, entry: Entry | None) -> dict[str, BackendConfig]:
        if entry is None:
            self.root.wrong(f"no backends: write for example {EXAMPLE}")
            return {}
        value = entry.value
        entries = {} if value.is_missing else value.entries("a mapping of names to backends")
        if value.is_missing or (value.type == "map" and not value.node.value):
            value.wrong("empty: write for example python: {kernel: python3} under it")
        return {name: self._backend(name, entry) for name, entry in entries.items()}

    def _backend(self, name: str, entry: Entry) -> BackendConfig:
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
        return BackendConfig(name, values.pop("kernel", ""), tuple(alias for alias in aliases if alias), **values)

    def _default(self, entry: Entry | None, backends: Mapping[str, BackendConfig]) -> str:
        """Return the backend that `default` names; without it the only one, or else the only one on python3."""
        owners = {alias.lower(): name for name, backend in backends.items() for alias in backend.aliases}
        owners |= {name.lower(): name for name in backends}
        if entry is not None:
            name = entry.value.text()
            if name is not None and backends and name.lower() not in owners:
                near = did_you_mean(nearest(name, owners)) or f": there are {shorten(', '.join(owners))}"
                entry.value.wrong(f"{quote(name)} is no backend{near}")
            return owners.get((name or "").lower(), "")
        pythons = [name for name, backend in backends.items() if backend.kernel == DEFAULT_KERNELSPEC]
        candidates = list(backends) if len(backends) == 1 else pythons
        if backends and len(candidates) != 1:
            self.root.wrong(f"no default: add default: NAME, with one of {shorten(', '.join(backends))}")
        return candidates[0] if candidates else ""


def _filled(value: Value) -> str | None:
    text = value.text()
    if text == "":
        value.wrong("an empty text: give it a value or remove the key")
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
    """Read variables; an unquoted decimal number counts as the text that it is, since nobody can mistake it."""
    environment = {}
    for name, entry in value.entries("a mapping such as {LANG: C.UTF-8}").items():
        if not name or "=" in name:
            entry.key.wrong(f"{quote(name)} cannot be the name of an environment variable")
        environment[name] = entry.value.number_as_written() or entry.value.text()
    return MappingProxyType(environment)


def _seconds(value: Value) -> float | None:
    number = value.number_as_written()
    if number is not None:
        if not 0 < float(number) <= MAX_TIMEOUT:
            value.wrong(f"{shorten(number)} seconds: must be more than 0 and at most {MAX_TIMEOUT}, which is a day")
        return float(number)
    if value.is_missing:
        value.is_not("a number")
    else:
        quoted = value.type == "str" and DECIMAL.fullmatch(value.node.value)
        hint = "without quotes, " if quoted else ""
        value.wrong(f"{value.found()}: write a plain number of seconds, {hint}such as 60")
    return None


BACKEND: dict[str, Callable[[Value], Any]] = {
    "kernel": _filled,
    "aliases": _aliases,
    "env": _environment,
    "cwd": _filled,
    "start": _one_of("lazy", "eager"),
    "startup": Value.text,
    "interrupt": _one_of("signal", "message", "restart"),
    "timeout": _seconds,
}
