"""%%start, %%stop, %%restart, %%interrupt: these backends, nothing else touched."""

from ..core.protocol.wire import Json
from ..core.services import Ports
from .command import Arguments, backends_named


async def start(ports: Ports, arguments: Arguments) -> Json | None:
    """Start the named backends side by side."""
    await ports.start(backends_named(ports, "start", arguments))
    return None


async def stop(ports: Ports, arguments: Arguments) -> Json | None:
    """Stop the named backends."""
    await ports.stop(backends_named(ports, "stop", arguments))
    return None


async def restart(ports: Ports, arguments: Arguments) -> Json | None:
    """Stop the named backends and start them anew."""
    backends = backends_named(ports, "restart", arguments)
    await ports.stop(backends)
    await ports.start(backends)
    return None


async def interrupt(ports: Ports, arguments: Arguments) -> Json | None:
    """Interrupt those of the named backends that are busy."""
    for backend in backends_named(ports, "interrupt", arguments):
        ports.interrupt(backend)
    return None
