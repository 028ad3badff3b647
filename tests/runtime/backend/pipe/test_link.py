"""A link over plain pipes: what the place's command and its agent may do to it, and what a user reads of that."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from multikernel.core.errors import BackendNotFound, BackendStartError
from multikernel.core.places import RunPlace, SshPlace
from multikernel.runtime.backend.links.pipe import link
from multikernel.runtime.backend.links.pipe.agent.stream import (
    CHUNK_HEAD,
    LARGEST_RECORD,
    RECORD_HEAD,
    VERSION,
    WORD,
    Stream,
    head_of,
)
from multikernel.runtime.backend.links.pipe.command import BOOT
from multikernel.runtime.backend.links.pipe.probe import probe
from tests.elsewhere.near import Backend, Near, open_near

pytestmark = pytest.mark.anyio

HERE = RunPlace("box", ("env",), python=sys.executable)


@asynccontextmanager
async def opened(place: RunPlace | SshPlace = HERE, **options: Any) -> AsyncIterator[tuple[Near, Backend]]:
    """Open a backend at a place; the errors of a start are not in groups."""
    async with open_near(place) as near, near.open(**options) as backend:
        yield near, backend


async def start_error(place: RunPlace | SshPlace, **options: Any) -> str:
    """Return why a backend does not start."""
    text = ""
    async with open_near(place) as near:
        try:
            async with near.open(**options):
                pass
        except (BackendStartError, BackendNotFound) as error:
            text = str(error)
    return text


async def test_a_life() -> None:
    async with opened() as (_, backend):
        assert backend.link.where.endswith(f":{(await backend.run('import os; print(os.getpid())'))[0]}")
        assert await backend.run("import sys; print('x', file=sys.stderr); print(1)") in (
            ["x", "1", "ok"],
            ["1", "x", "ok"],
        )
        backend.begin("import os; os.write(2, b'written'); os._exit(3)")
        with anyio.fail_after(20):
            assert await backend.child.wait_for_end() == "exit code 3"
        assert backend.output.lines()[-1] == "written"
        assert backend.connection == []


async def test_env_and_cwd_reach_the_kernel_and_not_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "env"
    program.write_text("#!/bin/sh\ntouch was-run\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ":.:/usr/bin:/bin")
    options: dict[str, Any] = {"env": {"PATH": str(tmp_path), "MINE": "1"}, "cwd": str(tmp_path)}
    async with opened(**options) as (_, backend):
        code = "import os; print(os.environ['PATH'] + os.environ['MINE'] + os.getcwd())"
        assert await backend.run(code) == [f"{tmp_path}1{tmp_path}", "ok"]
    assert list(tmp_path.iterdir()) == [program]


async def test_a_message_that_is_larger_than_any_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as (_, backend):
        size = 20_000_000
        assert await backend.run(f"print('x' * {size})") == ["x" * size, "ok"]


async def test_a_child_that_is_closed_hears_nothing() -> None:
    async with opened() as (_, backend):
        before = len(backend.messages)
        backend.child.close()
        backend.begin("print(1)")
    assert len(backend.messages) == before


NO_START = {
    "command": (
        RunPlace("box", ("no-such-program",)),
        "box: there is no program no-such-program here",
    ),
    "relative": (RunPlace("box", ("./env",)), "box: there is no program ./env here"),
    "python": (
        RunPlace("box", ("env",), python="no-such-python"),
        "there is no no-such-python there; run `env no-such-python --version`",
    ),
    "exit": (RunPlace("box", ("sh", "-c", "echo oh >&2; exit 3")), "ended with exit code 3: oh."),
    "zmq": (RunPlace("box", ("env",), python="/usr/bin/python3"), "/usr/bin/python3 there has no pyzmq; run `env "),
}


@pytest.mark.parametrize("what", NO_START)
async def test_a_place_that_cannot_be_reached(what: str) -> None:
    place, text = NO_START[what]
    if what == "zmq":
        place = RunPlace("box", ("env", sys.executable, "-I", "-S", "-c", BOOT, "--"), python="/usr/bin/python3")
    with anyio.fail_after(30):
        assert text in await start_error(place)
        assert (await probe(place)) in text or text.partition(": ")[2].rstrip(".") in await probe(place)


async def test_a_place_that_is_fine() -> None:
    assert await probe(HERE) == ""


async def test_a_kernelspec_that_is_not_there() -> None:
    async with open_near(HERE) as near:
        with pytest.raises(BackendNotFound, match=r"no kernelspec 'nonesuch' there; installed are .*python3"):
            async with near.open(kernel="nonesuch"):
                pass


async def test_multi_itself_is_no_kernel_elsewhere() -> None:
    async with open_near(HERE) as near:
        with pytest.raises(BackendNotFound, match="is Multi itself; name another one"):
            async with near.open(kernel="multi"):
                pass


async def test_a_start_that_is_too_late_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "UNSURE_SECONDS", 0.1)
    place = RunPlace("box", ("sh", "-c", "sleep 60"))
    async with open_near(place) as near:
        with anyio.fail_after(20), pytest.raises(BackendStartError, match=r"did not get ready within 0\.2 s"):
            async with near.open(timeout=0.2):
                pass
        with anyio.fail_after(20):
            while near.context.sites[place]._keepers:
                await anyio.sleep(0.01)


FAKE_AGENT = """
import json, sys, time
sys.stdin.buffer.readline()
token = json.loads(sys.stdin.buffer.readline())["token"]
out = sys.stdout.buffer
out.write(b"welcome" + token.encode() + {answer!r} + {data!r})
out.flush()
sys.stdin.buffer.read()
"""


def word(**content: Any) -> bytes:
    """Return the bytes of what an agent says."""
    written: list[bytes] = []

    class Transport:
        def write(self, data: bytes) -> None:
            written.append(data)

    stream = Stream(lambda kind, frames: None)
    stream.connected(Transport(), 0)
    stream.send(WORD, [json.dumps(content).encode()])
    stream.flush()
    return b"".join(written)


def chunk(data: bytes) -> bytes:
    """Return the first chunk of an agent."""
    return head_of(1, 0, data) + data


FINE = b'{"version": %d, "seen": 0}\n' % VERSION

HOSTILE: dict[str, tuple[bytes, bytes]] = {
    "no JSON": (b"{\n", b""),
    "no object": (b"[]\n", b""),
    "deep": (b"[" * 100_000 + b"\n", b""),
    "endless": (b"x" * (3 << 20), b""),
    "another version": (b'{"version": 0, "seen": 0}\n', b""),
    "no version": (b"{}\n", b""),
    "seen what was never sent": (b'{"version": %d, "seen": 5}\n' % VERSION, b""),
    "an unknown error": (b'{"error": ["\\u001b", 1]}\n', b""),
    "no names": (b'{"error": "no kernelspec", "kernelspecs": 5}\n', b""),
    "noise": (FINE, b"\xff" * 1000),
    "a gap": (FINE, CHUNK_HEAD.pack(7, 0, 0)),
    "a huge record": (
        FINE,
        chunk(RECORD_HEAD.pack(0, 1) + (LARGEST_RECORD + 1).to_bytes(8, "big")),
    ),
    "a word without a frame": (FINE, chunk(RECORD_HEAD.pack(WORD, 0))),
    "two words": (FINE, word(a=1, b=2)),
    "an unknown word": (FINE, word(nonesuch=1)),
    "found nothing": (FINE, word(found={})),
    "found numbers": (FINE, word(found={"argv": 1, "interrupt_mode": "", "is_multi": False})),
    "started a text": (FINE, word(started={"pid": "1", "host": "x"})),
    "started a huge number": (FINE, word(started={"pid": 10**4000, "host": "x"})),
    "ended with a huge number": (FINE, word(ended=-(10**4000))),
    "ended with a text": (FINE, word(ended="x")),
    "failed": (FINE, word(failed="\x1b" * 10_000)),
    "over": (FINE, word(over=True)),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_an_agent_that_is_hostile_ends_its_own_backend_cleanly(what: str) -> None:
    answer, data = HOSTILE[what]
    code = FAKE_AGENT.format(answer=answer, data=data)
    place = RunPlace("box", (sys.executable, "-c", code))
    with anyio.fail_after(30):
        text = await start_error(place)
    assert text.startswith("r could not be started: "), text
    assert text.isprintable()
    assert len(text) < 2000
