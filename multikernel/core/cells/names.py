"""What a name in a header line means: a command, a backend, an alias, a language, or nothing of Multi's.

It means the same for as long as the notebook runs: neither `%%use` nor what a kernel reports about itself changes it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..config import Config
from ..errors import BackendNotFound
from ..wording import did_you_mean, nearest
from .command_names import NAME, PARTS, TARGET


@dataclass(slots=True)
class Names:
    """The names that header lines may use, all in lower case; lookup in the order of the grammar."""

    config: Config
    commands: frozenset[str]
    languages: Mapping[str, str]
    """Backend -> its language in lower case, as its kernelspec or the config states it; empty where neither does."""
    _owners: dict[str, str] = field(init=False)
    """Name or alias -> backend."""
    _groups: dict[str, tuple[str, ...]] = field(init=False)
    """Name or alias of several backends of one kernelspec -> these."""
    _speakers: dict[str, list[str]] = field(init=False)
    """Language -> backends."""

    def __post_init__(self) -> None:
        """Index names before aliases, so that an alias never hides a name."""
        self._owners = {
            alias.lower(): name for name, backend in self.config.backends.items() for alias in backend.aliases
        } | {name.lower(): name for name in self.config.backends}
        self._groups = {
            name.lower(): group.members
            for group in self.config.groups.values()
            for name in (*group.aliases, group.name)
        }
        speakers: defaultdict[str, list[str]] = defaultdict(list)
        for backend, language in self.languages.items():
            if NAME.fullmatch(language):
                speakers[language].append(backend)
        self._speakers = dict(speakers)

    def is_command(self, name: str) -> bool:
        """Whether a header line of this name is a command."""
        return name.lower() in self.commands

    def is_known(self, name: str) -> bool:
        """Whether a header line of this name is Multi's: a command, `%%parts`, a backend, an alias or a language.

        A list of names is if one of them is.
        """
        return any(self._is_known(each) for each in name.lower().split(","))

    def _is_known(self, name: str) -> bool:
        is_backend = name in self._owners or name.partition("[")[0] in self._groups or name in self._speakers
        return is_backend or name in self.commands or name == PARTS

    def find(self, name: str) -> str | None:
        """Return the backend that a name means, or None where it means none.

        A language means the configured default if that is of it, else the only backend that is; BackendNotFound if
        several are, and for the name of several backends.
        """
        name = name.lower()
        if name in self._owners:
            return self._owners[name]
        if members := self._groups.get(name):
            raise BackendNotFound(f"{name} is {len(members)} backends: name one, as in {name}[0].")
        if members := self._groups.get(name.partition("[")[0]):
            raise BackendNotFound(f"There is no {name}: the backends are {members[0]} to {members[-1]}.")
        speakers = self._speakers.get(name, ())
        if self.config.default in speakers:
            return self.config.default
        if len(speakers) > 1:
            several = {self.config.backends[speaker].group or speaker for speaker in speakers}
            choice = " or ".join(f"%%{speaker}" for speaker in sorted(several))
            raise BackendNotFound(f"{name!r} is the language of several backends: write {choice}.")
        return speakers[0] if speakers else None

    def resolve(self, name: str) -> str:
        """Return the backend that a name means; BackendNotFound where it means none, with what may have been meant."""
        found = self.find(name)
        if found is None:
            near = nearest(name, self.backends())
            known = did_you_mean(near) or f"; there are {', '.join(self.shown())}"
            raise BackendNotFound(f"There is no backend {name!r}{known}.")
        return found

    def find_all(self, name: str) -> tuple[str, ...]:
        """Return the backends that a name means: several for that of a group, none where it means none."""
        members = self._groups.get(name.lower())
        if members is not None:
            return members
        found = self.find(name)
        return () if found is None else (found,)

    def is_several(self, name: str) -> bool:
        """Whether a header line of this name is for several backends: it is a list, or a group's, however small."""
        return "," in name or name.lower() in self._groups

    def resolve_all(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the backends that names mean, each once; BackendNotFound as `resolve`."""
        found = [self.find_all(name) or (self.resolve(name),) for name in names]
        return tuple(dict.fromkeys(backend for backends in found for backend in backends))

    def shown(self) -> list[str]:
        """Return the backends' names that can be typed, sorted, without aliases and languages."""
        named = {backend.group or name for name, backend in self.config.backends.items()}
        return sorted(name.lower() for name in named if NAME.fullmatch(name))

    def backends(self) -> list[str]:
        """Return all that a backend can be named by, sorted: names, aliases and languages."""
        owners = filter(TARGET.fullmatch, self._owners)
        return sorted({*owners, *self._groups, *filter(self._is_clear, self._speakers)})

    def single(self) -> list[str]:
        """Return all that one backend can be named by, sorted."""
        return [name for name in self.backends() if name not in self._groups]

    def lines(self) -> list[str]:
        """Return what a header line that is no backend's can be, sorted: the commands and `parts`."""
        return sorted({*self.commands, PARTS})

    def all(self) -> list[str]:
        """Return everything that may follow `%%`, sorted: commands and what names a backend."""
        return sorted({*self.lines(), *self.backends()})

    def _is_clear(self, language: str) -> bool:
        return self.config.default in self._speakers[language] or len(self._speakers[language]) == 1
