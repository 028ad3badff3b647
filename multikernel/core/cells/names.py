"""What a name in a header line means: a command, a backend, an alias, a language, or nothing of Multi's."""

from dataclasses import dataclass, field

from ..config import Config
from ..errors import BackendNotFound
from ..wording import did_you_mean, nearest

RESERVED = frozenset({"wait"})
"""Commands to come; nothing else may have these names."""


@dataclass(slots=True)
class Names:
    """The names that header lines may use, all in lower case; lookup in the order of the grammar."""

    config: Config
    commands: frozenset[str]
    languages: dict[str, str]
    """Backend -> its language, in lower case; grows as kernels tell what they are. Written by lifecycle."""
    _owners: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Index names before aliases, so that an alias never hides a name."""
        self._owners = {
            alias.lower(): name for name, backend in self.config.backends.items() for alias in backend.aliases
        } | {name.lower(): name for name in self.config.backends}

    def is_command(self, name: str) -> bool:
        """Say whether a header line of this name is a command."""
        return name.lower() in self.commands

    def is_known(self, name: str) -> bool:
        """Say whether a header line of this name is Multi's: a command, a backend, an alias or a language."""
        return name.lower() in self.all()

    def find(self, name: str, default: str) -> str | None:
        """Return the backend that a name means, or None where it means none.

        A language means the default backend if that is of it, the configured default after a `%%use`, else the only
        one that is; BackendNotFound if several are.
        """
        name = name.lower()
        if name in self._owners:
            return self._owners[name]
        speakers = [backend for backend, language in self.languages.items() if language == name]
        for preferred in (default, self.config.default):
            if preferred in speakers:
                return preferred
        if len(speakers) > 1:
            raise BackendNotFound(
                f"{name!r} is the language of several backends: say which one, {' or '.join(sorted(speakers))}."
            )
        return speakers[0] if speakers else None

    def resolve(self, name: str, default: str) -> str:
        """Return the backend that a name means; BackendNotFound, with the known names, where it means none."""
        found = self.find(name, default)
        if found is None:
            raise BackendNotFound(
                f"There is no backend {name!r}{did_you_mean(nearest(name, self.backends()))}; "
                f"there are {', '.join(self.backends())}."
            )
        return found

    def backends(self) -> list[str]:
        """Return all backends' names and aliases, sorted."""
        return sorted(self._owners)

    def all(self) -> list[str]:
        """Return everything that may follow `%%`, sorted: commands, backends and languages."""
        return sorted({*self.commands, *self._owners, *(language for language in self.languages.values() if language)})
