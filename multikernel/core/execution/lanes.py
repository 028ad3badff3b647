"""The queues of cells: one for the main shell, and one for each subshell (JEP 91)."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from ..request import CellRequest, Request


@dataclass(slots=True)
class Lane:
    """What runs in the main shell, or in one subshell, and what waits for that."""

    queue: deque[Request] = field(default_factory=deque)
    running: CellRequest | None = None


class Lanes:
    """Cells, and the comm messages that have to come after them, in the order in which they came."""

    def __init__(self) -> None:
        """Begin with nothing queued."""
        self._lanes: defaultdict[str, Lane] = defaultdict(Lane)
        """By subshell; the empty string stands for the main shell."""

    def append(self, request: Request, subshell: str) -> None:
        """Queue a request behind what has come before it."""
        self._lanes[subshell].queue.append(request)

    def queued(self) -> dict[str, list[Request]]:
        """Return by subshell what waits for its turn, the oldest first."""
        return {subshell: list(lane.queue) for subshell, lane in self._lanes.items()}

    def next(self) -> Request | None:
        """Return a request whose turn has come and take it off its queue; None while cells run."""
        for lane in self._lanes.values():
            if lane.queue and (lane.running is None or lane.running.is_over):
                return lane.queue.popleft()
        return None

    def begin(self, request: CellRequest) -> None:
        """Note that a cell runs, so that those behind it wait."""
        self._lanes[request.subshell].running = request

    def let_pass(self, request: CellRequest) -> None:
        """Note that a cell goes on in the background, so that those behind it no longer wait."""
        self._lanes[request.subshell].running = None

    def is_running(self, request: CellRequest) -> bool:
        """Whether the cells of a lane wait for this one."""
        lane = self._lanes.get(request.subshell)
        return lane is not None and lane.running is request

    def abort(self, subshell: str = "") -> None:
        """Let every cell that has been received so far be answered `aborted` when its turn comes."""
        for request in self._lanes[subshell].queue:
            if isinstance(request, CellRequest):
                request.is_aborted = True

    def forget(self, subshell: str) -> list[Request]:
        """Remove a subshell, and return what has not begun in it."""
        return list(self._lanes.pop(subshell, Lane()).queue)
