"""Comm messages: to the backend that owns the comm, at once, whatever cells are running.

Two things no message of a child tells. A kernel that has no comms answers a comm_open just as one that has opened it:
busy and idle (bash_kernel 0.10, deno 2.9); so each comm_open is followed by a comm_info_request of Multi's own. And
ipykernel 7.4 handles a comm message while an async cell runs without saying busy and idle for it; what has not been
begun when that cell ends is over when a comm_info_request that was sent after it is.
"""

from collections.abc import Callable, Mapping

from ...actions import Channel
from ...backend import Backend, BackendState
from ...cells.parser import parse
from ...errors import MultiError
from ...exchange import NotebookExchange
from ...feature import Feature, Handler, Rule
from ...protocol.rewrite import Origin
from ...protocol.wire import Json, Message
from ...request import COMM_TYPES, CellRequest, Request
from ...spine import Spine
from .checks import CommCheck, CommOpening
from .registry import MULTI, WIDGET_CONTROL_TARGET, Registry

MOST_OF_MULTI = 32
"""Comms that Multi itself answers: a page that is reloaded forgets its own without closing it."""


class Comms(Feature):
    """Sends comm messages on; a comm_open waits for the cells that may register its target."""

    def __init__(self, spine: Spine) -> None:
        """Begin without comms."""
        self._spine = spine
        self._state = spine.state
        self._registry = Registry()

    def requests(self) -> Mapping[str, Handler]:
        """Take the notebook's side."""
        return {**dict.fromkeys(COMM_TYPES, self._arrive), "comm_info_request": self._info}

    def queued(self) -> Mapping[str, Handler]:
        """Take those that had to wait for cells."""
        return dict.fromkeys(COMM_TYPES, self._route)

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Learn from the children's side."""
        return {("iopub", "comm_open"): self._opened_by_child, ("iopub", "comm_close"): self._closed_by_child}

    def unasked(self) -> Mapping[str, Callable[[Backend, Message], Message | None]]:
        """Let comms that are open send what nobody has asked for."""
        return {"comm_msg": self._unasked}

    # The notebook's side.

    def _arrive(self, request: Request) -> None:
        """Send a comm message on, or queue it behind what it depends on; what is for Multi itself never waits."""
        if not self._is_for_multi(request) and (subshell := self._waits_in(request)) is not None:
            self._spine.lanes.append(request, subshell)
        else:
            self._route(request)

    def _route(self, request: Request) -> None:
        """Send a comm message to its backend; one that has none is over at once."""
        comm_id = request.content.get("comm_id")
        if request.type == "comm_open":
            self._open(request, comm_id, request.content.get("target_name"))
            return
        owner = self._registry.owner(comm_id) if isinstance(comm_id, str) else None
        if owner is None:
            self._spine.requests.answer(request, {})
        elif owner == MULTI:
            self._for_multi(request, str(comm_id))
        else:
            if request.type == "comm_close":
                self._registry.closed(str(comm_id), owner)
            self._spine.requests.send(request, self._state.backends[owner])

    def _open(self, request: Request, comm_id: object, target: object) -> None:
        if not (isinstance(comm_id, str) and isinstance(target, str)):
            self._refuse(request)
        elif target in self._spine.hooks.comm_targets:
            self._open_to_multi(request, comm_id, target)
        elif (backend := self._backend_for(target)) is None or not self._registry.opened(comm_id, backend.name, target):
            self._refuse(request)
        else:
            opening = CommOpening(
                request.id,
                backend.name,
                request=request,
                origin=Origin(backend.name, request.message.header_frame, request.client),
                requests=self._spine.requests,
                comm_id=comm_id,
                judge=self._judge,
            )
            self._spine.requests.open(opening, backend, request.message)
            self._check(request.subshell, backend, [opening])

    def _backend_for(self, target: str) -> Backend | None:
        """Return the backend for a new comm: the default one if it runs; for widget control the only one with widgets.

        Where several have widgets, JupyterLab asks each widget for its state as soon as its comm is closed.
        """
        name: str | None = self._state.default
        if target == WIDGET_CONTROL_TARGET:
            owners = self._registry.widget_backends()
            name = owners.pop() if len(owners) == 1 else None
        backend = None if name is None else self._state.backends[name]
        return backend if backend is not None and backend.state is BackendState.READY else None

    def _refuse(self, request: Request) -> None:
        """Close a comm that nobody opens at the other end."""
        self._spine.outbox.busy(request)
        if isinstance(comm_id := request.content.get("comm_id"), str):
            self._spine.outbox.publish(request, "comm_close", {"comm_id": comm_id, "data": {}})
        self._spine.requests.finish(request)

    def _info(self, request: Request) -> None:
        """List the open comms of all backends."""
        target = request.content.get("target_name")
        comms = self._registry.info(target if isinstance(target, str) and target else None)
        self._spine.requests.answer(request, {"status": "ok", "comms": comms})

    # Comms that Multi itself answers.

    def _is_for_multi(self, request: Request) -> bool:
        comm_id, target = request.content.get("comm_id"), request.content.get("target_name")
        if request.type == "comm_open":
            return isinstance(target, str) and target in self._spine.hooks.comm_targets
        return isinstance(comm_id, str) and self._registry.owner(comm_id) == MULTI

    def _open_to_multi(self, request: Request, comm_id: str, target: str) -> None:
        if not self._registry.opened(comm_id, MULTI, target):
            self._refuse(request)
            return
        self._spine.outbox.busy(request)
        self._spine.hooks.comm_targets[target].opened(request, comm_id)
        self._spine.requests.finish(request)
        for oldest in self._registry.oldest(MULTI, MOST_OF_MULTI):
            self._close_of_multi(oldest)
            self._spine.outbox.publish_unasked("comm_close", {"comm_id": oldest, "data": {}})

    def _close_of_multi(self, comm_id: str) -> None:
        target = self._registry.target(comm_id)
        self._registry.closed(comm_id, MULTI)
        self._spine.hooks.comm_targets[target].closed(comm_id)

    def _for_multi(self, request: Request, comm_id: str) -> None:
        self._spine.outbox.busy(request)
        if request.type == "comm_close":
            self._close_of_multi(comm_id)
        else:
            self._registry.touch(comm_id)
            self._spine.hooks.comm_targets[self._registry.target(comm_id)].received(request, comm_id)
        self._spine.requests.finish(request)

    # What has to come first.

    def _waits_in(self, request: Request) -> str | None:
        """Return the subshell where what it needs is queued: a cell that may register its target, or its comm_open."""
        for subshell, queued in self._spine.lanes.queued().items():
            for other in queued:
                if self._depends(request, other) and (subshell == request.subshell or request.type != "comm_open"):
                    return subshell
        return None

    def _depends(self, request: Request, queued: Request) -> bool:
        if request.type == "comm_open":
            return isinstance(queued, CellRequest) and self._is_for_default(queued)
        is_of_comm = not isinstance(queued, CellRequest)
        return is_of_comm and queued.content.get("comm_id") == request.content.get("comm_id")

    def _is_for_default(self, request: CellRequest) -> bool:
        """Whether a queued cell will run on the backend that is the default now, as far as its text tells."""
        code = request.content.get("code")
        try:
            cell = parse(code if isinstance(code, str) else "", self._state.names, self._state.default)
        except MultiError:
            return False
        return any(not body.targets or self._state.default in body.targets for body in cell.bodies)

    # The children's side.

    def _opened_by_child(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message | None:
        content = message.content()
        comm_id, target = str(content.get("comm_id")), str(content.get("target_name"))
        return self._if_owned(self._registry.opened(comm_id, backend.name, target), backend, message)

    def _closed_by_child(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message | None:
        comm_id = str(message.content().get("comm_id"))
        is_owned = self._registry.owner(comm_id) == backend.name
        self._registry.closed(comm_id, backend.name)
        return self._if_owned(is_owned, backend, message)

    def _if_owned(self, is_owned: bool, backend: Backend, message: Message) -> Message | None:
        if is_owned:
            return message
        self._spine.outbox.drop("iopub", message, "the comm is not this backend's", backend.name)
        return None

    def _unasked(self, backend: Backend, message: Message) -> Message | None:
        is_owned = self._registry.owner(str(message.content().get("comm_id"))) == backend.name
        return message if is_owned else None

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Close the comms of a child that has gone."""
        for comm_id in self._registry.close_all(backend.name):
            self._spine.outbox.publish_unasked("comm_close", {"comm_id": comm_id, "data": {}})

    # What no message of a child tells.

    def cell_idle(self, exchange: NotebookExchange) -> None:
        """Ask behind the comm messages that a child has not begun at the end of a cell, if there are any."""
        waiting = [
            other
            for other in self._spine.exchanges.of(exchange.backend)
            if isinstance(other, NotebookExchange) and other.request.type in COMM_TYPES and not other.is_begun
        ]
        if waiting:
            self._check(exchange.request.subshell, self._state.backends[exchange.backend], waiting)

    def _check(self, subshell: str, backend: Backend, waiting: list[NotebookExchange]) -> None:
        message = self._spine.outbox.composer.message("comm_info_request", {})
        check = CommCheck(message.id, backend.name, waiting=waiting, spine=self._spine)
        self._spine.exchanges.send(check, "shell", message, subshell)

    def _judge(self, opening: CommOpening, comms: Json) -> None:
        """Close a comm that is not among those of a child."""
        if opening.comm_id not in comms and self._registry.owner(opening.comm_id) == opening.backend:
            self._registry.closed(opening.comm_id, opening.backend)
            content: Json = {"comm_id": opening.comm_id, "data": {}}
            if opening.request.is_over:
                self._spine.outbox.publish_unasked("comm_close", content)
            else:
                self._spine.outbox.publish(opening.request, "comm_close", content)
