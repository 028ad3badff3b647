"""The debugger: one backend at a time is debugged, by requests on control that wait for no cell.

A request waits only while its backend starts, and while the first one after each start asks the child how it names the
files of cells. A debugger that is on stays on when its backend is restarted: the new child is told what the one before
was told, before any cell runs in it.
"""

from collections.abc import Callable, Mapping
from functools import partial

from ...actions import CancelTimer, Channel, SetTimer
from ...backend import Backend, BackendState
from ...bounded import Bounded
from ...cells.child_text import child_text
from ...cells.parser import parse
from ...errors import BackendError, MultiError
from ...exchange import NotebookExchange
from ...feature import Feature, Handler, Rule
from ...protocol.wire import Json, Message, WireError
from ...request import Request
from ...spine import Spine
from . import protocol
from .exchange import DebugExchange
from .session import DebugSession
from .source_files import CELLS_KEPT, Naming, SourceFiles, path_in

NO_ANSWER = "debugger"
"""Timers, by the backend that owes answers to requests of Multi's own."""

NO_ANSWER_SECONDS = 10.0


class Debugger(Feature):
    """Sends what a debugger asks on to the backend that is debugged, in that one's terms."""

    def __init__(self, spine: Spine) -> None:
        """Take the spine; backends have a debugger if their kernelspecs claim one."""
        self._spine = spine
        self._state = spine.state
        self._outbox = spine.outbox
        self._naming = Naming(f"/multikernel/ipykernel_{spine.outbox.composer.session[:8]}/")
        """How the notebook names the files of cells; JupyterLab 4.6 shows `ipykernel_` in a name as `Cell [3]`."""
        self._sources = {
            backend.name: SourceFiles(self._naming)
            for backend in spine.state.backends.values()
            if backend.kernelspec is not None and backend.kernelspec.has_debugger
        }
        self.supported_features = ("debugger",) if self._sources else ()
        self._session: DebugSession | None = None
        self._held: dict[str, list[Request]] = {}
        """Backend -> requests that wait until it is ready for them."""
        self._foreign: Bounded[str, None] = Bounded(CELLS_KEPT)
        """Paths of cells that are not for the backend that is debugged."""

    def requests(self) -> Mapping[str, Handler]:
        """Take what the notebook asks."""
        return {"debug_request": self._arrive}

    def failures(self) -> Mapping[str, Callable[[Request, MultiError], Json]]:
        """Answer in the debugger's protocol."""
        return {"debug_request": lambda request, error: protocol.failure(request.content, str(error), self._naming)}

    def to_front(self) -> Mapping[tuple[Channel, str], Rule]:
        """Translate what the child answers."""
        return {
            ("control", "debug_reply"): self._replied,
            ("shell", "debug_reply"): self._replied,
            ("iopub", "debug_event"): lambda backend, message, exchange: self._happened(backend, message),
        }

    def unasked(self) -> Mapping[str, Callable[[Backend, Message], Message | None]]:
        """Translate what happens in the child."""
        return {"debug_event": self._happened}

    def timers(self) -> Mapping[str, Callable[[str], None]]:
        """Wait only so long."""
        return {NO_ANSWER: self._no_answer_timer}

    def cell_sent(self, backend: Backend, code: str, text: str) -> None:
        """Note which text the child has of a cell."""
        if (sources := self._sources.get(backend.name)) is not None:
            sources.ran(code, text)

    # What the notebook asks.

    def _arrive(self, request: Request) -> None:
        """Send a debug_request on, hold it until that is possible, or answer it here."""
        backend = self._debuggee()
        if backend is None:
            self._answer(request, None)
            return
        is_deliberate = request.content.get("command") == "initialize" and not self._state.holds_starts
        if backend.state is BackendState.STOPPED and is_deliberate:
            self._spine.starts.start(backend)
        if backend.state is BackendState.STOPPED:
            self._answer(request, backend)
        elif self._is_new(backend):
            self._held.setdefault(backend.name, []).append(request)
            if backend.state is BackendState.READY and not self._is_asked(backend):
                self._ask(backend, protocol.DEBUG_INFO)
        else:
            self._send(request, backend)

    def _debuggee(self) -> Backend | None:
        """Return the backend that is debugged: the default one if it has a debugger, else the first that has."""
        if self._session is not None:
            return self._session.backend
        backends = self._state.backends
        preferred = (backends[self._state.default], backends[self._state.config.default], *backends.values())
        return next((backend for backend in preferred if backend.name in self._sources), None)

    def _is_new(self, backend: Backend) -> bool:
        """Whether a child is starting, has not told how it names files, or has to hear what the last one was told."""
        is_ready = backend.state is BackendState.READY and self._sources[backend.name].child is not None
        return not is_ready or self._is_asked(backend)

    def _is_asked(self, backend: Backend) -> bool:
        return any(isinstance(exchange, DebugExchange) for exchange in self._spine.exchanges.of(backend.name))

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
                changed = None if is_foreign else self._sources[backend.name].arguments_to_child(arguments)
            if changed is None:
                self._answer(request, backend)
                return
        is_same = changed == arguments
        message = request.message if is_same else request.message.with_content(arguments=changed)
        self._spine.requests.send(request, backend, message, channel=request.channel)

    def _dump(self, code: object, backend: Backend) -> str | None:
        """Note a cell and return the text that the child has of it; None for one that is not for it."""
        if not isinstance(code, str):
            return None
        path = self._naming.path(code)
        self._foreign[path] = None
        try:
            cell = parse(code, self._state.names, self._state.default)
        except MultiError:
            return None
        if not cell.has_body or (cell.target or self._state.default) != backend.name:
            return None
        self._foreign.pop(path, None)
        text = child_text(cell, backend.profile).text
        self._sources[backend.name].dumped(code, text)
        return text

    def _answer(self, request: Request, backend: Backend | None) -> None:
        """Answer a request that no child is to get."""
        self._spine.requests.answer(request, self._own_answer(request.content, backend))

    def _own_answer(self, content: Json, backend: Backend | None) -> Json:
        arguments = content.get("arguments")
        arguments = arguments if isinstance(arguments, dict) else {}
        session, naming = self._session, self._naming
        match content.get("command"):
            case "debugInfo":
                lines = {} if session is None else session.lines()
                return protocol.response(content, protocol.debug_info(naming, session is not None, lines))
            case "disconnect":
                self._disconnect()
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
                text = protocol.NO_DEBUGGER if backend is None else f"{backend.name} is not running; run a cell first."
                return protocol.failure(content, text, naming)

    # What the child says.

    def _replied(self, backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message:
        """Return a child's debug_reply as the notebook gets it, and learn from it."""
        assert exchange is not None
        request, content = exchange.request, message.content()
        if content.get("success") is True:
            self._heard(backend, request.content)
        body = content.get("body")
        rule = protocol.TO_FRONT.get(str(request.content.get("command")))
        if rule is None or not isinstance(body, dict):
            return message
        arguments = request.content.get("arguments")
        changed = rule(body, arguments if isinstance(arguments, dict) else {}, self._sources[backend.name])
        return message if changed == body else message.with_content(body=changed)

    def _heard(self, backend: Backend, content: Json) -> None:
        if content.get("command") == "disconnect":
            self._disconnect()
        elif content.get("command") == "initialize" and self._session is None:
            self._session = DebugSession(backend)
        if self._session is not None:
            self._session.heard(content)

    def _disconnect(self) -> None:
        self._session = None
        self._foreign.clear()

    def _happened(self, backend: Backend, message: Message) -> Message:
        """Return a child's debug_event as the notebook gets it, and learn from it."""
        content = message.content()
        event, body = content.get("event"), content.get("body")
        sources = self._sources.get(backend.name)
        if sources is None or not isinstance(body, dict):
            return message
        if self._session is not None and event in ("stopped", "continued"):
            self._session.stopped_thread = body.get("threadId") if event == "stopped" else None
        changed = sources.to_front_in(body) if event in protocol.EVENTS_WITH_SOURCES else body
        return message if changed == body else message.with_content(body=changed)

    # The life of the backend that is debugged.

    def is_preparing(self, backend: Backend) -> bool:
        """Whether a child has to hear first what the one before was told."""
        if self._session is None or self._session.backend is not backend:
            return False
        self._ask(backend, protocol.DEBUG_INFO, backend.config.timeout)
        return True

    def ready(self, backend: Backend) -> None:
        """Send what has waited for the start."""
        if backend.name in self._held and self._sources[backend.name].child is None:
            self._ask(backend, protocol.DEBUG_INFO)

    def _ask(self, backend: Backend, content: Json, seconds: float = NO_ANSWER_SECONDS) -> None:
        message = self._outbox.composer.message("debug_request", content)
        exchange = DebugExchange(
            message.id,
            backend.name,
            answered=partial(self._answered, backend),
            done=partial(self._all_answered, backend),
        )
        self._spine.exchanges.send(exchange, "control", message)
        self._outbox.add(SetTimer((NO_ANSWER, backend.name), seconds))

    def _answered(self, backend: Backend, reply: Message) -> None:
        """Take a child's answer to a request of Multi's own; one that cannot be read says nothing."""
        sources = self._sources[backend.name]
        if sources.child is None:
            try:
                body = reply.content().get("body")
            except WireError:
                body = None
            sources.learn(body if isinstance(body, dict) else {})
            if backend.state is BackendState.STARTING and self._session is not None:
                for one in self._session.contents(sources):
                    self._ask(backend, one, backend.config.timeout)

    def _all_answered(self, backend: Backend) -> None:
        """Let the cells and the requests go on that have waited for a child's answers to Multi."""
        if self._is_asked(backend):
            return
        self._outbox.add(CancelTimer((NO_ANSWER, backend.name)))
        if backend.state is BackendState.STARTING:
            self._spine.lifecycle.resume(backend)
        for request in self._held.pop(backend.name, ()):
            self._send(request, backend)

    def _no_answer_timer(self, name: str) -> None:
        """Go on without the debugger where a child does not answer."""
        backend = self._state.backends[name]
        for exchange in self._spine.exchanges.of(name):
            if isinstance(exchange, DebugExchange):
                self._spine.exchanges.close(exchange)
        self._outbox.log("the debugger does not answer", name)
        self._fail_held(name, BackendError(f"The debugger of {name} does not answer."))
        if backend.state is BackendState.STARTING:
            self._spine.lifecycle.resume(backend)

    def _fail_held(self, name: str, error: MultiError) -> None:
        for request in self._held.pop(name, ()):
            self._spine.requests.fail(request, error)

    def ended(self, backend: Backend, error: MultiError) -> None:
        """Forget a child that has gone; a debugger hears that nothing is stopped there any longer."""
        if (sources := self._sources.get(backend.name)) is None:
            return
        sources.forget_child()
        self._outbox.add(CancelTimer((NO_ANSWER, backend.name)))
        self._fail_held(backend.name, error)
        if self._session is not None and self._session.backend is backend:
            thread, self._session.stopped_thread = self._session.stopped_thread, None
            if thread is not None:
                content = protocol.event("continued", {"threadId": thread, "allThreadsContinued": True})
                self._outbox.publish_unasked("debug_event", content)
            self._outbox.publish_unasked("debug_event", protocol.event("terminated", {}))
