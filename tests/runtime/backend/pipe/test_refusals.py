"""What one end does not take from the other: it costs a message or a connection, and nothing is left of a kernel."""

import json
import os
import sys
from pathlib import Path

import anyio
import pytest

from multikernel.core.errors import BackendError, BackendStartError
from multikernel.core.places import RunPlace
from multikernel.runtime.backend.links.pipe import link
from multikernel.runtime.backend.links.pipe.agent import stream
from multikernel.runtime.backend.links.pipe.agent.stream import CHUNK_HEAD, MOST_FRAMES, TooLarge
from tests.elsewhere.near import open_near

from .far import FarEnd, ended, install_toy, removed
from .test_link import FINE, HERE, word

pytestmark = pytest.mark.anyio

AGENT = """
import json, sys
sys.stdin.buffer.readline()
request = json.loads(sys.stdin.buffer.readline())
with open({log!r}, "a") as log:
    print(json.dumps(request), file=log)
out = sys.stdout.buffer
out.write(request["token"].encode() + {data!r})
out.flush()
sys.stdin.buffer.read()
"""

ANSWERS = {
    "another version": (b'{"version": 0, "seen": 0}\n', ["start", "end"]),
    "an unknown word": (FINE + word(nonesuch=1), ["start", "end"]),
    "it got nonsense": (FINE + word(refused="a word that is none"), ["start", "end"]),
    "noise": (FINE + b"noise" * 100, ["start", "attach", "attach", "end"]),
    "a chunk of the future": (FINE + CHUNK_HEAD.pack(7, 0, 0), ["start", "attach", "attach", "end"]),
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_a_keeper_that_is_refused_is_told_to_end(what: str, tmp_path: Path) -> None:
    data, expected = ANSWERS[what]
    place = RunPlace("box", (sys.executable, "-c", AGENT.format(log=str(tmp_path / "log"), data=data)))
    async with open_near(place) as near:
        with anyio.fail_after(20), pytest.raises(BackendStartError) as caught:
            async with near.open():
                pass
        assert ("redirect its output" in str(caught.value)) == (len(expected) == 4)
        requests = list(map(json.loads, (tmp_path / "log").read_text().splitlines()))
        assert [each["do"] for each in requests] == expected
        assert requests[-1]["names"] == [requests[0]["name"]]
        assert not near.context.sites[place]._keepers


async def test_what_else_writes_to_the_stdout_costs_a_connection(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    place = RunPlace("box", ("sh", "-c", f'cat {fifo} & exec "$@"', "sh"), python=sys.executable)
    async with open_near(place) as near, near.open() as backend:
        for _ in range(2 * link.MOST_GARBLED):
            await anyio.Path(fifo).write_text("noise" * 10)
            assert await backend.run("print(1)") == ["1", "ok"]


@pytest.mark.parametrize("count", [1001, 100_000])
async def test_messages_have_many_frames(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_toy(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    far = FarEnd()
    async with far.connect():
        await far.launch()
        far.stream.send(0, [b"echo here", *[b""] * count])
        far.stream.flush()
        assert await far.ask("echo there") in ("here", "there")
        far.stream.say(end=True)
        await far.word("over")


async def test_a_message_with_too_many_frames_is_refused_and_nothing_else_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_near(HERE) as near, near.open() as backend:
        with pytest.raises(BackendError, match="cannot be sent this message: 1000001 frames"):
            backend.link.send("shell", [b""] * (MOST_FRAMES + 1))
        monkeypatch.setattr(stream, "LARGEST_RECORD", 1000)
        with pytest.raises(BackendError, match="with 1001 bytes"):
            backend.link.send("shell", [b"x" * 1001])
        monkeypatch.undo()
        assert await backend.run("print(1)") == ["1", "ok"]


async def test_a_message_of_a_kernels_that_is_too_large_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_toy(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    real = Path.read_text

    def read(path: Path, *options: str) -> str:
        return real(path, *options).replace("LARGEST_RECORD = 1 << 30", "LARGEST_RECORD = 5000")

    from multikernel.runtime.backend.links.pipe import command

    monkeypatch.setattr(Path, "read_text", read)
    monkeypatch.setattr(command, "agent_source", command.agent_source.__wrapped__)
    far = FarEnd()
    async with far.connect():
        pid = await far.launch()
        far.send("say 3 10000")
        assert await far.ask("echo here") is not None
        assert "is dropped" in await far.word("note")
        assert far.outputs() == []
        # What the keeper would refuse for ever.
        far.stream.send(0, [b"x" * 6000])
        far.stream.flush()
        assert "record of 6000 bytes" in await far.word("refused")
    async with FarEnd().connect("end", names=[far.name]):
        pass
    await ended(pid)
    await removed(far.folder)


def test_a_record_that_is_too_large_leaves_no_trace() -> None:
    one = stream.Stream(lambda kind, frames: None)
    with pytest.raises(TooLarge):
        one.send(0, [b""] * (MOST_FRAMES + 1))
    assert one.held == 0
