"""Memory and CPU of processes and of what they have started."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from multikernel.runtime.usage import Usage

PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=sys.stdin)\n"
    "print('started', flush=True)\n"
    "child.wait()\n"
)


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[bytes]"]:
    """Return a process that has started another one."""
    argv = [sys.executable, "-c", PARENT]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        yield process


def test_memory_and_cpu_are_those_of_the_front_and_of_all_that_it_has_started(
    parent: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []

    def note(process: psutil.Process) -> float:
        looked_at.append(process.pid)
        return 12.5

    monkeypatch.setattr(psutil.Process, "cpu_percent", note)
    found = Usage().measure().result()
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    assert {parent.pid, *(child.pid for child in psutil.Process(parent.pid).children())} <= set(looked_at)
    assert sorted(looked_at) == sorted(process.pid for process in family)
    assert found["kernel_cpu"] == 12.5 * len(family)
    own = psutil.Process().memory_full_info()
    assert found["kernel_memory"] > getattr(own, "pss", own.rss)
    assert found["pid"] == os.getpid()


def test_a_process_is_remembered_from_look_to_look_since_its_cpu_is_measured_between_them() -> None:
    usage = Usage()
    usage.measure().result()
    own = usage._known[os.getpid()]
    sum(range(3_000_000))
    assert usage.measure().result()["kernel_cpu"] > 0
    assert usage._known[os.getpid()] is own


def test_a_process_that_has_ended_is_forgotten(parent: "subprocess.Popen[bytes]") -> None:
    usage = Usage()
    usage.measure().result()
    assert parent.pid in usage._known
    parent.communicate(b"\n")
    usage.measure().result()
    assert parent.pid not in usage._known


def test_the_host_is_told_about_too() -> None:
    usage = Usage()
    usage.measure().result()
    while "host_cpu_percent" not in (found := usage.measure().result()):
        sum(range(1_000_000))
    assert 0 < found["host_cpu_percent"] <= 100
    assert found["host_virtual_memory"]["total"] == psutil.virtual_memory().total
    assert found["cpu_count"] == psutil.cpu_count()


def test_a_backends_memory_is_with_what_it_has_started_and_none_for_one_that_has_ended(
    parent: "subprocess.Popen[bytes]",
) -> None:
    (child,) = psutil.Process(parent.pid).children()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    found = Usage().processes({"a": parent.pid, "b": ended.pid}).result()
    assert found.keys() == {"a"}
    assert found["a"].pid == parent.pid
    assert found["a"].memory > psutil.Process(parent.pid).memory_info().rss
    assert found["a"].memory > child.memory_info().rss


def refuse(error: Exception) -> Callable[..., Any]:
    """Return a function that raises an error, whatever it is called with."""

    def refused(*arguments: object, **options: object) -> None:
        raise error

    return refused


ERRORS = [
    psutil.AccessDenied(1),
    psutil.NoSuchProcess(1),
    psutil.ZombieProcess(1),
    PermissionError("/proc/1/smaps"),
    FileNotFoundError("/proc/stat"),
    NotImplementedError("not on this platform"),
    ValueError("no such line in /proc/vmstat"),
    IndexError("list index out of range"),
]
LOOKS = {
    "kernel_cpu": (psutil.Process, "cpu_percent"),
    "kernel_memory": (psutil.Process, "memory_full_info"),
    "hostname": (socket, "gethostname"),
    "cpu_count": (psutil, "cpu_count"),
    "host_virtual_memory": (psutil, "virtual_memory"),
    "host_cpu_percent": (psutil, "cpu_percent"),
}


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("name", LOOKS)
def test_what_may_not_be_looked_at_is_left_out_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, error: Exception
) -> None:
    monkeypatch.setattr(*LOOKS[name], refuse(error))
    found = Usage().measure().result()
    assert not found.get(name) or name == "kernel_memory"
    assert found["kernel_memory"] > 0
    assert found.keys() >= LOOKS.keys() - {name, "host_cpu_percent"}


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_what_a_process_has_started_may_be_hidden(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(psutil.Process, "children", refuse(error))
    assert Usage().measure().result()["kernel_memory"] > 0
    found = Usage().processes({"a": os.getpid()}).result()
    assert found["a"].memory > 0


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_a_backend_whose_process_is_hidden_is_left_out(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(psutil.Process, "__init__", refuse(error))
    assert Usage().processes({"a": os.getpid()}).result() == {}
    assert Usage().measure().result()["pid"] == os.getpid()


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_memory_that_may_not_be_looked_at_counts_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    for name in ("memory_full_info", "memory_info"):
        monkeypatch.setattr(psutil.Process, name, refuse(error))
    assert Usage().measure().result()["kernel_memory"] == 0
    assert Usage().processes({"a": os.getpid()}).result()["a"].memory == 0


def test_a_system_that_allows_no_more_threads_is_looked_at_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", refuse(RuntimeError("can't start new thread")))
    usage = Usage()
    assert usage.measure().result(0)["pid"] == os.getpid()
    assert usage.processes({"a": os.getpid()}).result(0).keys() == {"a"}
