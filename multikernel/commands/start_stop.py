"""%%start, %%stop, %%restart and %%interrupt, which leave all other backends alone."""

from collections.abc import Sequence

from ..core.backend import BackendState
from ..core.errors import BackendError
from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments, backends_named


async def start(services: Services, arguments: Arguments) -> Json | None:
    """Start the named backends side by side."""
    await services.start(backends_named(services, "start", arguments))
    return None


async def stop(services: Services, arguments: Arguments) -> Json | None:
    """Stop the named backends; an attached one is only detached, which is said."""
    backends = backends_named(services, "stop", arguments)
    running = {name for name in backends if services.state.backends[name].state is not BackendState.STOPPED}
    await services.stop(backends)
    detached = [name for name in _attached(services, backends) if name in running]
    if not detached:
        return None
    return {"text/plain": "\n".join(f"{name} is detached; its kernel goes on." for name in detached)}


async def restart(services: Services, arguments: Arguments) -> Json | None:
    """Stop the named backends and start them again; BackendError for one that is attached."""
    backends = backends_named(services, "restart", arguments)
    if attached := _attached(services, backends):
        raise BackendError(
            f"{attached[0]} is attached to a kernel that Multi has not started, so only its owner can restart it; "
            f"%%stop {attached[0]} detaches it."
        )
    await services.stop(backends, keeps_jobs=True)
    await services.start(backends)
    return None


async def interrupt(services: Services, arguments: Arguments) -> Json | None:
    """Interrupt those of the named backends that are busy."""
    for backend in backends_named(services, "interrupt", arguments):
        services.interrupt(backend)
    return None


def _attached(services: Services, backends: Sequence[str]) -> list[str]:
    return [name for name in backends if services.state.backends[name].is_attached]
