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
        self._heard_of_ends: list[Feature] = []
        self._settled: list[Feature] = []

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
        if type(feature).over is not Feature.over:
            self._heard_of_ends.append(feature)
        if type(feature).settle is not Feature.settle:
            self._settled.append(feature)

    @property
    def supported_features(self) -> list[str]:
        """All features that a kernel_info_reply names."""
        return [name for feature in self.features for name in feature.supported_features]

    def accept(self, request: Request) -> bool:
        """Whether all features let a request be handled."""
        return all(feature.accepts(request) for feature in self.features)

    def carry(self, subshell: str, backend: Backend, channel: Channel, message: Message) -> bool:
        """Let a feature send a message into a child's subshell; False where none does."""
        return any(feature.carry(subshell, backend, channel, message) for feature in self.features)

    def is_beside_main_thread(self, request: Request, backend: Backend) -> bool:
        """Whether a child runs a request where no signal reaches it."""
        return any(feature.is_beside_main_thread(request, backend) for feature in self.features)

    def starting(self, backend: Backend) -> None:
        """Tell that a child is on its way."""
        for feature in self.features:
            feature.starting(backend)

    def cell_sent(self, backend: Backend, code: str, text: str) -> None:
        """Tell that a child has been sent a cell, as this text."""
        for feature in self.features:
            feature.cell_sent(backend, code, text)

    def cell_idle(self, exchange: NotebookExchange) -> None:
        """Tell that a child has gone idle after a cell."""
        for feature in self.features:
            feature.cell_idle(exchange)

    def replied_late(self, message: Message, origin: Origin) -> bool:
        """Let a feature take a reply to a request that is over; False where none does."""
        return any(feature.replied_late(message, origin) for feature in self.features)

    def over(self, request: Request) -> None:
        """Tell that a request is over."""
        for feature in self._heard_of_ends:
            feature.over(request)

    def settle(self) -> None:
        """Let features act on what an event has led to."""
        for feature in self._settled:
            feature.settle()


def _add(table: dict[K, T], more: Mapping[K, T]) -> None:
    if twice := table.keys() & more.keys():
        raise ValueError(f"two features handle {', '.join(map(str, twice))}")
    table.update(more)
