"""`at: NAME` in multikernel.yaml: which place it names, and whether the backend can be there.

In the user's own file, what is wrong with it is a mistake like any other. A file that came with a notebook may be right
on another machine, with other places: there, nothing but the backend itself is refused, once it is to start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core.places import NUMBER, AttachedPlace, Place, ServerPlace, UnusablePlace
from ..core.wording import did_you_mean, nearest, quote, shorten
from .mistakes import ConfigError, Mistake
from .places import OwnPlaces, read_places
from .values import Entry, Value
from .yaml_nodes import position

NOT_FOR_ATTACHED = ("env", "cwd", "interrupt")
"""Keys that mean nothing to a kernel that somebody else has started."""

EXAMPLE = f"~/engine-{NUMBER}.json"


def _as_written(folder: str) -> str:
    return folder


def _misfit_of_server(settings: Mapping[str, Entry]) -> tuple[str, str] | None:
    """Return the key of what a Jupyter server cannot be asked for, and what to do about it; None if there is none."""
    if "env" in settings:
        return "env", "a Jupyter server starts kernels in its own environment: remove this"
    if "cwd" in settings and str(settings["cwd"].value.node.value).startswith("/"):
        return "cwd", "this is relative to the root folder of the server: remove the / at its beginning"
    return None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a config file comes from: what it may say of places, and which others it may name."""

    folder: Path = Path()
    """That of the file; paths in its places are relative to it."""
    existing_folder: Callable[[str], str | None] = _as_written
    """Turns a `cwd` as written into a usable path, or None if there is no such folder."""
    is_own: bool = True
    """It is the user's own, so it may define places."""
    own_places: Callable[[], OwnPlaces] = lambda: OwnPlaces("multikernel.yaml")
    """Reads the places of the user's file on Jupyter's config path; called only for a place that this file lacks."""


@dataclass(slots=True)
class Places:
    """The places that the backends of one file may name."""

    file: str
    """As messages show it."""
    origin: Origin
    _defined: Mapping[str, Place] = field(default_factory=dict)
    _names: frozenset[str] = frozenset()
    """Of all that the file defines, those with mistakes included."""

    def define(self, entry: Entry) -> None:
        """Read the file's `places`."""
        if self.origin.is_own:
            self._defined, self._names = read_places(entry.value, self.origin.folder)
        else:
            own = self.origin.own_places().file
            entry.key.wrong(
                f"a file that lies with a notebook may name places, with at, but not define any: move this to {own}"
            )

    def find(self, name: str, settings: Mapping[str, Entry]) -> Place | None:
        """Return the place that a backend with these settings names, or None after a mistake."""
        if name.lower() in self._names - self._defined.keys():
            return None
        value = settings["at"].value
        place = self._defined.get(name.lower())
        if place is None:
            own = self.origin.own_places()
            if own.mistakes:
                return UnusablePlace(name, ConfigError(own.file, own.mistakes))
            place = own.places.get(name.lower())
            if place is None:
                return self._unusable(value, name, self._unknown(name, own))
        if isinstance(place, AttachedPlace):
            misfit = next((key for key in settings if key in NOT_FOR_ATTACHED), None)
            if misfit is not None:
                what = f"{misfit} cannot be set for {place.name}, a kernel that runs already: remove it"
                return self._unusable(settings[misfit].key, name, what)
            if "count" in settings and not place.is_of_several:
                what = (
                    f"{place.name} is one kernel: write {NUMBER} for their numbers in its connection_file, as {EXAMPLE}"
                )
                return self._unusable(settings["count"].key, name, what)
            if place.is_of_several and "count" not in settings:
                what = f"{place.name} is several kernels: add how many, such as count: 4"
                return self._unusable(value, name, what)
        elif "kernel" not in settings:
            what = f"no kernel: add the name of a kernelspec for {place.name}, such as kernel: python3"
            return self._unusable(value, name, what)
        elif isinstance(place, ServerPlace) and (found := _misfit_of_server(settings)) is not None:
            key, what = found
            return self._unusable(settings[key].value, name, what)
        return place

    def _unknown(self, name: str, own: OwnPlaces) -> str:
        """Return that there is no such place, and where to add it."""
        known = {*self._defined, *own.places}
        near = did_you_mean(nearest(name, known))
        example = f"{shorten(name)}: {{ssh: {shorten(name)}}}"
        if self.origin.is_own:
            add = f"add one under places, for example {example}"
        else:
            add = f"add it under places in {own.file}, for example {example}, and restart the kernel"
        return f"there is no place {quote(name)}{near}; {add}"

    def _unusable(self, value: Value, name: str, what: str) -> Place | None:
        """Record a mistake, or return a place that says it when it is needed."""
        if self.origin.is_own:
            value.wrong(what)
            return None
        mistake = Mistake(*position(value.node.start_mark), value.path, what)
        return UnusablePlace(name, ConfigError(self.file, [mistake]))
