"""Values between hosts: all languages, and whatever happens to them on the way."""

import glob
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.front_end import FrontEnd
from tests.e2e.kernel import Json, Kernel, open_kernel
from tests.e2e.processes import front

from .hosts import END_SECONDS, Hosts
from .test_multi import kill_ssh

CONFIG = f"""\
default: python
places:
  gpu: {{ssh: gpu1, python: {sys.executable}, keep: 30 s}}
backends:
  python: {{kernel: python3}}
  far: {{kernel: python3, at: gpu}}
  r: {{kernel: ir, at: gpu}}
  bash: {{kernel: bash, at: gpu}}
  octave: {{kernel: octave, at: gpu}}
  deno: {{kernel: deno, at: gpu}}
"""

OTHERS = {
    "far": "back = n",
    "r": "back <- n",
    "bash": "back=$n",
    "octave": "back = n;",
    "deno": "var back = n",
}
"""How the value gets a new name there."""

WAYS = {"to it": "%%far -i big", "from it": "%%python -i far:big", "past here": "%%r -i far:big"}

BIG = "import os; big = os.urandom({size} * 1_000_000)"

SLOW = 100
"""Megabits a second."""

MEANT_SECONDS, INTERRUPT_SECONDS = 0.5, 1.5
"""What is meant, and what a single one may take on a busy machine."""

IS_TRUE = re.compile("true", re.IGNORECASE)


