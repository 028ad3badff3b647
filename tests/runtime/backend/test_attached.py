"""A kernel that somebody else has started is connected to, and left as it was."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from jupyter_client.manager import AsyncKernelManager

from multikernel.core.actions import Channel
from multikernel.core.config import BackendConfig
from multikernel.core.errors import BackendStartError
from multikernel.core.places import AttachedPlace
from multikernel.core.protocol.wire import Message
from multikernel.runtime.backend.child import Child
from multikernel.runtime.backend.launch import open_child
from multikernel.runtime.backend.launch_context import LaunchContext
from multikernel.runtime.backend.output import Output

from .launching import launch_context

pytestmark = pytest.mark.anyio

PATIENCE = 30.0

CONNECTION = {
    "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5, "ip": "127.0.0.1",
    "transport": "tcp", "key": "k", "signature_scheme": "hmac-sha256",
}  # fmt: skip


@pytest.fixture
def context(tmp_path: Path) -> Iterator[LaunchContext]:
    """Return what children need; whatever is attached, nothing is started and nothing is left."""
    with launch_context(tmp_path) as context:
        yield context


@pytest.fixture
async def owner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncKernelManager]:
    """Return the manager of a kernel that runs."""
    file = tmp_path_factory.mktemp("owner") / "k.json"
    manager = AsyncKernelManager(connection_file=str(file))
    await manager.start_kernel()
    yield manager
    if manager.has_kernel:
        await manager.shutdown_kernel(now=True)


def mine(file: str, startup: str = "") -> BackendConfig:
    return BackendConfig("mine", "", place=AttachedPlace("own", file), startup=startup, timeout=PATIENCE)


class Heard:
    """What a child has delivered."""

    def __init__(self) -> None:
        self.messages: list[tuple[Channel, Message]] = []
        self._news = anyio.Event()

    def take(self, channel: Channel, message: Message) -> None:
        """Deliver."""
        self.messages.append((channel, message))
        self._news.set()

    async def reply(self, context: LaunchContext, child: Child, code: str) -> Message:
        """Run code, and return the reply."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {"x": "x"}}
        request = context.composer.message("execute_request", content)
        child.send("shell", request)
        with anyio.fail_after(PATIENCE):
            while True:
                for channel, message in self.messages:
                    if channel == "shell" and message.parent_id == request.id:
                        return message
                self._news = anyio.Event()
                await self._news.wait()


async def test_it_is_used_and_left_as_it_was(context: LaunchContext, owner: AsyncKernelManager) -> None:
    heard = Heard()
    async with open_child(mine(owner.connection_file), context, Output(), heard.take) as child:
        assert child.kernel_info["implementation"] == "ipython"
        assert (child.pid, child.link.where, child.link.shares_files, child.link.is_ours) == (0, "", None, False)
        handler = "get_ipython().kernel.shell_handlers['execute_request']"
        reply = await heard.reply(
            context, child, f"x = 6 * 7; assert 'multikernel' not in {handler}.__code__.co_filename"
        )
        assert reply.content()["status"] == "ok"
        assert reply.content()["execution_count"] == 1, "no code of Multi's own has been counted"
        with pytest.raises(PermissionError):
            await child.signal()
    assert await owner.is_alive()
    assert Path(owner.connection_file).exists()
    heard = Heard()
    async with open_child(mine(owner.connection_file, "x += 1"), context, Output(), heard.take) as child:
        reply = await heard.reply(context, child, "pass")
        assert reply.content()["user_expressions"]["x"]["data"] == {"text/plain": "43"}


@pytest.mark.parametrize("does", ["restart", "kill"])
async def test_what_its_owner_does_detaches_it(context: LaunchContext, owner: AsyncKernelManager, does: str) -> None:
    async with open_child(mine(owner.connection_file), context, Output(), lambda *_: None) as child:
        if does == "restart":
            await owner.restart_kernel()
        else:
            await owner.shutdown_kernel(now=True)
        with anyio.fail_after(PATIENCE):
            assert await child.wait_for_end() == "its owner has ended or restarted it"


async def test_a_kernel_that_has_ended_is_told_of_at_once(context: LaunchContext, tmp_path: Path) -> None:
    file = tmp_path / "k.json"
    file.write_text(json.dumps(CONNECTION))
    with pytest.raises(BackendStartError, match=r"no kernel listens at 127.0.0.1; it may have ended."):
        async with open_child(mine(str(file)), context, Output(), lambda *_: None):
            pass


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "there is no such file; its kernel may have ended"),
        ("{", "it is not JSON"),
        ("[]", "it is not a connection file of Jupyter"),
        (json.dumps({**CONNECTION, "shell_port": "1"}), "it is not a connection file of Jupyter: it has no shell_port"),
        (json.dumps({**CONNECTION, "ip": 1}), "it is not a connection file of Jupyter: its ip is not text"),
        (json.dumps({**CONNECTION, "key": ""}), "it has no key, so that anybody could run code there"),
    ],
)
async def test_a_file_that_is_no_use_is_told_of(
    context: LaunchContext, tmp_path: Path, text: str | None, why: str
) -> None:
    file = tmp_path / "k.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BackendStartError) as raised:
        async with open_child(mine(str(file)), context, Output(), lambda *_: None):
            pass
    assert str(raised.value) == f"mine cannot be attached by {file}: {why}."


async def test_a_file_that_cannot_be_read_is_told_of(context: LaunchContext, tmp_path: Path) -> None:
    with pytest.raises(BackendStartError, match=r"it cannot be read \(Is a directory\)"):
        async with open_child(mine(str(tmp_path)), context, Output(), lambda *_: None):
            pass
