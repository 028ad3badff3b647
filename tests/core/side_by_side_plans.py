"""Cells of a notebook, and the children that run them side by side."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Json, Message


@dataclass(eq=False)
class Cell:
    """A cell of the notebook, and what it has got."""

    id: str
    code: str
    stops_on_error: bool
    place: int = 0
    """In the order in which cells have begun; 0: it has not."""
    types: list[str] = field(default_factory=list)
    replies: list[Json] = field(default_factory=list)
    is_doomed: bool = False
    """It has to be aborted."""

    @property
    def is_in_background(self) -> bool:
        """Whether the next cell does not wait for it; of parts, the first line says so."""
        return "--bg" in self.code.partition("\n")[0]

    @property
    def has_now(self) -> bool:
        """Whether it does not wait for its turn."""
        return "--now" in self.code

    @property
    def is_over(self) -> bool:
        """Whether it has its idle."""
        return "idle" in self.types


@dataclass(eq=False)
class Run:
    """A body at a child."""

    cell: Cell
    is_begun: bool = False
    owes: list[str] = field(default_factory=lambda: ["reply", "idle"])
    """What nobody has read yet, or nobody ever will."""
    is_made_up: bool = False
    count: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether Multi may take it for over."""
        return not self.owes or self.is_made_up


@dataclass(eq=False)
class Child:
    """One backend's process."""

    name: str
    state: str = "stopped"
    pipes: dict[Channel, deque[tuple[Message, Run | None]]] = field(default_factory=lambda: defaultdict(deque))
    todo: deque[Run] = field(default_factory=deque)
    """Bodies, the first of which it is at."""
    runs: list[Run] = field(default_factory=list)
    """All that it got in this life."""

    def ends(self) -> None:
        """Forget everything."""
        self.state = "stopped"
        self.pipes.clear()
        self.todo.clear()
        self.runs.clear()

    @property
    def open(self) -> list[Run]:
        """What Multi cannot take for over."""
        return [run for run in self.runs if not run.is_settled]

    @property
    def has_forgotten(self) -> list[Run]:
        """What it may still say the idle of, which has been made up."""
        return [run for run in self.runs if run.is_made_up and "idle" in run.owes]
