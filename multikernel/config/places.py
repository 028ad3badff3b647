"""`places` in multikernel.yaml: where a kernel can be besides this machine.

PLACE has a row for each key of a place: how its value is read. WAYS says which of them go together.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..core.cells.command_names import NAME
from ..core.engines import ENGINES
from ..core.places import AttachedPlace, JobPlace, Place, ProvisionerPlace, RunPlace, ServerPlace, SshPlace
from ..core.wording import quote
from . import fields
from .mistakes import Mistake
from .values import Entry, Value
from .yaml_nodes import compose

PLACE: dict[str, Callable[[Value], Any]] = {
    "ssh": fields.ssh_target,
    "run": fields.words,
    "job": fields.one_of(*ENGINES),
    "connection_file": fields.filled,
    "provisioner": fields.filled,
    "server": fields.server_url,
    "python": fields.program,
    "keep": fields.duration,
    "options": fields.options,
    "token_env": fields.token_variable,
}

WAYS = {
    "ssh": ("python", "keep"),
    "run": ("python", "keep"),
    "job": ("ssh", "options", "python", "keep"),
    "connection_file": (),
    "provisioner": ("options",),
    "server": ("token_env",),
}
"""How a place can be reached, and the keys that belong to each way; a way that belongs to another is part of it."""

ONE_OF = ", ".join(WAYS)
NO_TOKEN = (
    "a token does not belong in a file: put it into an environment variable, name that with token_env, "
    "and ask the server for another one if anybody else can read this file"
)
NOT_HERE = {
    "host": "the key for a host is ssh, as in ssh: gpu1",
    "user": "a user is part of the target, as in ssh: me@gpu1",
    "url": "the key for a Jupyter server is server, as in server: https://hub.example.org/user/me/",
    "token": NO_TOKEN,
    "password": NO_TOKEN,
}
"""Keys that people try, and what to do in their place."""

BELONGS_TO_A_PLACE = "this is for a place: put it under places in your own multikernel.yaml, and name the place with at"
OF_A_PLACE = dict.fromkeys((*WAYS, *NOT_HERE, "keep"), BELONGS_TO_A_PLACE)
"""Keys of a place that people put elsewhere."""


@dataclass(frozen=True, slots=True)
class OwnPlaces:
    """The places that one of the user's own files defines."""

    file: str
    """As messages show it; there may be no such file."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """By name in lower case."""
    mistakes: tuple[Mistake, ...] = ()
    """If there are any, there are no places."""


def read_places_file(text: bytes, file: Path) -> OwnPlaces:
    """Return the places in the bytes of a multikernel.yaml; its backends, and mistakes in them, do not matter."""
    mistakes: list[Mistake] = []
    places: dict[str, Place] = {}
    root = compose(text, mistakes)
    if root is not None:
        top = Value(root, "", mistakes).known_entries("a mapping", ("default", "backends", "places"), OF_A_PLACE)
        if "places" in top:
            places = read_places(top["places"].value, file.parent)[0]
    return OwnPlaces(str(file), {} if mistakes else MappingProxyType(places), tuple(mistakes))


def read_places(value: Value, folder: Path) -> tuple[dict[str, Place], frozenset[str]]:
    """Return places by name in lower case, and the names of all, those with mistakes included.

    Paths are relative to `folder`, which is that of the file.
    """
    entries = value.entries("a mapping of names to places, such as {gpu1: {ssh: gpu1}}")
    if value.type == "map" and not value.node.value:
        value.wrong("empty: add a place, for example gpu1: {ssh: gpu1}")
    lines: dict[str, int] = {}
    places = {}
    for name, entry in entries.items():
        if not NAME.fullmatch(name):
            entry.key.wrong(f"{quote(name)} is not a valid name: use only letters A to Z, digits and _ . + # -")
        elif name.lower() in lines:
            line = lines[name.lower()]
            entry.key.wrong(f"{quote(name)} is already a place (line {line}); names are case-insensitive")
        lines.setdefault(name.lower(), entry.key.line)
        if (place := _place(name, entry, folder)) is not None:
            places[name.lower()] = place
    return places, frozenset(lines)


def _place(name: str, entry: Entry, folder: Path) -> Place | None:
    """Return a place, or None after a mistake."""
    mistakes = entry.value.mistakes
    before = len(mistakes)
    wanted = "a mapping such as {ssh: gpu1}"
    settings = {} if entry.value.is_missing else entry.value.known_entries(wanted, PLACE, NOT_HERE)
    if len(mistakes) == before:
        _check_keys(entry, settings)
    readers = PLACE
    if "job" in settings:
        engine = ENGINES.get(str(settings["job"].value.node.value))
        reserved = None if engine is None else engine.reserved
        readers = {**PLACE, "options": partial(fields.option_words, reserved=reserved)}
    values = {key: readers[key](setting.value) for key, setting in settings.items()}
    if len(mistakes) > before:
        return None
    match values:
        case {"job": engine, **more}:
            target = more.pop("ssh", None)
            way = {key: more[key] for key in ("python", "keep") if key in more}
            return JobPlace(name, engine, None if target is None else SshPlace(name, target, **way), **more)
        case {"ssh": target, **more}:
            return SshPlace(name, target, **more)
        case {"run": words, **more}:
            return RunPlace(name, (_program(words[0], folder), *words[1:]), **more)
        case {"connection_file": path}:
            return AttachedPlace(name, _path(path, folder))
        case {"server": url, **more}:
            return ServerPlace(name, url, **more)
        case _:
            return ProvisionerPlace(name, values["provisioner"], values.get("options", MappingProxyType({})))


def _check_keys(entry: Entry, settings: Mapping[str, Entry]) -> None:
    """Record a mistake unless there is one way to a place, with keys that belong to it."""
    named = [key for key in WAYS if key in settings]
    parts = {part for way in named for part in WAYS[way]}
    ways = [key for key in settings if key in named and key not in parts]
    if not ways:
        entry.key.wrong(f"no way to get there: add one of {ONE_OF}, for example ssh: gpu1")
    for way in ways[1:]:
        settings[way].key.wrong(f"there is a way already, {ways[0]}: remove one of them")
    for key in settings:
        if len(ways) == 1 and key not in ways and key not in WAYS[ways[0]]:
            *most, last = (way for way, belonging in WAYS.items() if key in belonging)
            owners = f"{', '.join(most)} and " if most else ""
            settings[key].key.wrong(f"this belongs to {owners}{last}, not to {ways[0]}: remove it")


def _program(word: str, folder: Path) -> str:
    """Return a program's name, which PATH leads to, or its path as it does not depend on the notebook's folder."""
    return _path(word, folder) if "/" in word else word


def _path(path: str, folder: Path) -> str:
    return os.path.join(folder, os.path.expanduser(path))
