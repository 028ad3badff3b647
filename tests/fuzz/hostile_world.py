"""Around a router: a notebook and three children that keep to no rules; each action of the router is checked."""

from collections.abc import Callable, Sequence

from multikernel.core import actions
from multikernel.core.actions import Action, Channel, TimerKey, ToFront
from multikernel.core.backend import BackendState
from multikernel.core.cells.lines import HeaderLine
from multikernel.core.cells.transfers import Check, Copy
from multikernel.core.errors import BackendStartError, MultiError
from multikernel.core.protocol.wire import Composer, Json, Message, decode
from multikernel.core.request import COMM_TYPES
from multikernel.core.router import Router
from multikernel.trace.records import lines_of, record_of
from tests.core.desk import CLIENT, COMMANDS, KERNELSPECS, configured
from tests.core.lines import SESSION

from .messages import Asked, expected_reply, parsed, sent
from .nonsense import encoded
from .said import KERNEL_INFO

NAMES = ["python3", "ir", "bash"]
WITHOUT_PARENT = ("comm_close", "comm_msg", "status", "debug_event")
"""What Multi may publish under no request."""
NOW = "2026-01-01T00:00:00Z"
LONGEST_END = 2000
"""Steps after which all must have come to its end."""


class HostileWorld:
    """The notebook, the children, and the runtime between them."""

    def __init__(self) -> None:
        """Begin with all children stopped but for the default one, which starts."""
        self.router = Router(
            configured(*NAMES), KERNELSPECS, Composer(SESSION, lambda: NOW), COMMANDS, lambda name: (), "0.1.0"
        )
        self.requests: dict[str, Asked] = {}
        self.own: dict[str, str] = {}
        """Requests of Multi's own -> the child that was sent it."""
        self.subshells: list[str] = []
        """Those that the notebook has created."""
        self.timers: set[TimerKey] = set()
        self.errands: dict[str, Action] = {}
        """Request -> what the runtime has been asked to do for it."""
        self.input_requests: list[bytes] = []
        """Headers of those that the notebook has got."""
        self.said: dict[str, str] = {}
        """Ids of what children have said -> who was the first to say it."""
        self._todo: dict[str, list[Message]] = {name: [] for name in NAMES}
        self._life = dict.fromkeys(NAMES, "stopped")
        self._relayed: set[bytes] = set()
        self.runs = self._count = 0
        """How much code of Multi's own was to run, and how much children have said."""
        self._ended_runs: list[int] = []
        self._speaker = ""
        self._perform(self.router.begin())

    # The notebook

    def ask(self, channel: Channel, msg_type: str, content: bytes, header: Json) -> None:
        """Send a message whose header has these members beside the usual ones."""
        plain = {"msg_id": f"request-{len(self.requests)}", "msg_type": msg_type, "session": "notebook"}
        message = parsed({**plain, **header}, b"{}", content)
        if message is None or (message.id in self.requests and message.id not in self.router.requests):
            return
        lines_of(record_of(0, "notebook -> front", "", channel, message, SESSION))
        if message.id in self.requests or message.id.startswith(SESSION):
            self._perform_nothing(self.router.from_front("shell", CLIENT, message))
            return
        if channel != "stdin":
            self.requests[message.id] = Asked(message, channel)
        self._perform(self.router.from_front(channel, CLIENT, message))

    def answer_input(self, parent_frame: bytes, content: bytes) -> None:
        """Send an input_reply."""
        message = parsed({"msg_id": "answer", "msg_type": "input_reply"}, parent_frame, content)
        if message is not None:
            self._perform(self.router.from_front("stdin", CLIENT, message))

    def advance(self) -> None:
        """Let the next cell begin."""
        self._perform(self.router.advance())

    # The children

    def todo(self, name: str) -> list[Message]:
        """Return what a child that runs was sent and has not answered to the end, the oldest first."""
        return self._todo[name]

    def say(
        self, name: str, channel: Channel, msg_type: str, parent: str, content: bytes, header: Json | None = None
    ) -> None:
        """Let a child say something; what is not its own to say must have no effect."""
        if self._life[name] != "ready":
            return
        self._count += 1
        plain = {"msg_id": f"said-{self._count}", "msg_type": msg_type, "session": name}
        parent_frame = encoded({"msg_id": parent}) if parent else b"{}"
        metadata = encoded({"by": name, "number": self._count})
        message = parsed({**plain, **(header or {})}, parent_frame, content, metadata)
        if message is None:
            return
        lines_of(record_of(0, "backend -> front", name, channel, message, SESSION))
        self.said.setdefault(message.id, name)
        if self._owner(parent) != name:
            self.advance()
        if self._owner(parent) == name:
            self._speaker = name
            self._perform(self.router.from_backend(name, channel, message))
            self._speaker = ""
        else:
            self._say_what_is_not_its_own(name, channel, message)

    def _owner(self, parent: str) -> str:
        """Return the child that a request was sent to, or waits for, since that has no subshell for it yet."""
        asked = self.requests.get(parent)
        waits_for = next((name for name in NAMES if self.router.state.exchanges.find(name, parent) is not None), "")
        return self.own.get(parent, "") if asked is None else asked.backend or waits_for

    def _say_what_is_not_its_own(self, name: str, channel: Channel, message: Message) -> None:
        before = self._states()
        done = self.router.from_backend(name, channel, message)
        assert self._states() == before
        unasked = [action for action in done if isinstance(action, ToFront)]
        self._perform_nothing([action for action in done if action not in unasked])
        for action in unasked:
            assert action.channel == "iopub"
            assert action.message.parent_frame == b"{}"
            assert action.message.type in ("comm_msg", "debug_event")

    def _states(self) -> dict[str, tuple[bool, bool, bool]]:
        return {one.id: (one.busy_sent, one.reply_sent, one.is_over) for one in self.router.requests.all()}

    def answer(self, name: str, reply: tuple[Channel, str, bytes]) -> None:
        """Let a child answer the oldest thing that it has to do, to the end."""
        msg_id = self._todo[name].pop(0).id
        channel, msg_type, content = reply
        self.say(name, "iopub", "status", msg_id, b'{"execution_state":"busy"}')
        self.say(name, channel, msg_type, msg_id, content)
        self.say(name, "iopub", "status", msg_id, b'{"execution_state":"idle"}')

    # The children's lives, and what the runtime reports

    def get_ready(self, name: str, kernel_info: Json, startup_error: str = "") -> None:
        """Let a child that starts be ready."""
        if self._life[name] == "starting":
            self._life[name] = "ready"
            self._perform(self.router.ready(name, kernel_info, startup_error))

    def fail(self, name: str) -> None:
        """Let a start fail, or a child die."""
        before = self._life[name]
        self._end(name)
        if before == "starting":
            self._perform(self.router.start_failed(name, BackendStartError("no")))
        elif before == "ready":
            self._perform(self.router.died(name, "SIGKILL"))

    def order(self, event: Callable[[str], list[Action]], name: str) -> None:
        """Do as `%%start`, `%%stop` and `%%interrupt` do."""
        self._perform(event(name))

    def run_silently(self, name: str) -> None:
        """Run code of Multi's own in a child that is ready."""
        if self._life[name] == "ready" and self.router.state.backends[name].state is BackendState.READY:
            self.runs += 1
            self._perform(self.router.run_silently(name, self.runs, "x"))

    def fire(self, key: TimerKey) -> None:
        """Let a timer run out."""
        self.timers.remove(key)
        self._perform(self.router.timer(key))

    def run_errand(self, request_id: str, error: MultiError | None = None) -> None:
        """Do what the runtime was asked to do for a request."""
        match self.errands.pop(request_id):
            case actions.StartJob(key, Check() | Copy()):
                self._perform(self.router.job_done(key, error))
            case actions.StartJob(key, HeaderLine() as line):
                for name in NAMES:
                    if name in line.operands and line.name in ("stop", "restart"):
                        self.order(self.router.stop, name)
                    if name in line.operands and line.name in ("start", "restart"):
                        self.order(self.router.start, name)
                self._perform(self.router.job_done(key, error or {"text/plain": "done"}))
            case actions.StartJob(key, actions.FindHistory()):
                self._perform(self.router.job_done(key, error or [(0, 1, "x"), (3, 1, "\ud800")]))
            case actions.StartJob(key):
                self._perform(self.router.job_done(key, error or {"hostname": "h"}))

    def end(self) -> None:
        """Let children answer all, and every timer run out; then no request may have less than it has to have."""
        for _ in range(LONGEST_END):
            self.advance()
            if self.errands:
                self.run_errand(min(self.errands))
            elif starting := [name for name in NAMES if self._life[name] == "starting"]:
                self.get_ready(starting[0], KERNEL_INFO[starting[0]])
            elif busy := [name for name in NAMES if self._todo[name]]:
                self.answer(busy[0], expected_reply(self._todo[busy[0]][0]))
            elif self.timers:
                self.fire(min(self.timers))
            else:
                break
        assert self.router.requests.all() == []
        assert sorted(self._ended_runs) == list(range(1, self.runs + 1))
        for asked in self.requests.values():
            msg_type = asked.message.type
            assert asked.states == ["busy", "idle"]
            assert asked.replies == int(msg_type not in COMM_TYPES) or msg_type not in self.router._handlers

    def _end(self, name: str) -> None:
        self._life[name] = "stopped"
        self._todo[name].clear()

    # What the router wants done

    def _perform(self, todo: Sequence[Action]) -> None:
        for action in todo:
            match action:
                case actions.ToFront(channel, message, client):
                    assert client == (() if channel == "iopub" else CLIENT)
                    self._to_front(channel, message)
                case actions.ToBackend(backend, channel, message):
                    assert self._life[backend] == "ready"
                    self._to_child(backend, channel, message)
                case actions.Start(backend):
                    assert self._life[backend] == "stopped"
                    self._life[backend] = "starting"
                case actions.Stop(backend):
                    self._end(backend)
                case actions.SetTimer(key):
                    self.timers.add(key)
                case actions.CancelTimer(key):
                    self.timers.discard(key)
                case actions.StartJob((_, request_id)):
                    self.errands[request_id] = action
                case actions.OwnCodeEnded(key):
                    self._ended_runs.append(key)
                case _:
                    pass

    def _perform_nothing(self, todo: Sequence[Action]) -> None:
        """Check that nothing comes of an event but a look at what it may have changed."""
        for action in todo:
            match action:
                case actions.SetTimer(("panel", _) as key):
                    self.timers.add(key)
                case _:
                    assert isinstance(action, actions.Drop | actions.Log), todo

    def _to_front(self, channel: Channel, message: Message) -> None:
        came = sent(message)
        assert came.header["session"] == SESSION
        self._check_who_said(channel, message)
        if message.parent_frame == b"{}":
            assert channel == "iopub"
            assert message.type in WITHOUT_PARENT
            return
        asked = self.requests[came.parent_id]
        assert message.parent_frame == asked.message.header_frame
        if channel == "iopub" and message.type == "status":
            state = came.content()["execution_state"]
            if asked.states != [state] or asked.message.type != "execute_request":
                asked.states.append(state)
        elif channel == "stdin":
            # Before busy it may be, since it comes on another socket.
            assert message.type == "input_request"
            self.input_requests.append(message.header_frame)
            return
        elif channel != "iopub":
            assert channel == asked.channel
            asked.replies += 1
            # A request that is itself for an unknown subshell gets an error.
            if message.type == "create_subshell_reply" and came.content()["status"] == "ok":
                self.subshells.append(came.content()["subshell_id"])
            assert asked.replies == 1
            is_known = asked.message.type in self.router._handlers
            assert not is_known or message.type == asked.message.type.removesuffix("_request") + "_reply"
        assert asked.states in (["busy"], ["busy", "idle"])

    def _check_who_said(self, channel: Channel, message: Message) -> None:
        """Check that what comes from a child comes once, and not under another's request."""
        if message.metadata_frame == b"{}":
            return
        assert message.metadata_frame not in self._relayed
        self._relayed.add(message.metadata_frame)
        assert message.type != "status" or channel != "iopub"
        has_parent = message.parent_frame != b"{}"
        speaker = self._owner(message.parent_id) if has_parent else self._speaker
        assert decode(message.metadata_frame)["by"] == speaker

    def _to_child(self, name: str, channel: Channel, message: Message) -> None:
        came = sent(message)
        if channel == "stdin":
            assert message.type == "input_reply"
            assert self.said[came.parent_id] == name, "a secret for another"
            return
        if message.id in self.requests:
            asked = self.requests[message.id]
            assert not asked.backend, "sent twice"
            asked.backend = name
        else:
            assert message.id.startswith(SESSION)
            self.own[message.id] = name
        self._todo[name].append(message)
