"""The button at random moments: the right backend stops, or is restarted with a word about it, and no other notices."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ..e2e.kernel import Json, Kernel, open_kernel
from ..e2e.processes import Stopwatch, family, front

Need = Callable[..., None]

ROUNDS = {False: 15, True: 200}
"""Whether everything is tested -> how many presses."""

LATEST = 0.4
"""Seconds after the cell was sent; by then each of them runs."""

TOO_EARLY = 0.05
"""Of all presses, how many may come before the kernel listens: docs/reliability.md says when that is."""


@dataclass(frozen=True)
class Work:
    """A cell that takes long, and how it stops."""

    backend: str
    code: str
    restarts: bool = False
    """It cannot be interrupted: its backend is restarted, which the cell says."""
    needs_two: bool = False
    """The first press has never an effect, which the cell says after 10 s; the second restarts its backend."""
    may_die: bool = False
    """A signal that comes while the kernel is not evaluating the cell ends it, as without Multi."""
    weight: int = 4
    """How often it is chosen."""


@dataclass(frozen=True)
class End:
    """How a cell ended."""

    seconds: float
    """From the press that ended it."""
    is_restart: bool
    is_death: bool
    came_too_early: bool
    """The first press was lost on a kernel that has the cell but does not listen yet."""


WORK = {
    "python sleeps": Work("python3", "import time; time.sleep(1000)"),
    "python computes in C": Work("python3", "for n in range(1000): sum(range(20_000_000))"),
    "python matches": Work("python3", "import re\nfor n in range(1000): re.match('(a|a)*b', 'a' * 23)"),
    "r sleeps": Work("ir", "Sys.sleep(1000)", may_die=True),
    "r computes": Work("ir", "repeat sum(runif(1e5))", may_die=True),
    "bash waits for a child": Work("bash", "sleep 1000"),
    "bash computes": Work("bash", "while :; do :; done"),
    "deno computes": Work("deno", "for (;;);"),
    "deno awaits": Work("deno", "await new Promise(() => {})", restarts=True, needs_two=True, weight=1),
    "xpython sleeps": Work("xpython", "import time; time.sleep(1000)", restarts=True),
}

KEEP = {
    "python3": ("kept = 1", "print(kept)"),
    "ir": ("kept <- 1", "cat(kept)"),
    "bash": ("kept=1", "echo $kept"),
    "deno": ("globalThis.kept = 1", "console.log(globalThis.kept)"),
    "xpython": ("kept = 1", "print(kept)"),
}


@pytest.fixture(scope="module")
def kernel(need: Need) -> Iterator[Kernel]:
    """Return a Multi with a variable in each backend."""
    need(*KEEP)
    with open_kernel("multi") as kernel:
        for backend in KEEP:
            keep(kernel, backend)
        yield kernel


def keep(kernel: Kernel, backend: str) -> None:
    """Set a variable in a backend."""
    assert kernel.run(f"%%{backend}\n{KEEP[backend][0]}").content["status"] == "ok"


def test_presses_at_random_moments(
    kernel: Kernel, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    is_everything = request.config.getoption("every_fault", False)
    seed = request.config.getoption("fault_seed", None) or (random.randrange(1 << 32) if is_everything else 1)
    sys.stdout.write(f"seed {seed}: --fault-seed={seed} does the same again\n")
    chance = random.Random(seed)
    ends, process = list[End](), front(kernel)
    for number in range(ROUNDS[is_everything]):
        (name,) = chance.choices(list(WORK), [work.weight for work in WORK.values()])
        moment = chance.uniform(0, LATEST)
        ends.append(press(kernel, WORK[name], moment, f"{number}: {name} after {moment:.4f} s, seed {seed}"))
        kernel.foreign.clear()
    assert process.is_running()
    assert family(kernel)
    too_early, deaths = sum(end.came_too_early for end in ends), sum(end.is_death for end in ends)
    assert too_early + deaths <= 1 + len(ends) * TOO_EARLY
    what = f"the button, {len(ends)} times at random moments (seed {seed})"
    result = (
        f"the right cell ended each time, after at most {max(end.seconds for end in ends):.1f} s; "
        f"{sum(end.is_restart for end in ends)} restarts, each reported; {too_early} presses came before the kernel "
        f"was listening, as the cell reported, and were repeated; {deaths} ended R, as the cell reported"
    )
    record_property("figure", [what, result])


def press(kernel: Kernel, work: Work, moment: float, where: str) -> End:
    """Run a cell and press the button at a moment, and once more if the cell says that this had no effect."""
    before = kernel.children()
    msg_id = kernel.client.execute(f"%%{work.backend}\n{work.code}")
    # The moment is what is tested.
    time.sleep(moment)
    watch = Stopwatch()
    kernel.interrupt()
    has_no_effect = kernel.first(msg_id, is_idle_or_note)["msg_type"] == "stream"
    assert has_no_effect or not work.needs_two, where
    if has_no_effect:
        watch = Stopwatch()
        kernel.interrupt()
    answer = kernel.wait(msg_id)
    seconds = watch.seconds
    is_restarted, is_death = (answer.content.get("ename") == each for each in ("BackendRestarted", "BackendDied"))
    assert is_restarted == (work.restarts or has_no_effect), where
    assert work.may_die or not is_death, where
    if is_restarted:
        assert "was restarted" in answer.of("error")[0]["evalue"], where
    if is_restarted or is_death:
        keep(kernel, work.backend)
    after = kernel.children()
    # A child is there under the name of its backend and under that of its kernelspec.
    names = [name for name, child in before.items() if child == before[work.backend]]
    expected = {**before, **({name: after[name] for name in names} if is_restarted or is_death else {})}
    assert after == expected, where
    for backend, (_, show) in KEEP.items():
        shown = kernel.run(f"%%{backend}\n{show}", patience=30)
        assert (shown.stream().strip(), shown.stream("stderr")) == ("1", ""), (where, backend)
    return End(seconds, is_restarted, is_death, has_no_effect and not work.needs_two)


def is_idle_or_note(message: Json) -> bool:
    """Whether a message is the end of its cell, or says that the button has had no effect."""
    return message["content"].get("execution_state") == "idle" or "has not reacted" in str(message["content"])
