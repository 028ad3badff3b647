"""An IPython waits for what its programs have written, and for nothing else."""

import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from traitlets.config import Config

from multikernel.core.kernels.ipython import LONGEST_WAIT, PAUSE, SETUP

from .fake_ipython import FakeIPythonKernel, set_up

PATIENCE = 20

pytestmark = pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="no clocks of threads here")


class Collector:
    """A stream of ipykernel's, whose thread does nothing: the test collects what is in the pipe in its place."""

    def __init__(self) -> None:
        self._fid, self._write_end = os.pipe()
        self._is_over = threading.Event()
        self.watch_fd_thread = threading.Thread(target=self._is_over.wait, daemon=True)
        self.watch_fd_thread.start()
        self.used = 0
        """CPU time of the thread, in nanoseconds."""
        self._buffers: dict[str, str] = {}
        self._flush_pending = False
        self.flushes = 0

    def written(self, text: bytes) -> None:
        """Write into the pipe."""
        os.write(self._write_end, text)

    def collect(self) -> None:
        """Take a character out of it, if it has one."""
        if select.select([self._fid], (), (), 0)[0]:
            os.read(self._fid, 1)
            self.used += 1

    def flush(self) -> None:
        self.flushes += 1

    def end(self) -> None:
        """End the thread."""
        self._is_over.set()
        self.watch_fd_thread.join(PATIENCE)

    def close(self) -> None:
        self.end()
        os.close(self._fid)
        os.close(self._write_end)


@contextmanager
def collected() -> Iterator[Collector]:
    """Give stdout and stderr such streams; return that of stdout."""
    streams = {"stdout": Collector(), "stderr": Collector()}
    clocks = {time.pthread_getcpuclockid(each.watch_fd_thread.ident or 0): each for each in streams.values()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "clock_gettime_ns", lambda clock: clocks[clock].used)
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        yield streams["stdout"]
    for stream in streams.values():
        stream.close()


@pytest.fixture(autouse=True)
def _forks_are_nobodys_business(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is registered would be called for as long as the tests run."""
    monkeypatch.setattr(os, "register_at_fork", lambda **functions: None)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> FakeIPythonKernel:
    """Return a kernel that is IPython's."""
    kernel = FakeIPythonKernel()
    set_up(monkeypatch, kernel)
    return kernel


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that are made, in which stdout's thread works if there is something for it."""
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        assert isinstance(sys.stdout, Collector)
        sys.stdout.collect()

    monkeypatch.setattr(time, "sleep", pause)
    return pauses


def test_it_waits_until_all_is_collected_and_the_threads_rest(kernel: FakeIPythonKernel, pauses: list[float]) -> None:
    with collected() as stdout:
        exec(SETUP, {})
        assert kernel.sleeps() == 0
        kernel.post_handler_hook()
        pauses.clear()
        stdout.written(b"abc")
        kernel.post_handler_hook()
        assert pauses == [PAUSE] * 4, "three in which a character is collected, and one in which nothing is"
        assert kernel.handled == 2


def test_it_does_not_wait_where_nothing_was_written(kernel: FakeIPythonKernel, pauses: list[float]) -> None:
    with collected():
        exec(SETUP, {})
        kernel.post_handler_hook()
        pauses.clear()
        kernel.post_handler_hook()
    assert pauses == []


def test_it_waits_for_what_has_been_collected_but_may_not_be_buffered(
    kernel: FakeIPythonKernel, pauses: list[float]
) -> None:
    with collected() as stdout:
        exec(SETUP, {})
        kernel.post_handler_hook()
        pauses.clear()
        stdout.written(b"a")
        stdout.collect()
        kernel.post_handler_hook()
    assert len(pauses) == 1


def test_it_waits_after_a_handler_that_failed_too(kernel: FakeIPythonKernel, pauses: list[float]) -> None:
    kernel.handler_error = ValueError("signal only works in main thread")
    with collected() as stdout:
        exec(SETUP, {})
        stdout.written(b"abc")
        with pytest.raises(ValueError, match="main thread"):
            kernel.post_handler_hook()
    assert pauses


def test_it_does_not_wait_for_ever(kernel: FakeIPythonKernel) -> None:
    with collected() as stdout:
        exec(SETUP, {})
        stdout.written(b"a")
        start = time.monotonic()
        kernel.post_handler_hook()
        assert time.monotonic() - start >= LONGEST_WAIT


def test_what_there_is_to_flush_is_flushed(kernel: FakeIPythonKernel) -> None:
    with collected() as stdout:
        exec(SETUP, {})
        stdout.flush()
        assert stdout.flushes == 0
        stdout._buffers["parent"] = "text"
        stdout.flush()
        assert stdout.flushes == 1
        stdout._buffers.clear()
        stdout._flush_pending = True
        stdout.flush()
        assert stdout.flushes == 2


def test_a_stream_without_such_buffers_is_flushed_as_ever(kernel: FakeIPythonKernel) -> None:
    with collected() as stdout:
        del stdout._buffers
        exec(SETUP, {})
        stdout.flush()
        assert (stdout.flushes, kernel.sleeps()) == (1, 0)


def test_after_a_fork_it_waits_as_ever(kernel: FakeIPythonKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    forked: list[Callable[[], None]] = []
    monkeypatch.setattr(os, "register_at_fork", lambda *, after_in_parent: forked.append(after_in_parent))
    with collected() as stdout:
        exec(SETUP, {})
        for fork in forked * 2:
            fork()
        stdout.flush()
        assert (stdout.flushes, kernel.sleeps()) == (1, 0.0005)


def assert_untouched(kernel: FakeIPythonKernel, stdout: Collector, seconds: float) -> None:
    """Hold a kernel to be as it was."""
    assert kernel.sleeps() == seconds
    assert "post_handler_hook" not in vars(kernel)
    assert "flush" not in vars(stdout)


@pytest.mark.parametrize("section", ["FakeIPythonKernel", "FakeKernel"])
@pytest.mark.parametrize("seconds", [0.0005, 0.1])
def test_a_sleep_that_is_configured_stays(monkeypatch: pytest.MonkeyPatch, section: str, seconds: float) -> None:
    kernel = FakeIPythonKernel(config=Config({section: {"_execute_sleep": seconds}}))
    set_up(monkeypatch, kernel)
    with collected() as stdout:
        exec(SETUP, {})
        assert_untouched(kernel, stdout, seconds)


def test_a_sleep_that_startup_code_has_set_stays(kernel: FakeIPythonKernel) -> None:
    kernel._execute_sleep = 0.2
    with collected() as stdout:
        exec(SETUP, {})
        assert_untouched(kernel, stdout, 0.2)


@pytest.mark.parametrize("lacks", ["_fid", "watch_fd_thread", "a thread that lives", "a pipe"])
def test_where_something_is_missing_all_stays_as_it_is(kernel: FakeIPythonKernel, lacks: str) -> None:
    with collected() as stdout:
        if lacks == "a thread that lives":
            stdout.end()
        elif lacks == "a pipe":
            sys.stderr = SimpleNamespace(_fid=None, watch_fd_thread=stdout.watch_fd_thread)
        else:
            sys.stderr = SimpleNamespace(**{"_fid": 2, "watch_fd_thread": stdout.watch_fd_thread, lacks: 0})
            delattr(sys.stderr, lacks)
        exec(SETUP, {})
        assert_untouched(kernel, stdout, 0.0005)
