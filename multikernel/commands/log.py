"""%%log: the child's own stdout and stderr."""

from ..core.errors import HeaderError
from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments, backends_named


async def log(services: Services, arguments: Arguments) -> Json | None:
    """Show the last lines that a backend's process wrote, and what Multi recorded about it."""
    backends = backends_named(services, "log", arguments)
    if len(backends) > 1:
        raise HeaderError(f"%%log takes one backend, not {len(backends)}.")
    lines = services.output(backends[0])
    return {"text/plain": "\n".join(lines) or f"{backends[0]} has written nothing to stdout or stderr."}
