"""The features of one router, by where they take part: what the spine looks up and calls."""

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from .actions import Channel
from .backend import Backend
from .errors import MultiError
from .exchange import NotebookExchange
from .feature import CommTarget, Feature, Handler, Rule
from .protocol.rewrite import Origin
from .protocol.wire import Identities, Json, Message
from .request import Request

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

PER_CELL = ("accepts", "is_beside_main_thread", "cell_sent", "cell_idle", "over", "settle")
"""Members that are called for each cell: only for the features that override them."""


class Hooks:
    """Filled by the router; each lookup is one dict or one list of those features that override a member."""

    def __init__(self) -> None:
        """Begin without features."""
        self.requests: dict[str, Handler] = {}
        self.queued: dict[str, Handler] = {}
        self.failures: dict[str, Callable[[Request, MultiError], Json]] = {}
        self.stdin: dict[str, Callable[[Identities, Message], None]] = {}
        self.to_front: dict[tuple[Channel, str], Rule] = {}
        self.unasked: dict[str, Callable[[Backend, Message], Message | None]] = {}
        self.timers: dict[str, Callable[[str], None]] = {}
        self.jobs: dict[str, Callable[[str, object], None]] = {}
        self.comm_targets: dict[str, CommTarget] = {}
        self.features: list[Feature] = []
        self._overriding: dict[str, list[Feature]] = {member: [] for member in PER_CELL}

    def add(self, feature: Feature) -> None:
        """Add a feature; ValueError where another one handles the same."""
        _add(self.requests, feature.requests())
        _add(self.queued, feature.queued())
        _add(self.failures, feature.failures())
        _add(self.stdin, feature.stdin())
        _add(self.to_front, feature.to_front())
        _add(self.unasked, feature.unasked())
        _add(self.timers, feature.timers())
        _add(self.jobs, feature.jobs())
        _add(self.comm_targets, feature.comm_targets())
        self.features.append(feature)
        for member, features in self._overriding.items():
            if getattr(type(feature), member) is not getattr(Feature, member):
                features.append(feature)

    @property
    def supported_features(self) -> list[str]:
        """All features that a kernel_info_reply names."""
        return [name for feature in self.features for name in feature.supported_features]

    def accept(self, request: Request) -> bool:
        """Whether all features let a request be handled."""
        return all(feature.accepts(request) for feature in self._overriding["accepts"])

    def carry(self, subshell: str, backend: Backend, channel: Channel, message: Message) -> bool:
        """Let a feature send a message into a child's subshell; False where none does."""
        return any(feature.carry(subshell, backend, channel, message) for feature in self.features)

    def is_beside_main_thread(self, request: Request, backend: Backend) -> bool:
        """Whether a child runs a request where no signal reaches it."""
        features = self._overriding["is_beside_main_thread"]
        return any(feature.is_beside_main_thread(request, backend) for feature in features)

    def starting(self, backend: Backend) -> None:
        """Tell that a child is on its way."""
        for feature in self.features:
            feature.starting(backend)

    def cell_sent(self, backend: Backend, code: str, text: str) -> None:
        """Tell that a child has been sent a cell, as this text."""
        for feature in self._overriding["cell_sent"]:
            feature.cell_sent(backend, code, text)

    def cell_idle(self, exchange: NotebookExchange) -> None:
        """Tell that a child has gone idle after a cell."""
        for feature in self._overriding["cell_idle"]:
            feature.cell_idle(exchange)

    def replied_late(self, message: Message, origin: Origin) -> bool:
        """Let a feature take a reply to a request that is over; False where none does."""
        return any(feature.replied_late(message, origin) for feature in self.features)

    def over(self, request: Request) -> None:
        """Tell that a request is over."""
        for feature in self._overriding["over"]:
            feature.over(request)

    def settle(self) -> None:
        """Let features act on what an event has led to."""
        for feature in self._overriding["settle"]:
            feature.settle()


def _add(table: dict[K, T], more: Mapping[K, T]) -> None:
    if twice := table.keys() & more.keys():
        raise ValueError(f"two features handle {', '.join(map(str, twice))}")
    table.update(more)
