"""What goes wrong with a shared connection is an error of the place, and of nothing else."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from multikernel.core.places import SshPlace
from multikernel.runtime.backend.links.pipe import sharing
from multikernel.runtime.backend.links.pipe.command import CommandNotFound
from multikernel.runtime.backend.links.pipe.connection import NoAnswer
from multikernel.runtime.backend.links.pipe.sharing import Sharing
from multikernel.runtime.backend.watchdog import Watchdog

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("error", "expected"), [(CommandNotFound("ssh"), CommandNotFound), (RuntimeError("a bug"), NoAnswer)]
)
async def test_an_error_of_the_task_that_holds_it_ends_no_other_task(
    error: Exception, expected: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> list[str]:
        raise error

    async def shares() -> bool:
        return False

    monkeypatch.setattr(sharing, "command_of", fail)
    watchdog = Watchdog()
    async with anyio.create_task_group() as tasks:
        shared = Sharing(SshPlace("gpu", "gpu1"), "/tmp/x", watchdog, tasks)
        monkeypatch.setattr(shared, "_user_shares", shares)
        for _ in range(2):
            with pytest.raises(expected):
                await shared.options()
    watchdog.close()
