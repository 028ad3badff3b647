"""The agent alone, over plain pipes: whatever ends, nothing is lost and nothing is left."""

import ast
import os
import signal
import sys
from pathlib import Path

import anyio
import psutil
import pytest

from multikernel.runtime.backend.links.pipe import agent, command
from multikernel.runtime.backend.links.pipe.agent.stream import VERSION
from multikernel.runtime.backend.links.pipe.connection import NoAnswer, run_command

from .breaks import check_breaks
from .far import FarEnd, ended, install_toy, keeper_of, removed

pytestmark = pytest.mark.anyio

OLD_PYTHON = Path(sys.prefix) / "agent" / "bin" / "python"
"""One of the oldest that the agent runs on, with nothing but pyzmq: `make .venv/.agent`."""


@pytest.fixture(params=["here", "old"])
def python(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a Python for both the agent and the kernel."""
    found = sys.executable if request.param == "here" else str(OLD_PYTHON)
    if not os.path.exists(found):
        pytest.skip("there is no old Python")
    install_toy(tmp_path, found)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    return found


@pytest.mark.parametrize("file", sorted(Path(agent.__file__).parent.glob("*.py")), ids=lambda file: file.name)
def test_it_is_written_for_python_3_8(file: Path) -> None:
    ast.parse(file.read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
async def test_a_life(python: str, transport: str) -> None:
    far = FarEnd(python)
    async with far.connect() as (connection, answer):
        assert answer == {"version": VERSION, "seen": 0}
        pid = await far.launch(transport, env={"MINE": "1"})
        assert await far.word("found") == {
            "argv": [python, str(Path(__file__).with_name("toy_kernel.py")), "{connection_file}"],
            "language": "toy",
            "env": {"FROM_SPEC": "${HOME}!"},
            "interrupt_mode": "signal",
            "is_multi": False,
        }
        assert await far.ask("env MINE") == "1"
        assert await far.ask("env FROM_SPEC") == os.path.expanduser("~") + "!"
        assert await far.ask("cwd") == os.path.expanduser("~")
        assert far.folder.stat().st_mode & 0o777 == 0o700
        far.stream.say(signal=int(signal.SIGINT))
        while far.outputs() != [b"interrupted"]:
            await far.news()
        assert await far.ask("write text") == "text"
        far.send("say 1000 100")
        far.send("exit 7")
        assert await far.word("ended") == 7
        assert far.outputs() == [b"interrupted", *(b"%d" % number for number in range(1000)), b"last"]
        assert far.output == b"text\n"
        far.stream.acknowledge()
        assert await far.word("over")
        with anyio.fail_after(10):
            await connection.closed.wait()
        assert not psutil.pid_exists(pid)
    await removed(far.folder)


async def test_a_relay_that_is_killed_loses_nothing(python: str) -> None:
    far = FarEnd(python)
    for number in range(5):
        async with far.connect("attach" if number else "start") as (connection, _):
            if not number:
                await far.launch()
            far.send("say 300 1000")
            await far.news()
            os.kill(connection.group, signal.SIGKILL)
            await connection.closed.wait()
    async with far.connect("attach"):
        far.send("exit 0")
        assert await far.word("ended") == 0
        far.stream.acknowledge()
        await far.word("over")
    assert far.outputs() == [b"%d" % number for number in range(300)] * 5 + [b"last"]
    await removed(far.folder)


@pytest.mark.usefixtures("python")
@pytest.mark.parametrize("python", ["here"], indirect=True)
async def test_random_breaks_lose_nothing() -> None:
    await check_breaks(20, seed=1)


async def test_the_newer_of_two_relays_is_the_one(python: str) -> None:
    far = FarEnd(python)
    async with far.connect() as (first, _):
        await far.launch()
        async with far.connect("attach") as (second, _):
            with anyio.fail_after(10):
                await first.closed.wait()
            assert await far.ask("echo here") == "here"
            assert not second.closed.is_set()
            far.stream.say(end=True)
            await far.word("over")
    await removed(far.folder)


async def test_a_start_whose_answer_was_lost_is_not_a_second_one(python: str) -> None:
    far = FarEnd(python)
    async with far.connect():
        pid = await far.launch()
    async with far.connect("start"):
        assert await far.ask("echo here") == "here"
        assert [what for what, _ in far.words] == ["found", "started"]
        far.stream.say(end=True)
        await far.word("over")
    await ended(pid)


async def test_a_kernel_that_nobody_listens_to_is_kept_for_a_while(python: str) -> None:
    far = FarEnd(python, keep=0.3)
    async with far.connect():
        pid = await far.launch()
    await ended(pid)
    await removed(far.folder)
    async with far.connect("attach") as (_, answer):
        assert answer == {"error": "gone"}


async def test_a_keeper_that_nobody_asks_for_anything_is_not_kept_for_long(python: str) -> None:
    far = FarEnd(python, keep=0.3)
    async with far.connect():
        assert far.folder.exists()
    await removed(far.folder)


async def test_a_kernel_that_ends_while_nobody_listens_is_told_of_later(python: str) -> None:
    far = FarEnd(python)
    async with far.connect():
        pid = await far.launch()
        far.send("say 10 1")
        far.send("exit 3")
    await ended(pid)
    async with far.connect("attach"):
        assert await far.word("ended") == 3
        assert far.outputs()[-2:] == [b"9", b"last"]
        far.stream.acknowledge()
        await far.word("over")
    await removed(far.folder)


@pytest.mark.parametrize("is_connected", [True, False])
async def test_a_keeper_that_is_killed_leaves_nothing(python: str, is_connected: bool) -> None:
    far = FarEnd(python)
    async with far.connect() as (connection, _):
        pid = await far.launch()
        keeper = keeper_of(pid)
        if is_connected:
            keeper.kill()
            with anyio.fail_after(10):
                await connection.closed.wait()
    if not is_connected:
        keeper.kill()
    await ended(pid)
    await removed(far.folder)
    async with far.connect("attach") as (_, answer):
        assert answer == {"error": "gone"}


async def test_a_kernel_that_does_not_want_to_end_ends(python: str) -> None:
    far = FarEnd(python)
    async with far.connect():
        pid = await far.launch()
        os.kill(pid, signal.SIGSTOP)
        far.stream.say(end=True)
        await far.word("over")
    await ended(pid)
    await removed(far.folder)


async def test_others_can_end_it(python: str) -> None:
    far, other = FarEnd(python), FarEnd(python)
    async with far.connect():
        pid = await far.launch()
    async with other.connect("end", names=[far.name, "00"]) as (_, answer):
        assert answer == {"ended": True}
        assert not far.folder.exists()
    await ended(pid)


async def test_what_waits_is_bounded_and_the_kernel_stops_meanwhile(
    python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.read_text

    def read(path: Path, *options: str) -> str:
        return real(path, *options).replace("MOST_HELD = 256 << 20", "MOST_HELD = 1 << 20")

    monkeypatch.setattr(Path, "read_text", read)
    monkeypatch.setattr(command, "agent_source", command.agent_source.__wrapped__)
    far = FarEnd(python)
    async with far.connect():
        pid = await far.launch()
        far.send("say 400 10000")
    kernel = psutil.Process(pid)
    with anyio.fail_after(10):
        while kernel.status() != psutil.STATUS_STOPPED:
            await anyio.sleep(0.01)
    async with far.connect("attach"):
        far.send("exit 0")
        assert await far.word("ended") == 0
        assert "1 MB of output wait" in await far.word("note")
        assert far.outputs() == [*(b"%d" % number for number in range(400)), b"last"]
        far.stream.acknowledge()
        await far.word("over")


async def test_what_a_near_end_would_not_say_ends_the_connection(python: str) -> None:
    far = FarEnd(python)
    async with far.connect() as (connection, _):
        pid = await far.launch()
        connection.write(b"x" * 100)
        with anyio.fail_after(10):
            await connection.closed.wait()
    async with far.connect("attach"):
        assert await far.ask("echo here") == "here"
        far.stream.say(end=True)
        await far.word("over")
    await ended(pid)


@pytest.mark.parametrize("what", [{"cwd": "/nowhere"}, {"env": {"A": "\0"}}])
async def test_a_kernel_that_cannot_be_started_is_told_of(python: str, what: dict[str, object]) -> None:
    far = FarEnd(python)
    async with far.connect():
        await far.word("found")
        far.stream.say(launch={"transport": "ipc", "key": "", "env": {}, "cwd": "", **what})
        assert await far.word("failed")
        far.stream.acknowledge()
        await far.word("over")
    await removed(far.folder)


async def test_a_kernelspec_that_is_not_there(python: str) -> None:
    far = FarEnd(python)
    async with far.connect(kernel="nonesuch") as (_, answer):
        assert answer["error"] == "no kernelspec"
        assert "toy" in answer["kernelspecs"]
    assert not far.folder.exists()


async def test_a_probe_says_what_is_there(python: str) -> None:
    async with FarEnd(python).connect("probe") as (_, answer):
        assert answer["python"][0] == "3"
        assert "toy" in answer["kernelspecs"]


async def test_a_python_without_pyzmq() -> None:
    request = {"do": "probe"}
    async with run_command([sys.executable, "-I", "-S", "-c", command.BOOT], request) as connection:
        assert (await connection.answer())["error"] == "no pyzmq"


async def test_a_shell_that_talks_before_the_answer() -> None:
    shell = f"echo welcome; printf 'no line break'; exec {sys.executable} -c '{command.BOOT}'"
    async with run_command(["sh", "-c", shell], {"do": "probe"}) as connection:
        assert "python" in await connection.answer()


@pytest.mark.parametrize("version", ["2.7.18", "3.6.15", "3.7.16"])
async def test_a_python_that_is_too_old(version: str) -> None:
    python = os.path.expanduser(f"~/.pyenv/versions/{version}/bin/python")
    if not os.path.exists(python):
        pytest.skip("there is none")
    async with run_command([python, "-c", command.BOOT], {"do": "probe"}) as connection:
        with pytest.raises(NoAnswer) as caught:
            await connection.answer()
    assert caught.value.exit_code == 1
    assert caught.value.said.strip() == f"{command.PYTHON_NEEDED}{version}"
