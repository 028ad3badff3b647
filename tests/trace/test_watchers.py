"""Who watches is shown each message, as much of it as was asked for; one who fails or is slow disturbs nobody."""

import asyncio
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from multikernel.core.protocol.wire import Message, encode
from multikernel.trace import socket as module
from multikernel.trace.records import ENDED, WATCHING, WITH_CONTENT, WITHOUT_CONTENT, Record
from multikernel.trace.socket import END_SECONDS, QUEUED, SocketWatcher, TraceSocket
from multikernel.trace.watchers import Trace, TraceFile

HEADER = {"msg_id": "7", "msg_type": "stream"}
MESSAGE = Message(HEADER, encode(HEADER), "6", content_frame=encode({"text": "hello"}))


class Eyes:
    """A watcher that remembers; it fails after so many records."""

    def __init__(self, *, wants_content: bool = False, enough: int = 1000) -> None:
        self.wants_content = wants_content
        self.seen: list[Record] = []
        self.is_closed = False
        self._enough = enough

    def take(self, record: Record) -> None:
        if len(self.seen) == self._enough:
            raise OSError("no space left")
        self.seen.append(record)

    def close(self) -> None:
        self.is_closed = True


def show(trace: Trace) -> None:
    trace.message("front -> notebook", "iopub", MESSAGE)


def test_only_who_asks_for_contents_gets_them() -> None:
    trace, curious, other = Trace("s"), Eyes(wants_content=True), Eyes()
    trace.add(curious)
    trace.add(other)
    show(trace)
    assert [record.content for record in curious.seen + other.seen] == ['{"text":"hello"}', None]


def test_a_watcher_that_fails_is_closed_and_the_others_go_on() -> None:
    trace, failing, other = Trace("s"), Eyes(enough=1), Eyes()
    trace.add(failing)
    trace.add(other)
    show(trace)
    show(trace)
    assert (len(failing.seen), failing.is_closed) == (1, True)
    assert (len(other.seen), other.is_closed, trace.watched) == (2, False, True)


def test_nobody_watches_when_all_are_gone() -> None:
    trace, eyes = Trace("s"), Eyes()
    assert not trace.watched
    trace.add(eyes)
    trace.close()
    assert (eyes.is_closed, trace.watched) == (True, False)


def test_what_is_in_a_log_file_stays_and_others_can_read_it_no_more(tmp_path: Path) -> None:
    file = tmp_path / f"{os.getpid()}.log"
    file.write_text("before\n")
    file.chmod(0o644)
    with closing(Trace("s")) as trace:
        trace.add(TraceFile(str(tmp_path / "{pid}.log"), wants_content=True))
        show(trace)
    before, introduction, _, line, content = file.read_text("utf-8").splitlines()
    assert before == "before"
    assert introduction.startswith(f"# Multi {os.getpid()} in {os.getcwd()}, since ")
    assert line.split()[1:] == ["front", "->", "notebook", "iopub", "stream", "7", "6", "16"]
    assert content == '    {"text":"hello"}'
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match=r"fifo|No such device"):
        TraceFile(str(tmp_path / "fifo"), wants_content=False)
    with pytest.raises(OSError, match="is not a file"):
        TraceFile("/dev/null", wants_content=False)


Test = Callable[[Trace, socket.socket], Awaitable[None]]


def on_the_loop(test: Test, tmp_path: Path, wants: bytes = WITHOUT_CONTENT) -> bytes:
    """Run a test with a watcher at the socket, and return what that has got, to the end."""
    client = socket.socket(socket.AF_UNIX)

    async def serve() -> None:
        trace = Trace("s")
        listening = TraceSocket(trace, str(tmp_path))
        async with listening:
            client.connect(str(tmp_path / "trace"))
            client.sendall(wants)
            while not (trace.watched if wants else listening._connections):
                await asyncio.sleep(0)
            if wants:
                client.sendall(b"what else it says changes nothing")
                for _ in range(10):
                    await asyncio.sleep(0)
            await test(trace, client)
        assert not trace.watched
        assert not listening._connections

    with client:
        asyncio.run(serve())
        with client.makefile("rb") as stream:
            return stream.read()