@pytest.fixture(scope="module")
def kernel(both_hosts: Hosts, need: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with a backend of each language on the server."""
    need("ir", "bash", "octave", "deno")
    config = tmp_path_factory.mktemp("config") / "multikernel.yaml"
    config.write_text(CONFIG)
    config.chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{both_hosts.bin}{os.pathsep}{os.environ['PATH']}")
        with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
            run(kernel, f"%%start {' '.join(OTHERS)}")
            yield kernel
    both_hosts.wait_for_nothing()


@pytest.fixture(autouse=True)
def nothing_is_left(kernel: Kernel, both_hosts: Hosts) -> Iterator[None]:
    """See to it that no value stays, there or here."""
    yield
    both_hosts.speed(None)
    deadline = time.monotonic() + END_SECONDS
    while left := folders(kernel, both_hosts):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def folders(kernel: Kernel, hosts: Hosts) -> list[str]:
    """Return the folders for values, here and, since both hosts have the same /tmp, there."""
    words = hosts.on_server("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'")
    keepers = set(re.findall(r"/tmp/multikernel-[0-9a-f]{32}", words))
    assert keepers
    patterns = [*(f"{keeper}/values-*" for keeper in keepers), f"/dev/shm/multikernel-{front(kernel).pid}-*/values-*"]
    return [path for pattern in patterns for path in glob.glob(pattern)]


def run(kernel: Kernel, code: str) -> str:
    """Run a cell, which succeeds, and return what it prints or shows."""
    answer = kernel.run(code)
    assert answer.content["status"] == "ok", answer.content
    return answer.stream() or str(answer.result)


@pytest.mark.parametrize("other", OTHERS)
def test_a_value_goes_there_and_comes_back(kernel: Kernel, other: str) -> None:
    run(kernel, "n = 'gpu ü'")
    run(kernel, f"%%{other} -i n -o back\n{OTHERS[other]}")
    assert run(kernel, "back") == "'gpu ü'"
    shown = run(kernel, f"%%vars {other}")
    assert "back" in shown


def test_values_go_from_each_to_the_next(kernel: Kernel) -> None:
    run(kernel, "n = ['a', 'b', 'c']")
    for source, target in zip(["python", *OTHERS], [*OTHERS, "python"], strict=True):
        run(kernel, f"%%{target} -i {source}:n\n")
    assert run(kernel, "n") == "['a', 'b', 'c']"


def test_a_list_is_dealt_out_and_joined(kernel: Kernel) -> None:
    run(kernel, "a = [str(each) for each in range(10)]")
    run(kernel, "%%far,bash,octave,r --scatter a --gather a\n# There is nothing to do.")
    assert run(kernel, "a") == str([str(each) for each in range(10)])


def test_the_beginning_of_a_variable_is_shown(kernel: Kernel) -> None:
    front_end = FrontEnd(kernel)
    run(kernel, "n = 'seen'")
    for other in OTHERS:
        run(kernel, f"%%{other} -i n\n{OTHERS[other]}")
        assert "seen" in str(front_end.ask("preview", backend=other, name="n"))
    front_end.close()


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupt_in_mid_copy_leaves_nothing_and_the_next_copy_works(
    kernel: Kernel, both_hosts: Hosts, way: str
) -> None:
    run(kernel, f"%%python,far\n{BIG.format(size=60)}")
    both_hosts.speed(SLOW)
    front_end = FrontEnd(kernel)
    cell = kernel.client.execute(WAYS[way] + "\n1")
    front_end.until(is_under_way)
    begin = time.monotonic()
    kernel.ask("interrupt_request", {}, channel="control")
    answer = kernel.wait(cell)
    assert time.monotonic() - begin < INTERRUPT_SECONDS
    assert answer.content["ename"] == "Interrupted"
    front_end.close()
    both_hosts.speed(None)
    run(kernel, f"%%python,far\n{BIG.format(size=1)}")
    run(kernel, WAYS[way] + "\n1")


OLD = {"far": "big = 'old'", "r": "big <- 'old'", "python": "big = 'old'"}
IS_OLD = {"far": "print(big == 'old')", "r": "cat(identical(big, 'old'))", "python": "print(big == 'old')"}
IS_WHOLE = {"far": "print(len(big))", "r": "cat(length(big))", "python": "print(len(big))"}
POINTS, SIZE = 10, 20
"""How many interrupts each way, and megabytes: a copy takes some 2 s."""


@pytest.mark.long
@pytest.mark.parametrize(
    ("source", "target"), [("python", "far"), ("far", "python"), ("python", "r"), ("r", "python"), ("far", "r")]
)
def test_an_interrupt_at_any_point_is_answered_at_once(
    kernel: Kernel, both_hosts: Hosts, source: str, target: str
) -> None:
    run(kernel, f"%%python,far\n{BIG.format(size=SIZE)}")
    if source == "r":
        run(kernel, "%%r -i big\n")
    both_hosts.speed(SLOW)
    draw, seconds, ended = random.Random(f"{source} {target}"), [], []
    for _ in range(POINTS):
        run(kernel, f"%%{target}\n{OLD[target]}")
        cell = kernel.client.execute(f"%%{target} -i {source}:big\n")
        kernel.until("execute_input", cell)
        # The point is what is drawn: before, in and after the copy.
        time.sleep(draw.uniform(0, 3.5))
        begin = time.monotonic()
        kernel.ask("interrupt_request", {}, channel="control")
        answer = kernel.wait(cell)
        seconds.append(time.monotonic() - begin)
        ended.append(answer.content["status"])
        if ended[-1] == "error":
            assert answer.content["ename"] == "Interrupted", answer.content
            assert IS_TRUE.search(run(kernel, f"%%{target}\n{IS_OLD[target]}"))
        else:
            assert run(kernel, f"%%{target}\n{IS_WHOLE[target]}").strip() == str(SIZE * 1_000_000)
        assert run(kernel, f"%%{source}\n{IS_WHOLE[source]}").strip() == str(SIZE * 1_000_000)
    assert "error" in ended
    assert sorted(seconds)[POINTS // 2] < MEANT_SECONDS
    assert max(seconds) < INTERRUPT_SECONDS


def test_a_copy_goes_on_after_a_break_and_shows_how_far_it_is(kernel: Kernel, both_hosts: Hosts) -> None:
    run(kernel, f"%%python\n{BIG.format(size=30)}; import zlib; print(zlib.crc32(big))")
    both_hosts.speed(SLOW)
    front_end = FrontEnd(kernel)
    cell = kernel.client.execute("%%far -i big\nimport zlib; print(zlib.crc32(big))")
    front_end.until(is_under_way)
    assert kill_ssh(kernel)
    answer = kernel.wait(cell)
    assert answer.content["status"] == "ok"
    assert answer.stream() == run(kernel, "print(zlib.crc32(big))")
    line = answer.stream("stderr")
    assert line.startswith("Copying big from python to far: ")
    assert line.endswith("30 of 30 MB\n")
    front_end.close()


def is_under_way(snapshot: Json) -> bool:
    """Whether something of a value is on the other machine."""
    return any(transfer["done"] for transfer in snapshot["transfers"])
