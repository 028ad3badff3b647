"""What the spine and the features share: the config, the backends, and where the notebook stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from .backend import Backend
from .cells.names import Names
from .config import Config
from .errors import MultiError
from .exchanges import Exchanges
from .execution.turns import Turns


@dataclass(slots=True)
class State:
    """Read by everybody, each field written by one."""

    config: Config
    names: Names
    backends: Mapping[str, Backend]
    exchanges: Exchanges
    turns: Turns
    version: str
    front_ports: Mapping[str, int]
    """The front's own, by their keys in the connection file."""
    default: str
    """The backend of cells without a header line. Written by answers."""
    config_error: MultiError | None = None
    """What is wrong with the config file, for the first cell to report; the built-in config is in use. Written by
    execution."""
    holds_starts: bool = False
    """The config came with the notebook, so nothing starts before the first cell. Written by starts."""
    count: int = 0
    """The notebook's execution counter: the number of the last cell. Written by execution."""

    def is_busy(self, backend: str) -> bool:
        """Whether a child is at something for the notebook."""
        return self.exchanges.is_busy(backend)
