"""Whether a Jupyter server can be used, for `multikernel doctor`."""

from .....core.places import ServerPlace
from .api import Api
from .failures import NotReached


async def probe(place: ServerPlace) -> str:
    """Ask a server for its kernelspecs; return what is wrong, in a sentence without its full stop, or nothing."""
    try:
        api = Api(place)
        try:
            await api.kernelspecs()
        finally:
            api.close()
    except NotReached as error:
        return str(error)
    return ""
