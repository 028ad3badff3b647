"""%%wait: ends when cells in the background have."""

from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments


async def wait(services: Services, arguments: Arguments) -> Json | None:
    """Show nothing: the router has waited before this begins, since only it knows the cells."""
    return None
