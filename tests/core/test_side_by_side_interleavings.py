"""Whatever four children do in whatever order, cells in the background, on several at once and in parts come to an end.

Each gets its own outputs in each child's order, one reply and one idle; bodies run at a backend in the order in which
their cells began; and when the children have finished all that they were sent, every cell is over.
"""

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from multikernel.core.actions import Channel

from .side_by_side import NAMES, SideBySide

ONE = st.sampled_from(NAMES)
BACKENDS = st.sampled_from([*NAMES, *NAMES[:2], NAMES[0]])
BACKGROUND = st.sampled_from(["", " --bg"])
RARELY = st.sampled_from([False] * 7 + [True])
COMMANDS = [
    "%%wait",
    "%%wait {0} {1}",
    "%%stop {0}",
    "%%restart {0}",
    "%%stop {0} --now",
    "%%restart {0} --now",
    "%%use {0}",
]
PIPES: list[Channel] = ["iopub", "shell"]


@st.composite
def headers(draw: st.DrawFn) -> str:
    """Return a backend header, with what is copied and in the background or not."""
    one = draw(BACKENDS)
    two, three = draw(st.permutations([name for name in NAMES if name != one]))[:2]
    names = draw(st.sampled_from([one, one, f"{one},{two}"]))
    copy = draw(st.sampled_from([""] * 4 + [f" -i {three}:v", f" -o {three}:v", f" -i {three}:v -o {three}:w"]))
    return f"%%{names}{copy}{draw(BACKGROUND)}"


@st.composite
def cells(draw: st.DrawFn) -> str:
    """Return the code of a cell."""
    kind = draw(st.sampled_from(["plain", "header", "header", "header", "parts", "parts", "command"]))
    if kind == "plain":
        return "x"
    if kind == "header":
        return f"{draw(headers())}\nx"
    if kind == "command":
        return draw(st.sampled_from(COMMANDS)).format(*draw(st.permutations(NAMES)))
    parts = draw(st.lists(headers(), min_size=1, max_size=4))
    return "\n".join([f"%%parts{draw(BACKGROUND)}", *(f"{header}\nx" for header in parts)])


