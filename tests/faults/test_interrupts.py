"""The button at random moments: the right backend stops, or is restarted with a word about it, and no other notices."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ..e2e.kernel import Kernel, open_kernel
from ..e2e.processes import Stopwatch, family, front

Need = Callable[..., None]

ROUNDS = {False: 15, True: 200}
"""Whether everything is tested -> how many presses."""

LATEST = 0.4
"""Seconds after the cell was sent; by then each of them runs."""


@dataclass(frozen=True)
class Work:
    """A cell that takes long, and how it stops."""

    backend: str
    code: str
    restarts: bool = False
    """It cannot be interrupted: its backend is restarted, which the cell says."""
    needs_two: bool = False
    """The first press has no effect, which the cell says after 10 s; the second restarts its backend."""
    weight: int = 4
    """How often it is chosen."""


WORK = {
    "python sleeps": Work("python3", "import time; time.sleep(1000)"),
    "python computes in C": Work("python3", "for n in range(1000): sum(range(20_000_000))"),
    "python matches": Work("python3", "import re\nfor n in range(1000): re.match('(a|a)*b', 'a' * 23)"),
    "r sleeps": Work("ir", "Sys.sleep(1000)"),
    "r computes": Work("ir", "repeat sum(runif(1e5))"),
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
    restarted, longest, process = 0, 0.0, front(kernel)
    for number in range(ROUNDS[is_everything]):
        (name,) = chance.choices(list(WORK), [work.weight for work in WORK.values()])
        ename, seconds = press_once(kernel, WORK[name], chance.uniform(0, LATEST), f"{number}: {name}, seed {seed}")
        restarted += ename == "BackendRestarted"
        longest = max(longest, seconds)
        kernel.foreign.clear()
    assert process.is_running()
    assert family(kernel)
    what = f"the button, {ROUNDS[is_everything]} times at random moments (seed {seed})"
    result = f"the right cell ended each time, after at most {longest:.1f} s; {restarted} restarts, each told of"
    record_property("figure", [what, result])


def press_once(kernel: Kernel, work: Work, moment: float, where: str) -> tuple[str, float]:
    """Run a cell and press the button at a moment; return the cell's ename and the seconds to its end."""
    before = kernel.children()
    msg_id = kernel.client.execute(f"%%{work.backend}\n{work.code}")
    # The moment is what is tested.
    time.sleep(moment)
    watch = Stopwatch()
    kernel.interrupt()
    if work.needs_two:
        kernel.until("stream", msg_id, text="has not reacted")
        watch = Stopwatch()
        kernel.interrupt()
    answer = kernel.wait(msg_id)
    seconds = watch.seconds
    is_restarted = answer.content.get("ename") == "BackendRestarted"
    assert is_restarted or not work.restarts, where
    if is_restarted:
        assert "was restarted" in answer.of("error")[0]["evalue"], where
        keep(kernel, work.backend)
    after = kernel.children()
    expected = {**before, **({work.backend: after[work.backend]} if is_restarted else {})}
    assert after == expected, where
    for backend, (_, show) in KEEP.items():
        shown = kernel.run(f"%%{backend}\n{show}", patience=30)
        assert (shown.stream().strip(), shown.stream("stderr")) == ("1", ""), (where, backend)
    return str(answer.content.get("ename")), seconds
