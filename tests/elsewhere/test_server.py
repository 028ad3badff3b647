"""Backends on a real Jupyter server, whose connections break in every way."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from .near import Backend, Near, open_near
from .servers import TOKEN, TOKEN_ENV, Server, Way, open_server, open_way

pytestmark = pytest.mark.anyio

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
    async with open_way(server.port) as way:
        async with open_near(server.place(way.port)) as near, near.open(**options) as backend:
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
        assert await backend.finish(cell) == LINES
        assert await backend.run("print(1)") == ["1", "ok"]