class SideBySideInterleavings(RuleBasedStateMachine):
    """Draws what happens next."""

    def __init__(self) -> None:
        """Begin with everything stopped but the default, which starts."""
        super().__init__()
        self.world = SideBySide()
        self.disturbances = 0

    def children(self, state: str) -> list[str]:
        """Return the names of the children in this state."""
        return [child.name for child in self.world.children.values() if child.state == state]

    def at_work(self) -> list[str]:
        """Return the names of the children that have something to do."""
        return [child.name for child in self.world.children.values() if child.todo]

    def full_pipes(self) -> list[tuple[str, Channel]]:
        """Return the pipes in which something lies."""
        return [
            (child.name, channel) for child in self.world.children.values() for channel in PIPES if child.pipes[channel]
        ]

    @precondition(lambda self: len(self.world.router.requests.all()) < 6)
    @rule(codes=st.lists(cells(), min_size=1, max_size=3), stops_on_error=st.booleans())
    def execute(self, codes: list[str], stops_on_error: bool) -> None:
        """Run cells that arrive together."""
        for code in codes:
            self.world.execute(code, stops_on_error)
        self.world.advance()

    @precondition(lambda self: self.disturbances < len(self.world.cells) / 3)
    @rule(what=st.sampled_from(["die", "interrupt", "press"]), name=ONE)
    def disturb(self, what: str, name: str) -> None:
        """Press the interrupt button, interrupt one backend, or kill it; not more often than for every third cell."""
        world = self.world
        self.disturbances += 1
        if what == "press":
            world.advance()
            world.press()
        elif what == "interrupt":
            world.perform(world.router.interrupt(name))
        elif what == "die" and world.children[name].state == "ready":
            world.die(name)

    @precondition(lambda self: self.at_work())
    @rule(data=st.data(), kind=st.sampled_from(["stream", "display_data", "execute_result"]), ends_line=st.booleans())
    def say(self, data: st.DataObject, kind: str, ends_line: bool) -> None:
        """Let a child publish something."""
        self.world.say(data.draw(st.sampled_from(self.at_work())), kind, ends_line=ends_line)

    @precondition(lambda self: self.at_work())
    @rule(
        data=st.data(),
        status=st.sampled_from(["ok", "ok", "error"]),
        left_out=st.sampled_from(["", "", "", "", "reply", "idle"]),
    )
    def finish(self, data: st.DataObject, status: str, left_out: str) -> None:
        """Let a child finish a body, and sometimes forget half of its answer."""
        self.world.finish(data.draw(st.sampled_from(self.at_work())), status, left_out)

    @precondition(lambda self: self.at_work())
    @rule()
    def finish_all(self) -> None:
        """Let all children finish what they are at, and read it."""
        for name in self.at_work():
            self.world.finish(name, "ok")
        self.read_all()

    def read_all(self) -> None:
        """Read all that the children have said."""
        while pipes := self.full_pipes():
            self.world.read(*pipes[0])

    @precondition(lambda self: self.at_work())
    @rule(data=st.data(), left_out=st.sampled_from(["idle", "reply"]))
    def forget(self, data: st.DataObject, left_out: str) -> None:
        """Let a child forget half of its answer, until it is made up."""
        self.world.finish(data.draw(st.sampled_from(self.at_work())), "ok", left_out)
        self.read_all()
        while waiting := sorted(key for key in self.world.timers if key[0] == "half answered"):
            self.world.fire(waiting[0])

    @precondition(lambda self: any(child.has_forgotten for child in self.world.children.values()))
    @rule(name=ONE)
    def remember(self, name: str) -> None:
        """Let a child send late what has been made up."""
        self.world.remember(name)

    @precondition(lambda self: self.full_pipes())
    @rule(data=st.data(), number=st.integers(1, 5))
    def read(self, data: st.DataObject, number: int) -> None:
        """Read from pipes of children."""
        for _ in range(number):
            if pipes := self.full_pipes():
                self.world.read(*data.draw(st.sampled_from(pipes)))

    @precondition(lambda self: self.children("starting"))
    @rule(data=st.data(), fails=RARELY)
    def end_start(self, data: st.DataObject, fails: bool) -> None:
        """Let a child be ready, or not."""
        name = data.draw(st.sampled_from(self.children("starting")))
        if fails:
            self.world.fail_to_start(name)
        else:
            self.world.get_ready(name)

    @precondition(lambda self: self.world.jobs)
    @rule(data=st.data(), fails=RARELY)
    def end_job(self, data: st.DataObject, fails: bool) -> None:
        """Let a command be done, or variables be copied."""
        self.world.end_job(data.draw(st.sampled_from(sorted(self.world.jobs))), fails=fails)

    @precondition(lambda self: any(map(self.world.may_fire, self.world.timers)))
    @rule(data=st.data())
    def fire(self, data: st.DataObject) -> None:
        """Let a timer run out."""
        self.world.fire(data.draw(st.sampled_from(sorted(filter(self.world.may_fire, self.world.timers)))))

    @invariant()
    def outputs_of_a_child_keep_their_order(self) -> None:
        """The notebook has heard what the children have said, but for the beginnings of lines."""
        for name, heard in self.world.heard.items():
            assert heard == self.world.said[name][: len(heard)]

    @invariant()
    def nothing_comes_twice(self) -> None:
        """Each cell is busy first, and has one reply and one idle at most."""
        for cell in self.world.cells.values():
            assert cell.types[:1] in ([], ["busy"])
            assert cell.types.count("idle") <= 1
            assert len(cell.replies) <= 1
            assert not cell.is_over or cell.replies

    def teardown(self) -> None:
        """Let the children finish all that they were sent; then every cell has to be over, without any interrupt."""
        world = self.world
        world.advance()
        for _ in range(2000):
            if pipes := self.full_pipes():
                world.read(*pipes[0])
            elif names := self.at_work():
                world.finish(names[0], "ok")
            elif world.jobs:
                world.end_job(min(world.jobs))
            elif starting := self.children("starting"):
                world.get_ready(starting[0])
            elif world.timers:
                world.fire(min(world.timers))
            else:
                break
        assert world.router.requests.all() == []
        assert world.router.state.turns.in_background() == []
        assert world.heard == world.said
        for cell in world.cells.values():
            assert cell.types.count("idle") == len(cell.replies) == 1
            assert (cell.replies[0]["status"] == "aborted") == cell.is_doomed


SideBySideInterleavings.TestCase.settings = settings(
    max_examples=200, stateful_step_count=60, phases=[p for p in Phase if p is not Phase.explain]
)
TestSideBySideInterleavings = SideBySideInterleavings.TestCase
