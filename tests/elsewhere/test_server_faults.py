"""What may happen on a real Jupyter server: other kernels, other users, tokens that end, answers that are lost."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import anyio
import pytest

from multikernel.runtime.backend.links.server.life import RESTARTED
from multikernel.runtime.backend.links.server.link import ServerLink

from .near import PATIENCE, open_near
from .servers import TOKEN, TOKEN_ENV, Server, open_server, open_way
from .test_server import opened

pytestmark = [pytest.mark.anyio, pytest.mark.long]

REVOCABLE = """
from pathlib import Path
from jupyter_server.auth.identity import PasswordIdentityProvider

class Provider(PasswordIdentityProvider):
    async def get_user_token(self, handler):
        return None if Path({revoked!r}).exists() else await super().get_user_token(handler)

c.ServerApp.identity_provider_class = Provider
"""

CELLS = {
    "ir": ("cat('1\\n')", "cat('go\\n'); flush.console(); Sys.sleep(60)"),
    "bash": ("echo 1", "echo go; sleep 60"),
    "deno": ("console.log(1)", None),
    "xpython": ("print(1)", None),
}
"""By kernelspec: a cell, and one that goes on for long; None where a signal does not end that."""


@pytest.fixture(scope="module")
def revoked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that revokes the token while it is there."""
    return tmp_path_factory.mktemp("tokens") / "revoked"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, revoked: Path) -> Iterator[Server]:
    """Return a server for a module's tests, which leave no kernel on it; it takes messages of 3 MB."""
    folder = tmp_path_factory.mktemp("server")
    config = folder / "settings.py"
    config.write_text(REVOCABLE.format(revoked=str(revoked)))
    limit = "--ServerApp.tornado_settings={'websocket_max_message_size': 3_000_000}"
    with open_server(folder, f"--config={config}", limit) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_is_left(server: Server, revoked: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the token to Multi, and look whether a kernel is left."""
    monkeypatch.setenv(TOKEN_ENV, TOKEN)
    yield
    revoked.unlink(missing_ok=True)
    server.wait_until_empty()


# The server takes seconds to end a bash, longer than a link waits; the way to it then ends before the watchdog does.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kernel", CELLS)
async def test_another_kernel(server: Server, need: Callable[..., None], kernel: str) -> None:
    need(kernel)
    short, long = CELLS[kernel]
    async with opened(server, kernel=kernel) as (_, way, backend):
        assert [line.strip() for line in await backend.run(short)] == ["1", "ok"]
        if long is not None:
            cell = backend.begin(long)
            await backend.until(cell, "go")
            await backend.child.signal()
            assert (await backend.finish(cell))[-1] != "ok"
        way.cut()
        await backend.back()
        assert [line.strip() for line in await backend.run(short)] == ["1", "ok"]


@pytest.mark.parametrize("is_busy", [True, False])
async def test_a_kernel_that_somebody_restarts(server: Server, is_busy: bool) -> None:
    async with opened(server) as (_, _, backend):
        assert await backend.run("print(1)") == ["1", "ok"]
        if is_busy:
            cell = backend.begin("import time; print(1, flush=True); time.sleep(60)")
            await backend.until(cell, "1")
        await anyio.to_thread.run_sync(server.ask, "POST", f"kernels/{server.kernels()[0]}/restart")
        with anyio.fail_after(PATIENCE):
            assert await backend.child.wait_for_end() == RESTARTED


async def test_a_kernel_that_does_not_say_that_it_was_restarted(server: Server, need: Callable[..., None]) -> None:
    need("ir")
    async with opened(server, kernel="ir") as (_, _, backend):
        cell = backend.begin("cat('go\\n'); flush.console(); Sys.sleep(600)")
        await backend.until(cell, "go")
        await anyio.to_thread.run_sync(server.ask, "POST", f"kernels/{server.kernels()[0]}/restart")
        assert (await backend.finish(cell))[-1] in ("abort", "error")
        # The server may lose the first outputs after a restart, for everybody: its subscription comes late.
        assert (await backend.run("cat('1\\n')"))[-1] == "ok"


async def test_a_message_that_is_too_large_for_this_server(server: Server) -> None:
    async with opened(server) as (_, _, backend):
        assert await backend.run(f"x = '{'x' * 4_000_000}'") == ["error"]
        assert await backend.run("print(2)") == ["2", "ok"]


async def test_a_token_that_is_revoked(server: Server, revoked: Path) -> None:
    async with opened(server) as (_, way, backend):
        cell = backend.begin("import time; print(1, flush=True); time.sleep(5); print(2)")
        await backend.until(cell, "1")
        revoked.touch()
        assert await backend.finish(cell) == ["1", "2", "ok"]
        backend.begin("import time; time.sleep(60)")
        way.cut()
        with anyio.fail_after(PATIENCE):
            how = await backend.child.wait_for_end()
            assert f"it does not take the token in {TOKEN_ENV} (HTTP 403)" in how
            with anyio.fail_after(PATIENCE):
                await cast(ServerLink, backend.child.link)._over.wait()
            assert "may be left there" in str(backend.output.lines())
    assert TOKEN not in str(backend.output.lines())
    revoked.unlink()
    for kernel in server.kernels():
        server.ask("DELETE", f"kernels/{kernel}")


def started(server: Server) -> int:
    """Return how many kernels the server has started."""
    return server.log.read_text().count("Kernel started: ")


async def test_a_start_whose_answer_is_lost_leaves_no_kernel(server: Server) -> None:
    before = started(server)
    async with open_way(server.port) as way, open_near(server.place(way.port)) as near:
        way.forgets = b"POST /api/kernels"
        with pytest.raises(Exception, match="has closed the connection"):
            async with near.open():
                pass
        with anyio.fail_after(PATIENCE):
            while started(server) == before or server.kernels():
                await anyio.sleep(0.05)


async def test_an_interrupt_while_the_connection_is_lost(server: Server) -> None:
    async with opened(server) as (_, way, backend):
        cell = backend.begin("import time; print(1, flush=True); time.sleep(60)")
        await backend.until(cell, "1")
        way.refuses = True
        way.cut()
        await backend.lost()
        with pytest.raises(Exception, match="has closed the connection"):
            await backend.child.signal()
        way.refuses = False
        await backend.back()
        await backend.child.signal()
        lines = await backend.finish(cell)
        # A line between them may say that something was lost when it was cut.
        assert (lines[0], lines[-1]) == ("1", "error")


async def test_a_front_that_is_killed_while_a_kernel_starts_leaves_none(server: Server) -> None:
    before = started(server)
    async with open_way(server.port) as way:
        way.forgets = b"POST /api/kernels"
        command = [sys.executable, "-m", "tests.elsewhere.server_front", str(way.port)]
        with subprocess.Popen(command, cwd=Path(__file__).parent.parent.parent, stdout=subprocess.PIPE) as front:
            with anyio.fail_after(PATIENCE):
                await way.has_forgotten.wait()
                # The server starts none for a connection that ends too soon.
                while started(server) == before:
                    await anyio.sleep(0.05)
            front.kill()
        with anyio.fail_after(PATIENCE):
            while server.kernels():
                await anyio.sleep(0.05)


async def test_a_server_that_is_restarted(tmp_path: Path) -> None:
    with ExitStack() as servers:
        first = servers.enter_context(open_server(tmp_path))
        async with opened(first) as (_, _, backend):
            cell = backend.begin("import time; print(1, flush=True); time.sleep(60)")
            await backend.until(cell, "1")
            first.process.terminate()
            await anyio.to_thread.run_sync(first.process.wait, 20)
            await backend.lost()
            second = servers.enter_context(open_server(tmp_path, port=first.port))
            with anyio.fail_after(PATIENCE):
                assert "the server has it no longer" in await backend.child.wait_for_end()
                # The way there does not work while the loop is at an end.
                await cast(ServerLink, backend.child.link)._over.wait()
        assert second.kernels() == []
