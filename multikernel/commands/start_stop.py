"""%%start, %%stop, %%restart and %%interrupt, which leave all other backends alone."""

from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments, backends_named


async def start(services: Services, arguments: Arguments) -> Json | None:
    """Start the named backends side by side."""
    await services.start(backends_named(services, "start", arguments))
    return None


async def stop(services: Services, arguments: Arguments) -> Json | None:
    """Stop the named backends."""
    await services.stop(backends_named(services, "stop", arguments))
    return None


async def restart(services: Services, arguments: Arguments) -> Json | None:
    """Stop the named backends and start them again."""
    backends = backends_named(services, "restart", arguments)
    await services.stop(backends)
    await services.start(backends)
    return None


async def interrupt(services: Services, arguments: Arguments) -> Json | None:
    """Interrupt those of the named backends that are busy."""
    for backend in backends_named(services, "interrupt", arguments):
        services.interrupt(backend)
    return None
