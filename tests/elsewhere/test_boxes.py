"""Kernels in boxes that any command opens, and that have processes of their own."""

import os
import shutil
import sys

import pytest

from multikernel.core.places import RunPlace
from tests.e2e.lacking import lacking

from .near import open_near

pytestmark = pytest.mark.anyio

BWRAP = ("bwrap", "--dev-bind", "/", "/", "--unshare-pid", "--proc", "/proc", "--die-with-parent")


@pytest.fixture
def bwrap() -> None:
    """Skip where bubblewrap is missing or not allowed to do its work, but not in CI."""
    if shutil.which("bwrap") is None or os.system("bwrap --dev-bind / / --unshare-pid true 2>/dev/null"):
        lacking("bubblewrap: scripts/apt-install bubblewrap")


@pytest.mark.usefixtures("bwrap")
async def test_a_kernel_in_a_sandbox() -> None:
    async with open_near(RunPlace("box", BWRAP, python=sys.executable)) as near, near.open() as backend:
        assert await backend.run("import os; print(os.getpid() < 100)") == ["True", "ok"]
        cell = backend.begin("import time\nprint('begun', flush=True)\ntime.sleep(100)")
        await backend.until(cell, "begun")
        await backend.child.signal()
        assert (await backend.finish(cell))[-1] == "error"
