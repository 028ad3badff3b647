"""Subshells (JEP 91): those that the notebook has, and what each child calls its own for them.

A subshell of the notebook is a name of Multi's making. The first message for it that goes to a child with subshells
makes the child create one of its own; what follows waits until the child has told its name.
"""

from collections.abc import Callable, Mapping

from ...actions import CancelTimer, Channel, SetTimer, ToBackend
from ...backend import Backend
from ...errors import MultiError, UnknownSubshellError
from ...exchange import NotebookExchange
from ...feature import Feature, Handler
from ...protocol.wire import Json, Message
from ...request import COMM_TYPES, CellRequest, Request
from ...spine import Spine
from .child_subshell import FEATURE, ChildSubshell, SubshellExchange, has_subshells, in_subshell

CREATE_SECONDS = 5.0
"""How long a child may take to create a subshell before what waits for it goes to the child's main shell."""

LATE = "subshell"
"""Timers, by the subshell and the backend that creates its own."""


class Subshells(Feature):
    """All subshells of the notebook; the children hear of one only when something is to run there."""

    supported_features = (FEATURE,)

    def __init__(self, spine: Spine) -> None:
        """Begin without subshells."""
        self._spine = spine
        self._outbox = spine.outbox
        self._requests = spine.requests
        self._children: dict[str, dict[str, ChildSubshell]] = {}
        """Subshell -> backend -> the child's own."""
        self._count = 0

    def requests(self) -> Mapping[str, Handler]:
        """Take what the notebook asks."""
        return {
            "create_subshell_request": self._create,
            "list_subshell_request": self._list,
            "delete_subshell_request": self._delete,
        }

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Wait only so long."""
        return {LATE: self._late_timer}

    def accepts(self, request: Request) -> bool:
        """Whether a request is for the main shell or for a subshell that exists; any other is refused.

        A comm message is not: the close of the last comm comes with the end of its subshell, and may be overtaken.
        """
        if not request.subshell or request.subshell in self._children or request.type in COMM_TYPES:
            return True
        self._refuse(request)
        return False

    def is_beside_main_thread(self, request: Request, backend: Backend) -> bool:
        """Whether a request runs in a subshell of a child that has some."""
        return bool(request.subshell) and has_subshells(backend)

    # The notebook's side.

    def _create(self, request: Request) -> None:
        """Create a subshell at once, whatever the children do."""
        self._count += 1
        subshell = f"{self._outbox.composer.session}-{self._count}"
        self._children[subshell] = {}
        self._requests.answer(request, {"status": "ok", "subshell_id": subshell})

    def _list(self, request: Request) -> None:
        self._requests.answer(request, {"status": "ok", "subshell_id": list(self._children)})

    def _delete(self, request: Request) -> None:
        """Delete a subshell, and let the children delete theirs; what had not begun in it is refused."""
        subshell = request.content.get("subshell_id")
        if not isinstance(subshell, str) or subshell not in self._children:
            self._requests.answer(request, {"status": "error", "evalue": _unknown(str(subshell))})
            return
        for queued in self._spine.lanes.forget(subshell):
            if isinstance(queued, CellRequest):
                self._refuse(queued)
            else:
                self._spine.lanes.append(queued, "")
        for backend, child in self._children.pop(subshell).items():
            self._release(child, backend)
            if child.name is not None:
                self._ask_to_delete(backend, child.name, subshell)
        self._requests.answer(request, {"status": "ok"})

    def _refuse(self, request: Request) -> None:
        error = UnknownSubshellError(_unknown(request.subshell))
        content: Json = {"status": "error", **error.content(), "traceback": []}
        self._requests.answer(request, content)

    # The children's side.

    def carry(self, subshell: str, backend: Backend, channel: Channel, message: Message) -> bool:
        """Send a message to a child's own subshell, or to its main shell if the child has no subshells."""
        children = self._children.get(subshell, {})
        if subshell in self._children and has_subshells(backend) and backend.name not in children:
            children[backend.name] = ChildSubshell()
            self._ask_to_create(backend.name, subshell)
        child = children.get(backend.name)
        if child is not None and child.is_asked_for:
            child.held.append((channel, message))
        else:
            message = in_subshell(message, child.name if child is not None else None)
            self._outbox.add(ToBackend(backend.name, channel, message))
        return True

    def _ask_to_create(self, backend: str, subshell: str) -> None:
        message = self._outbox.composer.message("create_subshell_request", {})
        self._spine.exchanges.send(
            SubshellExchange(
                message.id,
                backend,
                answer_type="create_subshell_reply",
                answered=lambda content: self._created(backend, subshell, content),
            ),
            "control",
            message,
        )
        self._outbox.add(SetTimer((LATE, f"{subshell}@{backend}"), CREATE_SECONDS))

    def _created(self, backend: str, subshell: str, content: Json) -> None:
        """Take a child's answer, or nothing at all where it has not come in time."""
        self._outbox.add(CancelTimer((LATE, f"{subshell}@{backend}")))
        name = content.get("subshell_id")
        child = self._children.get(subshell, {}).get(backend)
        if child is not None and child.is_asked_for:
            child.named(name if isinstance(name, str) else None)
            self._release(child, backend)
        elif isinstance(name, str):
            # The notebook has deleted it, or it came too late.
            self._ask_to_delete(backend, name, "")

    def _late_timer(self, about: str) -> None:
        """Do without a subshell that a child has not created in time."""
        subshell, _, backend = about.rpartition("@")
        self._created(backend, subshell, {})

    def _release(self, child: ChildSubshell, backend: str) -> None:
        for channel, message in child.take_held():
            self._outbox.add(ToBackend(backend, channel, in_subshell(message, child.name)))

    def _ask_to_delete(self, backend: str, name: str, subshell: str) -> None:
        message = self._outbox.composer.message("delete_subshell_request", {"subshell_id": name})
        self._spine.exchanges.send(
            SubshellExchange(
                message.id,
                backend,
                answer_type="delete_subshell_reply",
                answered=lambda content: self._deleted(backend, subshell),
            ),
            "control",
            message,
        )

    def _deleted(self, backend: str, subshell: str) -> None:
        """Refuse what a child has not answered by the end of a subshell: it never will (ipykernel 7.4)."""
        for exchange in self._spine.exchanges.of(backend):
            if subshell and isinstance(exchange, NotebookExchange) and exchange.request.subshell == subshell:
                self._spine.exchanges.close(exchange)
                self._refuse(exchange.request)

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Forget the subshells of a child that has gone."""
        for subshell, children in self._children.items():
            if children.pop(backend.name, None) is not None:
                self._outbox.add(CancelTimer((LATE, f"{subshell}@{backend.name}")))


def _unknown(subshell: str) -> str:
    """Return ipykernel's words for a subshell that does not exist."""
    return f"Unknown subshell_id {subshell!r}"
