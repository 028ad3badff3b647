"""Which faults strike which kernels at which stage; and a subset that has every pair."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from . import of_processes, of_surroundings
from .arena import Arena
from .endings import Finding
from .stages import STAGES, Moment, can_reach, ready, starting
from .subjects import SUBJECTS

MB = 1_000_000
FLOOD = {False: 10 * MB, True: 200 * MB}
MANY = {False: 2_000, True: 100_000}
"""Whether everything is tested -> how much."""

FLOODS_AT_START = "for _ in range({}): os.write(1, b'x' * 9999 + bytes([10]))"
NO_MEMORY = "import resource; resource.setrlimit(resource.RLIMIT_AS, (30_000_000, 30_000_000))"


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and at which stages it can."""

    title: str
    strike: Callable[[Moment], Finding]
    stages: tuple[str, ...] = tuple(STAGES)
    kernels: tuple[str, ...] = tuple(SUBJECTS)
    is_cell: bool = False
    """It is a cell that does it, not somebody else while a cell runs."""
    at_start: str = ""
    """What a process that is starting does itself."""
    is_slow: bool = False
    """It is tested only where everything is."""
    has_clock: bool = False
    """Its arena has a clock that can be put."""

    def reach(self, stage: str) -> Callable[[Arena, str], AbstractContextManager[Moment]]:
        """Return what brings a backend to a stage."""
        if stage == "starting" and self.at_start:
            return partial(starting, plan=self.at_start)
        return partial(ready, stage=stage) if self.is_cell else STAGES[stage]


@dataclass(frozen=True)
class Case:
    """A fault at a stage of a kernel."""

    fault: Fault
    stage: str
    kernel: str

    def __str__(self) -> str:
        """Return the test's id."""
        return f"{self.fault.title}-{self.stage}-{self.kernel}"

    @property
    def pairs(self) -> frozenset[tuple[str, ...]]:
        """The pairs of fault, stage and kernel that it covers."""
        return frozenset(combinations((self.fault.title, self.stage, self.kernel), 2))


def faults(*, is_everything: bool) -> list[Fault]:
    """Return all faults, with as much output as is wanted."""
    size, count = FLOOD[is_everything], MANY[is_everything]
    p, s = of_processes, of_surroundings
    return [
        Fault("SIGKILL", p.sigkill),
        Fault("SIGSEGV", p.sigsegv),
        Fault("SIGSTOP, then `%%restart --now`", p.sigstop_and_restart),
        Fault("SIGSTOP, then the button", p.sigstop_and_button, is_slow=True),
        Fault("exit with code 0", p.exits, ("starting", "running"), NO_BASH, is_cell=True, at_start="os._exit(0)"),
        Fault("memory limit", p.takes_memory, ("starting", "running"), is_cell=True, at_start=NO_MEMORY),
        Fault(
            "200 MB of output",
            partial(p.floods, size=size),
            ("starting", "running"),
            is_cell=True,
            at_start=FLOODS_AT_START.format(size // 10_000),
        ),
        Fault("100,000 small messages", partial(p.says_much, count=count), ("running",), is_cell=True),
        Fault("disk full", s.disk_is_full),
        Fault("port taken", s.port_is_taken, ("starting",), at_start=s.TAKES_PORT, is_slow=True),
        Fault("connection file deleted", s.connection_file_is_deleted, at_start=s.DELETES_CONNECTION_FILE),
        Fault("private directory deleted", s.private_directory_is_deleted, ("idle",)),
        Fault("clock jumps", s.clock_jumps, has_clock=True, is_slow=True),
    ]


NO_BASH = ("python", "r", "deno")
"""Where a cell can end the kernel: what bash_kernel runs ends a shell of its own, which it replaces."""


def all_cases(*, is_everything: bool) -> list[Case]:
    """Return every combination that makes sense."""
    return [
        Case(fault, stage, kernel)
        for fault in faults(is_everything=is_everything)
        for stage in fault.stages
        for kernel in fault.kernels
        if can_reach(kernel, stage)
    ]


def pairwise(cases: list[Case]) -> Iterator[Case]:
    """Yield cases that have every pair which some case has, those that have most new ones first.

    Greedy, and the same each time: of equals the first is taken.
    """
    cases = [case for case in cases if not case.fault.is_slow]
    missing = set[tuple[str, ...]]().union(*(case.pairs for case in cases))
    while missing:
        best = max(cases, key=lambda case: len(case.pairs & missing))
        missing -= best.pairs
        yield best
