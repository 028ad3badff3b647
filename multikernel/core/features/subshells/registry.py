"""Subshells (JEP 91): those that the notebook has, and what each child calls its own for them.

A subshell of the notebook is a name of Multi's making. The first message for it that goes to a child which has
subshells makes the child create one of its own, a *twin*; what follows waits until the child has said its name.
"""

from dataclasses import dataclass, field, replace

from ...actions import CancelTimer, Channel, SetTimer, ToBackend
from ...backend import Backend
from ...outbox import Outbox
from ...protocol.wire import Json, Message, encode

FEATURE = "kernel subshells"
"""Its name in `supported_features` of a kernel_info_reply."""

CREATE_SECONDS = 5.0
"""How long a child may take to create a subshell before what waits for it goes to the child's main shell."""


@dataclass(slots=True)
class ChildSubshell:
    """What one child has for a subshell of the notebook."""

    name: str | None = None
    """What the child calls it; None: it has none, and its main shell stands in."""
    is_asked_for: bool = True
    """The child has not answered yet."""
    held: list[tuple[Channel, Message]] = field(default_factory=list)
    """What goes to it then."""


@dataclass(slots=True)
class Subshells:
    """All subshells of the notebook."""

    _outbox: Outbox
    _twins: dict[str, dict[str, ChildSubshell]] = field(default_factory=dict)
    """Subshell -> backend -> its twin."""
    _asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    """msg_id of a request to create or delete a twin -> subshell, backend."""
    _count: int = 0

    def create(self) -> str:
        """Return the name of a new subshell."""
        self._count += 1
        subshell = f"{self._outbox.composer.session}-{self._count}"
        self._twins[subshell] = {}
        return subshell

    def names(self) -> list[str]:
        """Return all subshells, the oldest first."""
        return list(self._twins)

    def __contains__(self, subshell: str) -> bool:
        """Whether the notebook has a subshell."""
        return subshell in self._twins

    def send(self, subshell: str, backend: Backend, channel: Channel, message: Message) -> None:
        """Send a message to a child's twin of a subshell, or to its main shell if the child has no subshells."""
        twins = self._twins.get(subshell, {})
        if subshell in self and has_subshells(backend) and backend.name not in twins:
            twins[backend.name] = ChildSubshell()
            self._ask("create_subshell_request", {}, subshell, backend.name)
        twin = twins.get(backend.name)
        if twin is not None and twin.is_asked_for:
            twin.held.append((channel, message))
        else:
            message = in_subshell(message, twin.name if twin is not None else None)
            self._outbox.add(ToBackend(backend.name, channel, message))

    def created(self, request_id: str, content: Json) -> None:
        """Take a child's create_subshell_reply, or nothing at all where it has not come in time."""
        subshell, backend = self._asked.pop(request_id, ("", ""))
        self._outbox.add(CancelTimer(("subshell", request_id)))
        name = content.get("subshell_id")
        twin = self._twins.get(subshell, {}).get(backend)
        if twin is None:
            if backend and isinstance(name, str):
                self._ask("delete_subshell_request", {"subshell_id": name}, "", backend)
            return
        twin.name, twin.is_asked_for = name if isinstance(name, str) else None, False
        self._release(twin, backend)

    def delete(self, subshell: str) -> None:
        """Forget a subshell, and let the children delete theirs; what waits for one goes to the main shell."""
        for backend, twin in self._twins.pop(subshell).items():
            self._release(twin, backend)
            if twin.name is not None:
                self._ask("delete_subshell_request", {"subshell_id": twin.name}, subshell, backend)

    def deleted(self, request_id: str) -> str:
        """Take a child's delete_subshell_reply; return the subshell that it had been, or the empty string."""
        return self._asked.pop(request_id, ("", ""))[0]

    def is_twin(self, subshell: str, backend: Backend) -> bool:
        """Whether what is sent to a child for a subshell runs beside the child's main shell, where no signal comes."""
        return bool(subshell) and has_subshells(backend)

    def forget_backend(self, backend: str) -> None:
        """Forget the twins of a child that is no more."""
        for twins in self._twins.values():
            twins.pop(backend, None)
        for request_id in [asked for asked, (_, name) in self._asked.items() if name == backend]:
            del self._asked[request_id]
            self._outbox.add(CancelTimer(("subshell", request_id)))

    def _release(self, twin: ChildSubshell, backend: str) -> None:
        held, twin.held = twin.held, []
        for channel, message in held:
            self._outbox.add(ToBackend(backend, channel, in_subshell(message, twin.name)))

    def _ask(self, msg_type: str, content: Json, subshell: str, backend: str) -> None:
        request = self._outbox.composer.question(backend, msg_type, content)
        self._asked[request.id] = (subshell, backend)
        self._outbox.add(ToBackend(backend, "control", request))
        if msg_type == "create_subshell_request":
            self._outbox.add(SetTimer(("subshell", request.id), CREATE_SECONDS))


def has_subshells(backend: Backend) -> bool:
    """Whether a child says that it has subshells."""
    features = backend.kernel_info.get("supported_features")
    return isinstance(features, list) and FEATURE in features


def in_subshell(message: Message, name: str | None) -> Message:
    """Return the message for a subshell as the child knows it; None stands for the main shell."""
    header = {key: value for key, value in message.header.items() if key != "subshell_id"}
    if name is not None:
        header["subshell_id"] = name
    return message if header == message.header else replace(message, header=header, header_frame=encode(header))
