"""A notebook and two children around a router: it performs every action, and checks what has to hold of each.

A child answers a request by a plan that the test has drawn. What it says lies in one pipe per channel, in order; in
which order the pipes are read is for the test to draw, too.
"""

from multikernel.core.actions import (
    Action,
    CancelJob,
    CancelTimer,
    Channel,
    SetTimer,
    Signal,
    Start,
    StartJob,
    Stop,
    TimerKey,
    ToBackend,
    ToFront,
)
from multikernel.core.cells.lines import HeaderLine
from multikernel.core.errors import BackendStartError, Interrupted
from multikernel.core.outbox import WITHOUT_STATUS
from multikernel.core.protocol.wire import Composer, Json, Message
from multikernel.core.router import Router

from .desk import CLIENT, COMMANDS, KERNEL_INFO, KERNELSPECS, configured
from .lines import SESSION, child_message, make_message
from .plans import Child, Plan, Sent


class World:
    """Everything around the router."""

    def __init__(self, second: Json) -> None:
        """Take the kernel_info of the second child."""
        self.router = Router(
            configured("python3", "ir"), KERNELSPECS, Composer(SESSION, lambda: ""), COMMANDS, lambda name: (), "0.1.0"
        )
        self.kernel_info = {**KERNEL_INFO, "ir": second}
        self.children = {name: Child(name) for name in ("python3", "ir")}
        self.sent: dict[str, Sent] = {}
        self.timers: dict[TimerKey, float] = {}
        self.commands: dict[str, StartJob] = {}
        self.cancelled: set[str] = set()
        self.questions: list[Message] = []
        """The input_requests that the notebook has got."""
        self.default = "python3"
        self.count = 0
        self.cell_at_child = ""
        self.status = "idle"
        """What the notebook has heard last, of whatever request."""
        self.serial = 0
        self.said: dict[str, list[int]] = {name: [] for name in self.children}
        """Serial numbers of the outputs that each child has said and the router has read, in order."""
        self.heard: dict[str, list[int]] = {name: [] for name in self.children}
        """The same, as the notebook got them."""
        self.perform(self.router.begin())

    def ask(self, msg_type: str, plan: Plan, new_default: str | None = None, **content: object) -> None:
        """Send a request of the notebook; others may arrive together with it."""
        msg_id = str(len(self.sent) + 1)
        message = make_message(msg_id, msg_type, content)
        self.sent[msg_id] = Sent(message, plan, new_default=new_default)
        channel: Channel = "shell"
        if msg_type == "interrupt_request":
            channel = "control"
            self.doom_queued()
        self.perform(self.router.from_front(channel, CLIENT, message))

    def doom_queued(self) -> None:
        """Note that all cells that have arrived and not begun have to be aborted."""
        for sent in self.sent.values():
            if sent.message.type == "execute_request" and not sent.types:
                sent.is_doomed = True

    def advance(self) -> None:
        """Let the next cell begin, since all that has arrived has been taken."""
        self.perform(self.router.advance())

    def read(self, name: str, channel: Channel) -> None:
        """Let the router get what lies first in a pipe."""
        child = self.children[name]
        message = child.pipes[channel].popleft()
        if (serial := message.content().get("serial")) is not None:
            self.said[child.name].append(serial)
        self.perform(self.router.from_backend(child.name, channel, message))

    def get_ready(self, name: str) -> None:
        """Let a child be ready."""
        child = self.children[name]
        child.state = "ready"
        self.perform(self.router.ready(child.name, self.kernel_info[child.name]))

    def fail_to_start(self, name: str) -> None:
        """Let a start fail."""
        child = self.children[name]
        child.ends()
        self.perform(self.router.start_failed(child.name, BackendStartError("no")))

    def die(self, name: str) -> None:
        """End a child, with all that nobody has read."""
        child = self.children[name]
        child.ends()
        self.perform(self.router.died(child.name, "SIGKILL"))

    def lose(self, name: str) -> None:
        """Break the connection to a child."""
        self.children[name].is_lost = True
        for sent in self.sent.values():
            sent.was_lost |= sent.backend == name and sent.message.type in ("complete_request", "inspect_request")
        self.perform(self.router.lost(name, "the network is down"))

    def find(self, name: str) -> None:
        """Let a child be reached again."""
        self.children[name].is_lost = False
        self.perform(self.router.back(name))

    def fire(self, key: TimerKey) -> None:
        """Let a timer run out."""
        del self.timers[key]
        self.perform(self.router.timer(key))

    def may_fire(self, key: TimerKey) -> bool:
        """Whether it is late enough: a child is silent only if nothing of it is unread."""
        kind, about = key
        if kind not in ("half answered", "flush"):
            return True
        child = self.children[about.rpartition("@")[2]]
        assert not child.is_lost
        return not any(child.pipes.values())

    def finish_command(self, msg_id: str) -> None:
        """Do what a command does, unless it was cancelled, and say that it is done."""
        line = self.commands.pop(msg_id).job
        assert isinstance(line, HeaderLine)
        if msg_id in self.cancelled:
            self.perform(self.router.job_done(("cell", msg_id), Interrupted("")))
            return
        for name in line.operands if line.name in ("stop", "restart") else ():
            self.children[name].ends()
            self.perform(self.router.stop(name))
        for name in line.operands if line.name in ("start", "restart") else ():
            self.perform(self.router.start(name))
        self.perform(self.router.job_done(("cell", msg_id), {"text/plain": "done"}))

    def interrupted(self, child: Child) -> None:
        """Let a child go on to the end of what it hangs in, unless it is deaf to that."""
        if child.hangs and not self.sent[child.todo[0]].plan.is_deaf:
            child.hangs = False
            self._end_first(child, "error")
            self._work(child)

    def perform(self, actions: list[Action]) -> None:
        """Perform and check actions, those for the notebook first: it and the children are apart."""
        for action in sorted(actions, key=lambda action: not isinstance(action, ToFront)):
            match action:
                case ToFront(channel, message, client):
                    assert message.header["session"] == SESSION
                    assert client == (() if channel == "iopub" else CLIENT)
                    self._to_front(channel, message)
                case ToBackend(backend, channel, message):
                    assert self.children[backend].state == "ready"
                    self._to_child(self.children[backend], channel, message)
                case SetTimer(key, seconds):
                    self.timers[key] = seconds
                case CancelTimer(key):
                    self.timers.pop(key, None)
                case Start(backend):
                    assert self.children[backend].state == "stopped"
                    self.children[backend].state = "starting"
                case Stop(backend):
                    self.children[backend].ends()
                case Signal(backend):
                    self.interrupted(self.children[backend])
                case StartJob((_, request_id)):
                    self.commands[request_id] = action
                case CancelJob((_, request_id)):
                    self.cancelled.add(request_id)
                case _:
                    pass
        assert self.router.state.default == self.default

    def _to_front(self, channel: Channel, message: Message) -> None:
        content = message.content()
        if not message.parent_id:
            assert message.type in ("comm_close", "comm_msg")
            assert message.parent_frame == b"{}"
            return
        sent = self.sent[message.parent_id]
        if sent.message.type not in WITHOUT_STATUS:
            self.status = content.get("execution_state", self.status)
        assert message.parent_frame == sent.message.header_frame
        if "serial" in content:
            assert content["by"] == sent.backend
            self.heard[sent.backend].append(content["serial"])
        if message.type == "execute_input":
            self.count += bool(content["code"])
        if not sent.types or message.type == "execute_input":
            sent.count = self.count
        if "execution_count" in content:
            assert content["execution_count"] == (0 if sent.is_doomed else sent.count)
        if channel == "iopub":
            sent.types.append(content.get("execution_state", message.type))
            if sent.types[-1] == "idle" and self.cell_at_child == message.parent_id:
                self.cell_at_child = ""
        elif channel == "stdin":
            self.questions.append(message)
        else:
            sent.replies.append(content)
            if content.get("status") == "ok" and sent.new_default is not None:
                self.default = sent.new_default
            if content.get("status") != "ok" and sent.stops_on_error and not sent.is_doomed:
                self.doom_queued()

    def _to_child(self, child: Child, channel: Channel, message: Message) -> None:
        if channel == "stdin":
            return
        if message.type == "comm_info_request":
            child.todo.append(message.id)
            self._work(child)
            return
        if message.id.startswith(SESSION):
            self._say(child, "iopub", "status", message.id, execution_state="busy")
            self._say(child, channel, f"{message.type}_reply", message.id, status="ok")
            self._say(child, "iopub", "status", message.id, execution_state="idle")
            if message.type == "execute_request":
                self._say(child, "iopub", "stream", message.id, name="stdout", text=f"{message.id}\n")
            if message.type == "interrupt_request":
                self.interrupted(child)
            return
        sent = self.sent[message.id]
        assert message.header_frame == sent.message.header_frame
        assert not sent.backend, "sent twice"
        assert not sent.is_doomed
        assert "idle" not in sent.types or message.type == "unheard_of_request"
        sent.backend = child.name
        if message.type == "execute_request":
            assert not self.cell_at_child, "two cells at once"
            self.cell_at_child = message.id
        child.todo.append(message.id)
        self._work(child)

    def _work(self, child: Child) -> None:
        """Do what there is to do, up to what hangs."""
        while child.todo and not child.hangs:
            msg_id = child.todo[0]
            if msg_id not in self.sent:
                self._answer_question(child, child.todo.popleft())
                continue
            plan = self.sent[msg_id].plan
            self._say(child, "iopub", "status", msg_id, execution_state="busy")
            if plan.asks:
                self._say(child, "stdin", "input_request", msg_id, prompt="?")
            if plan.opens_comm:
                self._say(child, "iopub", "comm_open", msg_id, comm_id=f"comm-{msg_id}", target_name="t")
            for number in range(plan.outputs):
                kind = ("stream", "display_data", "execute_result")[number % 3]
                self._output(child, kind, msg_id)
            child.hangs = plan.hangs
            if not plan.hangs:
                self._end_first(child, plan.status)

    def _answer_question(self, child: Child, msg_id: str) -> None:
        """Say which comms there are: none."""
        self._say(child, "iopub", "status", msg_id, execution_state="busy")
        self._say(child, "shell", "comm_info_reply", msg_id, comms={})
        self._say(child, "iopub", "status", msg_id, execution_state="idle")

    def _end_first(self, child: Child, status: str) -> None:
        """End what a child is at, with all that its plan leaves of reply and idle."""
        msg_id = child.todo.popleft()
        sent = self.sent[msg_id]
        if sent.plan.replies and sent.message.type.endswith("_request"):
            reply = sent.message.type.replace("_request", "_reply")
            self._say(child, "shell", reply, msg_id, status=status)
        if sent.plan.goes_idle:
            self._say(child, "iopub", "status", msg_id, execution_state="idle")
        for _ in range(sent.plan.late):
            self._output(child, "stream", msg_id)

    def _output(self, child: Child, msg_type: str, parent: str) -> None:
        self.serial += 1
        self._say(child, "iopub", msg_type, parent, serial=self.serial, by=child.name)

    def _say(self, child: Child, channel: Channel, msg_type: str, parent: str, **content: object) -> None:
        self.serial += 1
        if msg_type in ("execute_result", "execute_reply"):
            content["execution_count"] = 99
        message = child_message(msg_type, parent, content, msg_id=f"said-{self.serial}")
        child.pipes[channel].append(message)
