"""%%use: shows the default backend."""

from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments


async def use(services: Services, arguments: Arguments) -> Json | None:
    """Show the default; with a name, the router changes the default once the cell has succeeded."""
    if arguments:
        return None
    return {"text/plain": f"The default is {services.state.default}."}
