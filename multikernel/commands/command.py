"""What a command is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..core.errors import HeaderError
from ..core.protocol.wire import Json
from ..core.services import Services

Arguments = tuple[str, ...]
Run = Callable[[Services, Arguments], Awaitable[Json | None]]
"""Takes the words after the command's name; returns a MIME bundle to display, or None; may raise a MultiError."""


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table of commands."""

    name: str
    usage: str
    summary: str
    run: Run


def backends_named(services: Services, command: str, arguments: Arguments) -> list[str]:
    """Return the backends that the arguments name, without duplicates; HeaderError if there are no arguments."""
    if not arguments:
        raise HeaderError(f"%%{command} needs the name of a backend, for example %%{command} {services.state.default}.")
    return list(services.state.names.resolve_all(arguments))
