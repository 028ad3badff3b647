"""`multikernel doctor` tries each of the user's places, and says in one sentence what is wrong with it."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from .conftest import Machine, Result, Run

PATIENCE = 60.0

HERE = f"{{run: [/usr/bin/env], python: {sys.executable}}}"
"""A place that is this machine."""


@pytest.fixture(autouse=True)
def runtime(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a runtime folder whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", folder)
        yield Path(folder)


def define(machine: Machine, **places: str) -> Path:
    """Write the user's own file."""
    lines = [f"  {name}: {place}\n" for name, place in places.items()]
    return machine.write("../../config/multikernel.yaml", "places:\n" + "".join(lines)).resolve()


@contextmanager
def running_kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    """Start a kernel that is not Multi's."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def found(result: Result, subject: str) -> list[tuple[str, str]]:
    """Return state and text of the lines about a subject."""
    lines = (line.split(maxsplit=1) for line in result.out.splitlines())
    return [(state, text.removeprefix(f"{subject}: ")) for state, text in lines if text.startswith(f"{subject}: ")]


def test_a_place_that_answers_is_ok_and_nothing_is_left(machine: Machine, run: Run, runtime: Path) -> None:
    define(machine, here=HERE)
    result = run("doctor")
    assert result.code == 0
    ((state, text),) = found(result, "place here")
    assert state == "ok"
    assert text.startswith("reached in ")
    assert list(runtime.iterdir()) == []


def test_each_place_that_cannot_be_reached_is_one_sentence(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = machine.write("../../bin/ssh", "#!/bin/sh\necho 'Host key verification failed.' >&2\nexit 255\n")
    ssh.chmod(0o755)
    mute = machine.write("../../bin/mute", "#!/bin/sh\nexec sleep 1000\n")
    mute.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ssh.parent.resolve()}:/usr/bin:/bin")
    monkeypatch.setattr("multikernel.cli.doctor.probe.PLACE_SECONDS", 3.0)
    define(
        machine,
        gone="{run: [no-such-program, --password=hunter2]}",
        refuses="{run: [/bin/false, --token, hunter2]}",
        mute=f"{{run: [{mute.resolve()}]}}",
        key="{ssh: me@gpu1}",
        far="{provisioner: far-provisioner, options: {password: hunter2}}",
    )
    result = run("doctor")
    assert result.code == 1
    assert "hunter2" not in result.out
    assert found(result, "place gone") == [
        ("problem", "there is no program no-such-program here (in the PATH with which Multi was started)")
    ]
    assert found(result, "place refuses")[0][1].endswith("ended with exit code 1")
    assert found(result, "place mute") == [("problem", "it did not answer within 3 s")]
    assert found(result, "place key") == [
        ("problem", "the host key of me@gpu1 is not known here; run `ssh me@gpu1` in a terminal and check it")
    ]
    assert found(result, "place far") == [
        ("problem", "the provisioner 'far-provisioner' is not installed; install it in this environment")
    ]
    assert result.out.splitlines()[-1] == "5 problems"


def test_backends_at_a_place_are_started_if_it_answers(machine: Machine, run: Run) -> None:
    own = define(machine, here=HERE, gone="{run: [no-such-program]}")
    backends = "{a: {kernel: python3, at: here}, b: {kernel: python3, at: gone}, c: {kernel: nowhere, at: here}}"
    own.write_text(own.read_text() + f"default: a\nbackends: {backends}\n")
    result = run("doctor")
    ((state, text),) = found(result, "backend a")
    assert state == "ok"
    assert text.startswith("ipython ")
    assert found(result, "backend b") == []
    ((state, text),) = found(result, "backend c")
    assert state == "problem"
    assert "there is no kernelspec 'nowhere' there; installed are " in text
    assert "jupyter console" not in text


def test_a_scheduler_is_asked_whether_it_would_take_a_job_and_none_is_submitted(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    sbatch = machine.write(
        "../../bin/sbatch",
        """#!/bin/sh
case "$*" in
*--parsable*) touch "${0%/*}/submitted";;
*gpu:9*) echo 'sbatch: error: allocation failure: Requested node configuration is not available' >&2; exit 1;;
esac
""",
    )
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", f"{sbatch.parent.resolve()}:/usr/bin:/bin")
    own = define(
        machine, queue="{job: slurm, options: [--gres=gpu:1]}", large="{job: slurm, options: ['--gres=gpu:9']}"
    )
    own.write_text(own.read_text() + "backends: {a: {kernel: python3, at: queue}}\n")
    result = run("doctor")
    assert found(result, "place queue")[0][0] == "ok"
    assert found(result, "place large") == [
        ("problem", "sbatch: error: allocation failure: Requested node configuration is not available")
    ]
    assert found(result, "backend a") == []
    assert not (sbatch.parent / "submitted").exists()


def test_what_waits_for_trust_is_a_note_and_is_not_started(machine: Machine, run: Run) -> None:
    define(machine, here=HERE)
    file = machine.write(
        "multikernel.yaml", "default: p\nbackends: {p: {kernel: python3}, a: {kernel: python3, at: here}}"
    )
    result = run("doctor")
    assert result.code == 0
    assert found(result, "config") == [
        ("note", f"multikernel.yaml: warning: a will not start before you run multikernel trust {file}")
    ]
    assert found(result, "backend a") == []
    run("trust", file)
    assert found(run("doctor"), "backend a")[0][0] == "ok"


def test_mistakes_in_the_users_file_are_said_even_if_another_file_applies(machine: Machine, run: Run) -> None:
    own = define(machine, a="{ssh: a b}", b="{}")
    machine.write("multikernel.yaml", "backends: {p: {kernel: python3}}")
    result = run("doctor")
    assert [text.partition(" ")[0] for _, text in found(result, "places")] == [f"{own}:2:12:", f"{own}:3:3:"]
    (machine.work / "multikernel.yaml").unlink()
    result = run("doctor")
    assert found(result, "places") == []
    assert len(found(result, "config")) == 2


def test_the_first_place_of_a_name_counts(machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    define(machine, here="{run: [no-such-program]}")
    monkeypatch.setenv("MULTIKERNEL_CONFIG", str(machine.write("named.yaml", f"places: {{Here: {HERE}}}")))
    result = run("doctor")
    assert found(result, "place Here")[0][0] == "ok"
    assert found(result, "place here") == []


def test_a_connection_file_that_is_none_is_said(machine: Machine, run: Run) -> None:
    file = machine.write("k.json", json.dumps({"ip": "127.0.0.1"}))
    define(machine, own=f"{{connection_file: {file}}}", gone="{connection_file: gone.json}")
    result = run("doctor")
    assert result.code == 1
    assert "it is not a connection file of Jupyter: it has no " in found(result, "place own")[0][1]
    assert "there is no such file; its kernel may have ended" in found(result, "place gone")[0][1]


def test_a_kernel_that_runs_is_reached_and_goes_on(machine: Machine, run: Run) -> None:
    with running_kernel() as (manager, client):
        define(machine, own=f"{{connection_file: {manager.connection_file}}}")
        assert found(run("doctor"), "place own")[0][0] == "ok"
        machine.write("multikernel.yaml", "default: p\nbackends: {p: {kernel: python3}, mine: {at: own}}")
        run("trust", "multikernel.yaml")
        result = run("doctor")
        assert found(result, "place own") == []
        ((state, text),) = found(result, "backend mine")
        assert (state, text.split()[0]) == ("ok", "ipython")
        client.execute_interactive("1", timeout=PATIENCE)
        assert manager.is_alive()
