"""Whatever two children say in whatever order, every request gets its busy, its outputs, its reply and its idle.

The rules draw what the notebook asks, which pipe of which child is read next, and what goes wrong when. At the end,
when every timer has run out and every child has finished or died, no request may have less or more than it has to have.
"""

from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from multikernel.core.actions import Channel, ToBackend, ToFront
from multikernel.core.protocol.wire import Json

from .desk import CLIENT, KERNEL_INFO
from .lines import child_message, make_message
from .plans import Plan, Sent
from .world import World

NAMES = st.sampled_from(["python3", "ir"])
RARELY = st.sampled_from([False] * 5 + [True])
MOSTLY = st.sampled_from([True] * 5 + [False])
DENO: Json = {"implementation": "Deno kernel"}
SECONDS = [
    KERNEL_INFO["ir"],
    DENO,
    {"implementation": "xeus-python", "language_info": {"name": "python"}},
]
CELLS = ["x", "%%ir\nx", "%%python3\n%time", "%%r\nx"]
HEADERS: list[tuple[str, str | None]] = [
    ("%%use ir", "ir"),
    ("%%use python3", "python3"),
    *[("%%use ir\nx", "ir"), ("%%use python3\nx", "python3")] * 2,
    ("%%use ir\n%%python3\nx", "ir"),
    ("%%start ir", None),
    ("%%stop ir\n%%ir\nx", None),
    ("%%stop ir --now", None),
    ("%%restart python3", None),
    ("%%restart ir --now", None),
    ("%%ir --wrong\nx", None),
    ("%%use nobody", None),
    ("", None),
]
"""Cells with commands or mistakes, and which default they ask for."""

COMM: dict[str, Any] = {"comm_id": "comm-1", "target_name": "t"}
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("complete_request", {"code": "x", "cursor_pos": 1}),
    ("complete_request", {"code": "%%ir\nx", "cursor_pos": 6}),
    ("inspect_request", {"code": "x", "cursor_pos": 0}),
    ("kernel_info_request", {}),
    ("unheard_of_request", {}),
    ("comm_open", COMM),
    ("comm_msg", COMM),
    ("comm_msg", {"comm_id": "comm-2"}),
    ("comm_close", COMM),
]
HAVE_REPLY = ("execute_request", "complete_request", "inspect_request", "kernel_info_request", "interrupt_request")
CHANNELS: list[Channel] = ["iopub", "shell", "control", "stdin"]
OF_NOBODY = st.sampled_from(["status", "stream", "display_data", "execute_reply", "comm_open", "input_request"])
PLANS = st.builds(
    Plan,
    outputs=st.integers(0, 3),
    late=RARELY.map(int),
    status=st.sampled_from(["ok", "ok", "error"]),
    replies=MOSTLY,
    goes_idle=MOSTLY,
    hangs=RARELY,
    is_deaf=st.booleans(),
    opens_comm=st.booleans(),
    asks=RARELY,
)
QUICK = st.builds(Plan, outputs=st.integers(0, 1), replies=MOSTLY)


