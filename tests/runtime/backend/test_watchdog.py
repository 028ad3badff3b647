"""The watchdog kills what a front that was killed has left; a front goes on if there can be none."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from multikernel.runtime.backend import watchdog as module
from multikernel.runtime.backend import watchdog_process
from multikernel.runtime.backend.watchdog import Watchdog


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """Return a process that leads a group, and lives until it is killed."""
    argv = [sys.executable, "-c", "input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, start_new_session=True) as process:
        yield process
        process.kill()


def refuse(*arguments: object, **options: object) -> None:
    """Start no process."""
    raise BlockingIOError(11, "Resource temporarily unavailable")


def kill(watchdog: Watchdog) -> None:
    """Kill its process."""
    assert watchdog._process is not None
    watchdog._process.kill()
    watchdog._process.wait()


def test_at_the_end_it_kills_the_groups_that_are_left_and_removes_the_directories(
    tmp_path: Path, process: "subprocess.Popen[bytes]"
) -> None:
    (tmp_path / "private").mkdir()
    with closing(Watchdog(str(tmp_path / "private"))) as watchdog:
        watchdog.started(process.pid)
        watchdog.started(os.getpid())
        watchdog.ended(os.getpid())
    assert process.wait(10) == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_killed_is_replaced_by_one_that_knows_all_children(process: "subprocess.Popen[bytes]") -> None:
    with closing(Watchdog()) as watchdog:
        watchdog.started(process.pid)
        kill(watchdog)
        watchdog.ended(1)
    assert process.wait(10) == -signal.SIGKILL


def test_the_front_begins_without_one_and_has_one_as_soon_as_a_process_can_be_started(
    monkeypatch: pytest.MonkeyPatch, process: "subprocess.Popen[bytes]", caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuse)
        watchdog = Watchdog()
        watchdog.started(process.pid)
    assert "no watchdog could be started" in caplog.text
    with closing(watchdog):
        watchdog.ended(1)
    assert process.wait(10) == -signal.SIGKILL


def test_one_that_was_killed_and_cannot_be_replaced_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, process: "subprocess.Popen[bytes]"
) -> None:
    with closing(Watchdog()) as watchdog:
        kill(watchdog)
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", refuse)
            watchdog.started(process.pid)
            watchdog.ended(1)
        watchdog.ended(1)
    assert process.wait(10) == -signal.SIGKILL


def test_one_that_is_stopped_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch, process: "subprocess.Popen[bytes]"
) -> None:
    monkeypatch.setattr(module, "CLOSE_SECONDS", 0.1)
    watchdog = Watchdog()
    watchdog.started(process.pid)
    stopped = watchdog._process
    assert stopped is not None
    stopped.send_signal(signal.SIGSTOP)
    begin = time.monotonic()
    watchdog.close()
    assert time.monotonic() - begin < 5
    stopped.send_signal(signal.SIGCONT)
    assert stopped.wait(10) == 0
    assert process.wait(10) == -signal.SIGKILL


def test_commands_run_at_the_end_if_their_files_are_there(tmp_path: Path) -> None:
    private, there, gone = tmp_path / "private", tmp_path / "private" / "there", tmp_path / "private" / "gone"
    private.mkdir()
    there.write_text("words")
    gone.write_text("words")
    with closing(Watchdog(str(private))) as watchdog:
        for name, file in (("there", there), ("gone", gone)):
            watchdog.at_end(["sh", "-c", f"cat >'{tmp_path}/ran-{name}'; pwd >>'{tmp_path}/ran-{name}'"], str(file))
        kill(watchdog)
        watchdog.ended(1)
        gone.unlink()
        process = watchdog._process
    assert process is not None
    assert process.wait(10) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["ran-there"]
    assert (tmp_path / "ran-there").read_text() == "words/\n"


def test_a_command_that_cannot_be_run_or_hangs_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog_process, "COMMAND_SECONDS", 0.1)
    words = tmp_path / "words"
    words.write_text("")
    begin = time.monotonic()
    commands = [["/no/such/program"], ["sleep", "60"], ["touch", str(tmp_path / "ran")]]
    watchdog_process.run(json.dumps([str(words), *argv]).encode() for argv in commands)
    assert time.monotonic() - begin < 10
    assert (tmp_path / "ran").exists()
