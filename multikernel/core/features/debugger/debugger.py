"""The debugger: one backend at a time is debugged, by requests on control that wait for no cell.

A request waits only while its backend starts, and while the first one after each start asks the child how it names the
files of cells. A debugger that is on stays on when its backend is started anew: the new child is told what the one
before was told, before any cell runs in it.
"""

from ...actions import CancelTimer, SetTimer, ToBackend, ToFront
from ...backend import Backend, BackendState
from ...cells.cell import child_text, parse
from ...errors import MultiError
from ...execution.execution import Execution
from ...execution.flight import Flight
from ...protocol.wire import Json, Message, WireError
from ...request import Request
from ...state import State
from . import protocol
from .session import DebugSession
from .source_files import SourceFiles, path_in

DEBUG_INFO: Json = {"type": "request", "seq": 0, "command": "debugInfo", "arguments": {}}

NO_DEBUGGER = "No backend with a debugger is configured."


class Debugging:
    """Sends what a debugger asks on to the backend that is debugged, in that one's terms."""

    def __init__(self, state: State, flight: Flight, execution: Execution) -> None:
        """Take the state, and the queue that a new child's cells wait in."""
        self._state = state
        self._outbox = state.outbox
        self._flight = flight
        self._execution = execution
        self._session: DebugSession | None = None
        self._held: dict[str, list[Request]] = {}
        """Backend -> requests that wait until it is ready for them."""
        self._asked: dict[str, str] = {}
        """Requests of Multi's own that are not answered yet -> their backend."""
        self._foreign: set[str] = set()
        """Paths of cells that are not for the backend that is debugged."""

    # What the notebook asks.

    def arrive(self, request: Request) -> None:
        """Send a debug_request on, hold it until that is possible, or answer it here."""
        backend = self._debuggee()
        if backend is None:
            self._answer(request, None)
            return
        is_deliberate = request.content.get("command") == "initialize" and not self._state.holds_starts
        if backend.state is BackendState.STOPPED and is_deliberate:
            self._execution.start(backend)
        if backend.state is BackendState.STOPPED:
            self._answer(request, backend)
        elif self._is_new(backend):
            self._held.setdefault(backend.name, []).append(request)
            if backend.state is BackendState.READY and not self._is_asked(backend):
                self._ask(backend, DEBUG_INFO)
        else:
            self._send(request, backend)

    def _debuggee(self) -> Backend | None:
        """Return the backend that is debugged: the default one if it has a debugger, else the first that has."""
        if self._session is not None:
            return self._session.backend
        backends = self._state.backends
        preferred = (backends[self._state.default], backends[self._state.config.default], *backends.values())
        return next((backend for backend in preferred if backend.sources is not None), None)

    def _is_new(self, backend: Backend) -> bool:
        """Whether a child is starting, or has still to say how it names files, or to hear what the last one did."""
        is_ready = backend.state is BackendState.READY and _sources(backend).child is not None
        return not is_ready or self._is_asked(backend)

    def _is_asked(self, backend: Backend) -> bool:
        return backend.name in self._asked.values()

    def _send(self, request: Request, backend: Backend) -> None:
        """Send a request to a child that is ready for it."""
        arguments = request.content.get("arguments")
        changed = arguments
        if isinstance(arguments, dict):
            if request.content.get("command") == "dumpCell":
                text = self._dump(arguments.get("code"), backend)
                changed = None if text is None else {**arguments, "code": text}
            else:
                is_foreign = path_in(arguments) in self._foreign
                changed = None if is_foreign else _sources(backend).arguments_to_child(arguments)
            if changed is None:
                self._answer(request, backend)
                return
        is_same = changed == arguments
        message = request.message if is_same else request.message.with_content(arguments=changed)
        self._flight.send(request, backend, request.channel, message)

    def _dump(self, code: object, backend: Backend) -> str | None:
        """Note a cell and return the text that the child has of it; None for one that is not for it."""
        if not isinstance(code, str):
            return None
        path = self._state.naming.path(code)
        self._foreign.add(path)
        try:
            cell = parse(code, self._state.names, self._state.default)
        except MultiError:
            return None
        if not cell.runs_body or (cell.target or self._state.default) != backend.name:
            return None
        self._foreign.discard(path)
        text = child_text(cell, backend.profile).text
        _sources(backend).dumped(code, text)
        return text

    def _answer(self, request: Request, backend: Backend | None) -> None:
        """Answer a request that no child is to get."""
        self._flight.answer(request, self._own_answer(request.content, backend))

    def _own_answer(self, content: Json, backend: Backend | None) -> Json:
        arguments = content.get("arguments")
        arguments = arguments if isinstance(arguments, dict) else {}
        session, naming = self._session, self._state.naming
        match content.get("command"):
            case "debugInfo":
                lines = {} if session is None else session.lines()
                return protocol.response(content, protocol.debug_info(naming, session is not None, lines))
            case "disconnect":
                self._session = None
                return protocol.response(content, {})
            case "dumpCell" if isinstance(code := arguments.get("code"), str):
                if backend is not None:
                    self._dump(code, backend)
                return protocol.response(content, {"sourcePath": naming.path(code)})
            case "setBreakpoints" if path_in(arguments) in self._foreign:
                return protocol.response(content, {"breakpoints": []})
            case "setBreakpoints" if session is not None:
                session.heard(content)
                path = path_in(arguments)
                placed = [{"verified": True, "source": {"path": path}, **at} for at in session.lines().get(path, [])]
                return protocol.response(content, {"breakpoints": placed})
            case _:
                text = NO_DEBUGGER if backend is None else f"{backend.name} is not running; run a cell first."
                return protocol.failure(content, text, naming)

    # What the child says.

    def replied(self, backend: Backend, request: Request, message: Message) -> Message:
        """Return a child's debug_reply as the notebook gets it, and learn from it."""
        content = message.content()
        if content.get("success") is True:
            self._heard(backend, request.content)
        body = content.get("body")
        rule = protocol.TO_FRONT.get(str(request.content.get("command")))
        if rule is None or not isinstance(body, dict):
            return message
        arguments = request.content.get("arguments")
        changed = rule(body, arguments if isinstance(arguments, dict) else {}, _sources(backend))
        return message if changed == body else message.with_content(body=changed)

    def _heard(self, backend: Backend, content: Json) -> None:
        if content.get("command") == "disconnect":
            self._session = None
        elif content.get("command") == "initialize" and self._session is None:
            self._session = DebugSession(backend)
        if self._session is not None:
            self._session.heard(content)

    def happened(self, backend: Backend, message: Message) -> Message:
        """Return a child's debug_event as the notebook gets it, and learn from it."""
        content = message.content()
        event, body = content.get("event"), content.get("body")
        if backend.sources is None or not isinstance(body, dict):
            return message
        if self._session is not None and event in ("stopped", "continued"):
            self._session.stopped_thread = body.get("threadId") if event == "stopped" else None
        changed = backend.sources.to_front_in(body) if event in protocol.EVENTS_WITH_SOURCES else body
        return message if changed == body else message.with_content(body=changed)

    def answered(self, name: str, reply: Message) -> None:
        """Take a child's debug_reply to a request of Multi's own; one that cannot be read says nothing."""
        if self._asked.pop(reply.parent_id, None) is None:
            return
        backend = self._state.backends[name]
        sources = _sources(backend)
        if sources.child is None:
            try:
                body = reply.content().get("body")
            except WireError:
                body = None
            sources.learn(body if isinstance(body, dict) else {})
            if backend.state is BackendState.STARTING and self._session is not None:
                for one in self._session.contents(sources):
                    self._ask(backend, one)
        if not self._is_asked(backend):
            self._go_on(backend)

    # The life of the backend that is debugged.

    def ready(self, backend: Backend) -> None:
        """A child is ready for cells, unless it has to hear first what the one before was told."""
        if self._has_session(backend):
            backend.state = BackendState.STARTING
            self._outbox.add(SetTimer(("debugger", backend.name), backend.config.timeout))
            self._ask(backend, DEBUG_INFO)
            return
        self._execution.started(backend)
        if backend.name in self._held:
            self._ask(backend, DEBUG_INFO)

    def _has_session(self, backend: Backend) -> bool:
        return self._session is not None and self._session.backend is backend

    def _ask(self, backend: Backend, content: Json) -> None:
        message = self._outbox.composer.question(backend.name, "debug_request", content)
        self._asked[message.id] = backend.name
        self._outbox.add(ToBackend(backend.name, "control", message))

    def _go_on(self, backend: Backend) -> None:
        """Let the cells and the requests go on that have waited for a child's answers to Multi."""
        if backend.state is BackendState.STARTING:
            backend.state = BackendState.READY
            self._outbox.add(CancelTimer(("debugger", backend.name)))
            self._execution.started(backend)
        for request in self._held.pop(backend.name, ()):
            self._send(request, backend)

    def no_answer_timer(self, backend: Backend) -> None:
        """Go on without the debugger where a new child does not answer."""
        self._asked = {msg_id: name for msg_id, name in self._asked.items() if name != backend.name}
        self._outbox.log("the debugger does not answer", backend.name)
        self._go_on(backend)

    def ended(self, backend: Backend, error: MultiError) -> None:
        """A child is no more; a debugger hears that nothing is stopped there any longer."""
        if backend.sources is None:
            return
        backend.sources.child = None
        self._asked = {msg_id: name for msg_id, name in self._asked.items() if name != backend.name}
        self._outbox.add(CancelTimer(("debugger", backend.name)))
        for request in self._held.pop(backend.name, ()):
            self._flight.fail(request, error)
        if self._session is not None and self._session.backend is backend:
            thread, self._session.stopped_thread = self._session.stopped_thread, None
            if thread is not None:
                self._publish("continued", {"threadId": thread, "allThreadsContinued": True})
            self._publish("terminated", {})

    def _publish(self, event: str, body: Json) -> None:
        message = self._outbox.composer.message("debug_event", protocol.event(event, body))
        self._outbox.add(ToFront("iopub", message))


def _sources(backend: Backend) -> SourceFiles:
    assert backend.sources is not None
    return backend.sources