class Interleavings(RuleBasedStateMachine):
    """A session of a notebook."""

    @initialize(second=st.sampled_from(SECONDS), ready=st.sets(NAMES))
    def begin(self, second: dict[str, Any], ready: set[str]) -> None:
        """Open a notebook, with some backends running."""
        self.world = World(second)
        for name in sorted(ready):
            self.world.perform(self.world.router.start(name))
            self.world.get_ready(name)

    def full_pipes(self) -> list[tuple[str, Channel]]:
        """Return where something is to be read."""
        children = self.world.children.values()
        reached = [child for child in children if not child.is_lost]
        return [(child.name, channel) for child in reached for channel, pipe in child.pipes.items() if pipe]

    def children(self, state: str) -> list[str]:
        """Return the children in a state."""
        return [child.name for child in self.world.children.values() if child.state == state]

    def lost(self) -> list[str]:
        """Return the children that cannot be reached."""
        return [child.name for child in self.world.children.values() if child.is_lost]

    def has_room(self) -> bool:
        """Whether more cells make it more interesting."""
        return len(self.world.router.requests.all()) < 6

    # The notebook

    @precondition(lambda self: self.has_room())
    @rule(code=st.sampled_from(CELLS), plan=PLANS, stop_on_error=RARELY, silent=RARELY, more=RARELY)
    def execute(self, code: str, plan: Plan, stop_on_error: bool, silent: bool, more: bool) -> None:
        """Run a cell, alone or with what comes next."""
        self.world.ask("execute_request", plan, code=code, silent=silent, stop_on_error=stop_on_error)
        if not more:
            self.world.advance()

    @precondition(lambda self: self.has_room())
    @rule(header=st.sampled_from(HEADERS), plan=PLANS, stop_on_error=RARELY)
    def execute_header(self, header: tuple[str, str | None], plan: Plan, stop_on_error: bool) -> None:
        """Run a cell with commands, or one that is refused."""
        code, new_default = header
        self.world.ask("execute_request", plan, new_default, code=code, stop_on_error=stop_on_error)
        self.world.advance()

    @rule(question=st.sampled_from(QUESTIONS), plan=QUICK)
    def ask(self, question: tuple[str, dict[str, Any]], plan: Plan) -> None:
        """Send what is no cell."""
        msg_type, content = question
        self.world.ask(msg_type, plan, **content)

    @rule(backend=st.sampled_from(["python3", "ir", "button", *["nobody"] * 9]))
    def interrupt(self, backend: str) -> None:
        """Press the button, or interrupt one backend; or do not."""
        if backend == "button":
            self.world.ask("interrupt_request", Plan())
            self.world.advance()
        elif backend != "nobody":
            self.world.perform(self.world.router.interrupt(backend))

    @precondition(lambda self: self.world.questions)
    @rule(plainly=st.booleans())
    def answer(self, plainly: bool) -> None:
        """Answer the last input_request."""
        question = self.world.questions.pop()
        reply = make_message("answer", "input_reply", {}, b"{}" if plainly else question.header_frame)
        actions = self.world.router.from_front("stdin", CLIENT, reply)
        asked = {self.world.sent[question.parent_id].backend, *(self.world.children if plainly else ())}
        assert {action.backend for action in actions if isinstance(action, ToBackend)} <= asked
        self.world.perform(actions)

    # The children

    @precondition(lambda self: self.full_pipes())
    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """Read from one pipe of one child."""
        for _ in range(data.draw(st.integers(1, 9))):
            if pipes := self.full_pipes():
                self.world.read(*data.draw(st.sampled_from(pipes)))

    @precondition(lambda self: self.full_pipes())
    @rule(channels=st.permutations(CHANNELS))
    def read_all(self, channels: list[Channel]) -> None:
        """Read all there is, of one kind before the other."""
        while pipes := self.full_pipes():
            self.world.read(*min(pipes, key=lambda pipe: channels.index(pipe[1])))

    @precondition(lambda self: self.children("starting"))
    @rule(data=st.data(), fails=RARELY)
    def end_start(self, data: st.DataObject, fails: bool) -> None:
        """Let a child be ready, or not."""
        name = data.draw(st.sampled_from(self.children("starting")))
        if fails:
            self.world.fail_to_start(name)
        else:
            self.world.get_ready(name)

    @precondition(lambda self: self.children("ready"))
    @rule(data=st.data(), really=RARELY)
    def die(self, data: st.DataObject, really: bool) -> None:
        """Kill a child."""
        if really:
            self.world.die(data.draw(st.sampled_from(self.children("ready"))))

    @precondition(lambda self: self.children("ready"))
    @rule(data=st.data(), really=RARELY)
    def lose(self, data: st.DataObject, really: bool) -> None:
        """Break the connection to a child, maybe once more."""
        if really:
            self.world.lose(data.draw(st.sampled_from(self.children("ready"))))

    @precondition(lambda self: self.lost())
    @rule(data=st.data())
    def find(self, data: st.DataObject) -> None:
        """Let a child be reached again."""
        self.world.find(data.draw(st.sampled_from(self.lost())))

    @precondition(lambda self: self.world.commands)
    @rule(data=st.data())
    def finish_command(self, data: st.DataObject) -> None:
        """Let a command be done."""
        self.world.finish_command(data.draw(st.sampled_from(sorted(self.world.commands))))

    @precondition(lambda self: any(map(self.world.may_fire, self.world.timers)))
    @rule(data=st.data())
    def fire(self, data: st.DataObject) -> None:
        """Let a timer run out."""
        self.world.fire(data.draw(st.sampled_from(sorted(filter(self.world.may_fire, self.world.timers)))))

    @rule(backend=NAMES, msg_type=OF_NOBODY, channel=st.sampled_from(["iopub", "shell", "stdin"]), data=st.data())
    def speak_of_what_is_not_its_own(self, backend: str, msg_type: str, channel: Channel, data: st.DataObject) -> None:
        """Let a child say something under the request of the other, of nobody, or of Multi itself."""
        self.world.advance()
        others = [msg_id for msg_id, sent in self.world.sent.items() if sent.backend != backend]
        parent = data.draw(st.sampled_from([*others, "", "999", "session-of-multi_1"]))
        message = child_message(msg_type, parent, {"status": "ok", "execution_state": "idle", "comm_id": "mine"})
        actions = self.world.router.from_backend(backend, channel, message)
        assert not [action for action in actions if isinstance(action, (ToFront, ToBackend))]
        self.world.perform(actions)

    # What holds always, and at the end

    @invariant()
    def outputs_of_a_child_keep_their_order_and_none_is_lost(self) -> None:
        """The notebook has heard what the children have said, and nothing else."""
        assert self.world.heard == self.world.said

    @invariant()
    def first_is_busy_and_idle_comes_once(self) -> None:
        """Nothing comes twice, but for the busy of a cell that still runs."""
        for sent in self.world.sent.values():
            assert sent.types[:1] in ([], ["busy"])
            is_cell = sent.message.type == "execute_request"
            assert is_cell or sent.types.count("busy") <= 1
            assert sent.types.count("idle") <= 1
            assert "idle" not in sent.types or "busy" not in sent.types[sent.types.index("idle") :]
            assert len(sent.replies) <= 1

    @invariant()
    def the_last_status_is_busy_where_a_cell_runs(self) -> None:
        """Front-ends show the kernel so, and jupyter_server thinks so."""
        cells = [sent.types for sent in self.world.sent.values() if sent.message.type == "execute_request"]
        if any("busy" in types and "idle" not in types for types in cells):
            assert self.world.status == "busy"

    def teardown(self) -> None:
        """Let all come to an end; an interrupt, or the second, helps where a child does not end by itself."""
        world = self.world
        world.advance()
        for _ in range(1000):
            if pipes := self.full_pipes():
                world.read(*pipes[0])
            elif lost := self.lost():
                world.find(lost[0])
            elif world.commands:
                world.finish_command(min(world.commands))
            elif starting := self.children("starting"):
                world.get_ready(starting[0])
            elif world.timers:
                world.fire(min(world.timers))
            elif world.router.requests.all():
                for name in world.children:
                    world.perform(world.router.interrupt(name))
            else:
                break
        assert world.router.requests.all() == []
        self.outputs_of_a_child_keep_their_order_and_none_is_lost()
        self.first_is_busy_and_idle_comes_once()
        for sent in world.sent.values():
            self.is_whole(sent)

    def is_whole(self, sent: Sent) -> None:
        """Check that a request has got all that it has to get."""
        assert sent.types.count("idle") == 1
        after_idle = sent.types[sent.types.index("idle") + 1 :]
        is_answered_early = sent.message.type == "unheard_of_request" or sent.was_lost
        assert after_idle in ([], ["stream"] * sent.plan.late) or is_answered_early
        if sent.backend == "ir" and self.world.kernel_info["ir"] is DENO and sent.message.type == "execute_request":
            assert after_idle == [] or not (sent.plan.replies and sent.plan.goes_idle)
        if sent.message.type in HAVE_REPLY:
            assert len(sent.replies) == 1
            aborted = sent.replies[0]["status"] == "aborted"
            assert aborted == sent.is_doomed
            assert not (aborted and sent.backend)
        elif sent.message.type.startswith("comm_"):
            assert sent.replies == []


Interleavings.TestCase.settings = settings(
    max_examples=200, stateful_step_count=80, phases=[p for p in Phase if p is not Phase.explain]
)
TestInterleavings = Interleavings.TestCase
