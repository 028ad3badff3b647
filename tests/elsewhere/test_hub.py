"""A backend on a user's server of a real JupyterHub, from a server that does not run yet to one that is stopped."""

from collections.abc import Iterator

import anyio
import pytest

from multikernel.runtime.backend.links.server import contact
from multikernel.runtime.backend.links.server.probe import probe
from tests.e2e.lacking import lacking

from .hub import PROGRAMS, Hub, open_hub
from .near import PATIENCE, open_near
from .servers import TOKEN_ENV

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Return a hub."""
    if not all(program.exists() for program in PROGRAMS):
        lacking("JupyterHub: run make .venv/.hub")
    with open_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


async def test_a_day_on_a_hub(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "MOVED_SECONDS", 0.5)
    token = await anyio.to_thread.run_sync(hub.token)
    monkeypatch.setenv(TOKEN_ENV, token)
    assert "on a JupyterHub the server is not running then" in await probe(hub.place)
    await anyio.to_thread.run_sync(hub.start_server)
    monkeypatch.setenv(TOKEN_ENV, "0123456789abcdef")
    assert f"it does not take the token in {TOKEN_ENV} (HTTP 403)" in await probe(hub.place)
    monkeypatch.setenv(TOKEN_ENV, token)
    assert await probe(hub.place) == ""
    async with open_near(hub.place) as near:
        async with near.open() as backend:
            assert await backend.run("print(1)") == ["1", "ok"]
            cell = backend.begin("import time\nprint(1, flush=True); time.sleep(60)")
            await backend.until(cell, "1")
            await backend.child.signal()
            assert await backend.finish(cell) == ["1", "error"]
        assert await anyio.to_thread.run_sync(hub.kernels, token) == []
        async with near.open() as backend:
            cell = backend.begin("import time\nfor i in range(600): print(i, flush=True); time.sleep(0.1)")
            await backend.until(cell, "3")
            await anyio.to_thread.run_sync(hub.stop_server)
            with anyio.fail_after(PATIENCE):
                assert "on a JupyterHub the server is not running then" in await backend.child.wait_for_end()
            assert backend.connection != []
