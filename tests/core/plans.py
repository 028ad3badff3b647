"""What a notebook has asked in the world around a router, and how a child is to answer it."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Json, Message


@dataclass(frozen=True)
class Plan:
    """How a child answers a request."""

    outputs: int = 0
    late: int = 0
    """Outputs after idle."""
    status: str = "ok"
    replies: bool = True
    goes_idle: bool = True
    hangs: bool = False
    """Until it is interrupted."""
    is_deaf: bool = False
    """Not even then."""
    opens_comm: bool = False
    asks: bool = False


@dataclass
class Sent:
    """A request of the notebook, and all that it got."""

    message: Message
    plan: Plan
    backend: str = ""
    types: list[str] = field(default_factory=list)
    """Of the iopub messages under it, the statuses as busy and idle."""
    replies: list[Json] = field(default_factory=list)
    new_default: str | None = None
    count: int = 0
    is_doomed: bool = False
    """It has to be aborted."""
    was_lost: bool = False
    """Its child could not be reached, so that it may have been answered before the child has spoken."""

    @property
    def stops_on_error(self) -> bool:
        """Whether its failure aborts what is queued."""
        content = self.message.content()
        is_cell = self.message.type == "execute_request" and "--now" not in content["code"]
        return is_cell and bool(content.get("stop_on_error")) and not content.get("silent")


@dataclass(repr=False)
class Child:
    """One backend's process."""

    name: str
    state: str = "stopped"
    pipes: dict[Channel, deque[Message]] = field(default_factory=lambda: defaultdict(deque))
    todo: deque[str] = field(default_factory=deque)
    """Ids of requests, the first of which it is at."""
    hangs: bool = False
    is_lost: bool = False
    """It goes on, but cannot be reached: nothing of it can be read."""

    def ends(self) -> None:
        """Forget everything."""
        self.state, self.hangs, self.is_lost = "stopped", False, False
        self.pipes.clear()
        self.todo.clear()
