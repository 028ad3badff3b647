"""What a user reads of a place that something is wrong with."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest

from multikernel.core.config import BackendConfig
from multikernel.core.places import RunPlace, SshPlace
from multikernel.runtime.backend.links.pipe.failures import explain, explain_answer, terminal_command
from multikernel.runtime.backend.links.pipe.launching import launch_word
from multikernel.runtime.backend.links.pipe.probe import probe

from .far import FarEnd, install_toy
from .test_link import HERE, opened, start_error

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("docker", "exec", "-i", "my box"), "docker exec -i 'my box'"),
        (("docker", "exec", "-e", "KEY=abc", "box"), "docker exec -e 'KEY=…' box"),
        (("kubectl", "--token=abc", "exec"), "kubectl '--token=…' exec"),
        (("oc", "--api-token", "abc", "exec"), "oc --api-token '…' exec"),
        (("x", "--password", "a\nb", "exec"), "x --password '…' exec"),
        (("x", "http://me:abc@host/"), "x 'http://me:…'"),
        (("sh", "-c", 'exec "$@"', "sh"), """sh -c 'exec "$@"' sh"""),
    ],
)
def test_a_command_can_be_typed_and_shows_no_secret(command: tuple[str, ...], shown: str) -> None:
    assert terminal_command(RunPlace("box", command), "python3", "--version") == f"{shown} python3 --version"


def test_a_sentence_has_one_full_stop() -> None:
    assert explain(RunPlace("box", ("sh",)), 3, "It is closed.\n").endswith("ended with exit code 3: It is closed")


def test_a_command_whose_runs_share_nothing_loses_its_kernel() -> None:
    assert "each run of the command has its own /tmp" in explain_answer(HERE, {"error": "gone"})
    assert "/tmp" not in explain_answer(SshPlace("gpu", "gpu1"), {"error": "gone"})


SHELLS = {
    "reads some": ('head -c 1000 >/dev/null; exec "$@"', "something there reads the stdin"),
    "floods": ("yes", "it wrote more than 64 KB before the agent answered"),
}


@pytest.mark.parametrize("what", SHELLS)
async def test_a_shell_that_gets_in_the_way(what: str) -> None:
    shell, text = SHELLS[what]
    with anyio.fail_after(20):
        assert text in await probe(RunPlace("box", ("sh", "-c", shell, "sh"), python=sys.executable))


async def test_a_working_folder_that_is_not_there() -> None:
    assert "box: `cwd` names /nowhere, and there is no such folder there." in await start_error(HERE, cwd="/nowhere")


async def test_a_pyzmq_that_is_broken(tmp_path: Path) -> None:
    (tmp_path / "zmq").mkdir()
    (tmp_path / "zmq" / "__init__.py").write_text("raise ImportError('libzmq.so: no such file.')")
    place = RunPlace("box", ("env", f"PYTHONPATH={tmp_path}"), python=sys.executable)
    with anyio.fail_after(20):
        text = await start_error(place)
        assert "pyzmq cannot be imported there: ImportError: libzmq.so: no such file; run `env" in text
        assert await probe(place) in text


async def test_a_relay_that_is_killed_before_it_answers_is_run_again(tmp_path: Path) -> None:
    code = f'if mkdir {tmp_path}/killed; then kill -9 $$; fi; exec "$@"'
    async with opened(RunPlace("box", ("sh", "-c", code, "sh"), python=sys.executable)) as (_, backend):
        assert await backend.run("print(1)") == ["1", "ok"]


async def test_a_keeper_is_found_whatever_tmpdir_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_toy(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    far = FarEnd()
    folders = [TemporaryDirectory(dir="/tmp") for _ in range(2)]
    for number in range(2):
        monkeypatch.setenv("TMPDIR", folders[number].name)
        async with far.connect("attach" if number else "start"):
            if not number:
                await far.launch()
            assert await far.ask("echo here") == "here"
            if number:
                far.stream.say(end=True)
                await far.word("over")
    for folder in folders:
        folder.cleanup()


@pytest.mark.parametrize(("program", "is_child"), [("/usr/bin/python3", True), ("docker", False), ("bwrap", False)])
def test_only_a_kernel_that_is_a_child_of_its_keeper_is_told_of_it(program: str, is_child: bool) -> None:
    assert launch_word(BackendConfig("r", "k"), [program, "x"], b"key", ())["is_child"] == is_child


async def test_a_python_kernel_knows_its_parent() -> None:
    async with opened() as (_, backend):
        code = "import os; print(os.environ['JPY_PARENT_PID'] == str(os.getppid()))"
        assert await backend.run(code) == ["True", "ok"]
        assert not [line for line in backend.output.lines() if "NOTE" in line or "Ctrl-C" in line]
