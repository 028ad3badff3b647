"""%%use: which backend is the default."""

from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments


async def use(services: Services, arguments: Arguments) -> Json | None:
    """Say what the default is; that a name makes it another is the router's affair, when the cell has succeeded."""
    if arguments:
        return None
    return {"text/plain": f"The default is {services.state.default}."}
