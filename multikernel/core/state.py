"""All that the router knows between two events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .actions import Channel
from .backend import Backend
from .cells.names import Names
from .cells.transfers import Transfer
from .config import Config
from .errors import MultiError
from .features.comms.registry import Comms
from .features.debugger.source_files import Naming
from .features.own_code import SilentRuns
from .features.results import Results
from .features.stdin import Inputs
from .features.subshells.registry import Subshells
from .outbox import Outbox
from .request import CellRequest, Origins, Request


@dataclass(slots=True)
class State:
    """Shared by the router's parts; only they write it."""

    config: Config
    names: Names
    backends: dict[str, Backend]
    outbox: Outbox
    version: str
    last_lines: Callable[[str], Sequence[str]]
    """Backend -> the last lines that its process wrote to stderr and stdout."""
    default: str
    """The backend of cells without a header line."""
    ports: Mapping[str, int]
    """The front's own, as the connection file names them."""
    config_error: MultiError | None = None
    """What is wrong with the config file, for the first cell to say; the built-in config is in use."""
    holds_starts: bool = False
    """The config came with the notebook, so it starts nothing before the first cell."""
    count: int = 0
    """The notebook's execution counter: the number of the last cell."""
    in_flight: dict[str, Request] = field(default_factory=dict)
    origins: Origins = field(default_factory=Origins)
    comms: Comms = field(default_factory=Comms)
    unanswered: dict[str, Channel] = field(default_factory=dict)
    """Requests of unknown types that have been sent to a child, by msg_id."""
    inputs: Inputs = field(default_factory=Inputs)
    results: Results = field(default_factory=Results)
    subshells: Subshells = field(init=False)
    silent_runs: SilentRuns = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no subshells, and nothing asked."""
        self.subshells = Subshells(self.outbox)
        self.silent_runs = SilentRuns(self.outbox)

    @property
    def naming(self) -> Naming:
        """How the notebook is told to name the files of cells; the same for as long as the front lives.

        JupyterLab 4.6 shows those that contain `ipykernel_` as `Cell [3]`.
        """
        return Naming(f"/multikernel/ipykernel_{self.outbox.composer.session[:8]}/")

    def requests_of(self, backend: str) -> list[Request]:
        """Return the requests that a child has not finished, the oldest first."""
        return [request for request in self.in_flight.values() if request.backend == backend]

    def is_busy(self, backend: str) -> bool:
        """Whether a child has begun something for the notebook, and not ended it."""
        return any(
            request.busy and not (isinstance(request, CellRequest) and request.held_reply is not None)
            for request in self.requests_of(backend)
        )

    def copying(self, backend: str) -> list[CellRequest]:
        """Return the cells for which a variable is being copied from or to a backend."""
        cells = [request for request in self.in_flight.values() if isinstance(request, CellRequest)]
        return [
            cell
            for cell in cells
            if isinstance(cell.task, Transfer) and backend in (cell.task.source, cell.task.target)
        ]
