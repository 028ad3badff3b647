"""What is left when a keeper's guard has been killed."""

import os
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from multikernel.runtime.backend.links.pipe.command import BOOT
from multikernel.runtime.backend.links.pipe.connection import Connection

from .far import FarEnd, ended, install_toy, removed

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_toy(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))


async def kill_guard(connection: Connection) -> None:
    """Kill what would end the kernel of a keeper that was killed."""
    path = os.environ["JUPYTER_PATH"]
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            is_first = os.getsid(process.pid) == process.pid != connection.group and process.cmdline()[-1] == BOOT
            if is_first and process.environ().get("JUPYTER_PATH") == path:
                process.kill()
                await ended(process.pid)
                return
    raise AssertionError("there is no guard")


async def test_the_end_of_a_kernel_is_told_of_without_a_guard() -> None:
    far = FarEnd()
    async with far.connect() as (connection, _):
        pid = await far.launch()
        await kill_guard(connection)
        far.send("exit 3")
        assert await far.word("ended") == 3
        far.stream.acknowledge()
        await far.word("over")
    await ended(pid)
    await removed(far.folder)


async def test_no_kernel_starts_without_a_guard() -> None:
    far = FarEnd()
    async with far.connect() as (connection, _):
        await far.word("found")
        await kill_guard(connection)
        far.stream.say(launch={"transport": "ipc", "key": "", "env": {}, "cwd": ""})
        assert "keeper were killed" in await far.word("failed")
        far.stream.acknowledge()
        await far.word("over")
    await removed(far.folder)