async def show_once(trace: Trace, client: socket.socket) -> None:
    show(trace)


@pytest.mark.parametrize(("wants", "content"), [(WITH_CONTENT, '{"text":"hello"}'), (WITHOUT_CONTENT, None)])
def test_a_watcher_gets_records_between_the_beginning_and_the_end(
    tmp_path: Path, wants: bytes, content: str | None
) -> None:
    told = on_the_loop(show_once, tmp_path, wants)
    assert told.startswith(WATCHING)
    assert told.endswith(ENDED)
    (line,) = told.removeprefix(WATCHING).removesuffix(ENDED).splitlines()
    assert Record(*json.loads(line)).content == content


def test_who_connects_and_says_nothing_watches_nothing(tmp_path: Path) -> None:
    async def look(trace: Trace, client: socket.socket) -> None:
        assert not trace.watched

    assert on_the_loop(look, tmp_path, b"") == ENDED


def test_nobody_else_can_connect(tmp_path: Path) -> None:
    async def look(trace: Trace, client: socket.socket) -> None:
        assert (tmp_path / "trace").stat().st_mode & 0o777 == 0o600

    on_the_loop(look, tmp_path)


def test_what_a_watcher_has_not_read_is_bounded_and_what_it_misses_is_counted(tmp_path: Path) -> None:
    count, early = 60_000, bytearray()

    async def flood(trace: Trace, client: socket.socket) -> None:
        for _ in range(count):
            show(trace)
        (watcher,) = trace._watchers
        assert isinstance(watcher, SocketWatcher)
        assert QUEUED - 1000 < watcher.waiting <= QUEUED
        client.setblocking(False)
        while watcher._missed:
            await asyncio.sleep(0)
            with suppress(BlockingIOError):
                early.extend(client.recv(1 << 20))
        show(trace)
        client.setblocking(True)

    late = on_the_loop(flood, tmp_path)
    lines = (bytes(early) + late).removeprefix(WATCHING).removesuffix(ENDED).splitlines()
    missed = [json.loads(line)["missed"] for line in lines if line.startswith(b"{")]
    assert len(missed) == 1
    assert missed[0] > 1000
    assert missed[0] + len(lines) - 1 == count + 1
    assert lines[-1].startswith(b"[")


def test_what_is_missing_in_the_end_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 60_000

    async def flood(trace: Trace, client: socket.socket) -> None:
        for _ in range(count):
            show(trace)
        asyncio.get_running_loop().run_in_executor(None, lambda: told.extend(client.makefile("rb").read()))

    told = bytearray()
    monkeypatch.setattr(module, "END_SECONDS", 20.0)
    assert on_the_loop(flood, tmp_path) == b""
    lines = bytes(told).removeprefix(WATCHING).removesuffix(ENDED).splitlines()
    assert json.loads(lines[-1])["missed"] + len(lines) - 1 == count


def test_a_watcher_that_never_reads_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async def flood(trace: Trace, client: socket.socket) -> None:
        for _ in range(60_000):
            show(trace)

    begin = time.monotonic()
    told = on_the_loop(flood, tmp_path)
    assert time.monotonic() - begin < END_SECONDS + 10
    assert not told.endswith(ENDED)


def test_a_watcher_that_has_gone_is_forgotten(tmp_path: Path) -> None:
    async def leave(trace: Trace, client: socket.socket) -> None:
        client.shutdown(socket.SHUT_RDWR)
        for _ in range(100):
            show(trace)
        while trace.watched:
            await asyncio.sleep(0)

    on_the_loop(leave, tmp_path)


def test_a_directory_with_too_long_a_name_is_no_reason_not_to_run(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()

    async def serve() -> None:
        async with TraceSocket(Trace("s"), str(folder)):
            pass

    asyncio.run(serve())
    assert list(folder.iterdir()) == []
