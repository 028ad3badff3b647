"""Backends on a real Jupyter server, whose connections break in every way."""

import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import psutil
import pytest

from multikernel.runtime.backend.links.server import contact
from multikernel.runtime.backend.links.server.life import GONE

from .near import PATIENCE, Backend, Near, open_near
from .servers import TOKEN, TOKEN_ENV, Server, Way, open_server, open_way

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent.parent

COUNT = 32
CELL = f"import time\nfor i in range({COUNT}):\n    print(i, flush=True); time.sleep(0.1)"
LINES = [*map(str, range(COUNT)), "ok"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server for a module's tests, which leave no kernel on it."""
    with open_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_is_left(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the token to Multi, and look whether a kernel is left."""
    monkeypatch.setenv(TOKEN_ENV, TOKEN)
    yield
    assert server.kernels() == []


@asynccontextmanager
async def opened(server: Server, **options: Any) -> AsyncIterator[tuple[Near, Way, Backend]]:
    """Open a backend on a server, by a way that can break."""
    async with (
        open_way(server.port) as way,
        open_near(server.place(way.port)) as near,
        near.open(**options) as backend,
    ):
        yield near, way, backend


async def test_a_life(server: Server) -> None:
    async with opened(server) as (_, _, backend):
        assert await backend.run("print(1)") == ["1", "ok"]
        assert await backend.run("1/0") == ["error"]
        assert backend.link.where.endswith(f":{server.kernels()[0][:8]}")
        assert backend.connection == []


async def test_a_connection_that_is_cut_in_mid_cell(server: Server) -> None:
    async with opened(server) as (_, way, backend):
        cell = backend.begin(CELL)
        for number in range(3):
            await backend.until(cell, str(5 * number + 4))
            way.cut()
            await backend.lost(number + 1)
            await backend.back(number + 1)
        lines = await backend.finish(cell)
        # What a server under load sends into a connection that has just been cut is lost, and then that is said.
        assert lines == LINES or "messages were lost" in "".join(lines)
        assert await backend.run("print(1)") == ["1", "ok"]


async def test_what_a_kernel_says_while_nobody_is_connected(server: Server, tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = f"import os, time\nprint('begun', flush=True)\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)"
    async with opened(server) as (_, way, backend):
        cell = backend.begin(f"{wait}\nfor i in range({COUNT}): print(i, flush=True)\nprint(1 / 0)")
        await backend.until(cell, "begun")
        way.refuses = True
        way.cut()
        await backend.lost()
        await anyio.to_thread.run_sync(server.wait_until_alone)
        go.touch()
        await anyio.to_thread.run_sync(server.wait_until_idle)
        later = backend.begin("print('later')")
        way.refuses = False
        assert await backend.finish(cell) == ["begun", *LINES[:-1], "error"]
        assert await backend.finish(later) == ["later", "ok"]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice sooner that a connection is silent, and give it up sooner."""
    monkeypatch.setattr(contact, "BEAT_SECONDS", 0.3)
    monkeypatch.setattr(contact, "REVIVE_SECONDS", (2.0, 2.0))


@pytest.mark.usefixtures("hurried")
async def test_a_network_that_is_gone_for_a_while(server: Server) -> None:
    async with opened(server) as (_, way, backend):
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        way.is_open.clear()
        await backend.lost()
        later = backend.begin("print('later')")
        await anyio.sleep(1)
        way.is_open.set()
        assert await backend.finish(cell) == LINES
        assert await backend.finish(later) == ["later", "ok"]
        assert [bool(why) for why in backend.connection] == [True, False]


@pytest.mark.usefixtures("hurried")
async def test_a_server_that_is_stopped_for_a_while(server: Server) -> None:
    async with opened(server) as (_, _, backend):
        cell = backend.begin(CELL)
        await backend.until(cell, "5")
        server.process.send_signal(signal.SIGSTOP)
        await backend.lost()
        await anyio.sleep(2)
        server.process.send_signal(signal.SIGCONT)
        assert await backend.finish(cell) == LINES
        assert [bool(why) for why in backend.connection] == [True, False]


@pytest.mark.usefixtures("hurried")
async def test_what_is_sent_into_a_dead_connection_runs_once(server: Server, tmp_path: Path) -> None:
    async with opened(server) as (_, way, backend):
        way.swallow()
        cell = backend.begin(f"print(open({str(tmp_path / 'runs')!r}, 'a').write('x'))")
        await backend.lost()
        later = backend.begin("print(2)")
        assert await backend.finish(cell) == ["1", "ok"]
        assert await backend.finish(later) == ["2", "ok"]
        assert (tmp_path / "runs").read_text() == "x"


@pytest.mark.usefixtures("hurried")
async def test_a_cell_whose_end_is_lost(server: Server) -> None:
    async with opened(server) as (_, way, backend):
        cell = backend.begin("import time; print(1, flush=True); time.sleep(1); print(2)")
        await backend.until(cell, "1")
        way.swallow()
        assert await backend.finish(cell) == ["1", "error"]
        assert await backend.run("print(3)") == ["3", "ok"]


async def test_an_interrupt(server: Server) -> None:
    async with opened(server) as (_, _, backend):
        cell = backend.begin("import time; print(1, flush=True); time.sleep(60)")
        await backend.until(cell, "1")
        await backend.child.signal()
        assert await backend.finish(cell) == ["1", "error"]
        assert await backend.run("print(1)") == ["1", "ok"]


async def test_a_kernel_that_dies(server: Server) -> None:
    async with opened(server) as (_, _, backend):
        backend.begin("import os; os._exit(1)")
        with anyio.fail_after(PATIENCE):
            assert await backend.child.wait_for_end() == GONE["restarting"]


async def test_a_kernel_that_somebody_deletes(server: Server) -> None:
    async with opened(server) as (_, _, backend):
        backend.begin("import time; time.sleep(60)")
        await anyio.to_thread.run_sync(server.ask, "DELETE", f"kernels/{server.kernels()[0]}")
        with anyio.fail_after(PATIENCE):
            assert "it was deleted there" in await backend.child.wait_for_end()


def test_a_front_that_is_killed_leaves_no_kernel(server: Server) -> None:
    command = [sys.executable, "-m", "tests.elsewhere.server_front", str(server.port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as front:
        assert front.stdout is not None
        directory = Path(front.stdout.readline().strip())
        assert front.stdout.readline() == "busy\n"
        assert len(server.kernels()) == 1
        written = [file for file in directory.rglob("*") if file.is_file()]
        assert written
        assert not any(TOKEN in file.read_text("utf-8", "replace") for file in written)
        assert not any(TOKEN in " ".join(words) for words in command_lines())
        front.kill()
    server.wait_until_empty()
    while directory.exists():
        time.sleep(0.05)


def command_lines() -> list[list[str]]:
    """Return the words of all processes."""
    return [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
