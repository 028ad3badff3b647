"""How much memory and CPU the front and its children take, as psutil reports it.

psutil reads a file or more for each process, so it does that in a thread of its own. It has to be the same thread each
time: psutil remembers for each thread when it last looked at the host's CPU.

Processes end while they are looked at, and some are hidden (hidepid, containers, other users). What cannot be found out
is left out; no look ever fails.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import psutil

from ..core.protocol.wire import Json
from ..core.services import Process

T = TypeVar("T")

log = logging.getLogger(__name__)


class Usage:
    """Looks at processes; remembers those of the last look, since a CPU percentage needs two."""

    def __init__(self) -> None:
        """Look at nothing yet."""
        self._thread = ThreadPoolExecutor(1, "usage")
        self._known: dict[int, psutil.Process] = {}

    def measure(self) -> Future[Json]:
        """Return, when the thread gets there, the content of a usage_reply in the form of ipykernel 7.4.

        The kernel is this process and all that it has started; memory is in bytes, CPU in percent of one core.
        """
        return self._in_thread(self._measure)

    def processes(self, pids: Mapping[str, int]) -> Future[dict[str, Process]]:
        """Return, when the thread gets there, the backends' processes with what they have started; pids by backend."""
        return self._in_thread(lambda: _processes(pids))

    def _in_thread(self, look: Callable[[], T]) -> Future[T]:
        """Look in the thread, or here and now if the system allows no more threads."""
        try:
            return self._thread.submit(look)
        except RuntimeError:
            done: Future[T] = Future()
            done.set_result(look())
            return done

    def _measure(self) -> Json:
        found = {process.pid: process for process in _family(os.getpid())}
        self._known = {pid: self._known.get(pid, process) for pid, process in found.items()}
        facts = {
            "hostname": _found(socket.gethostname, None),
            "pid": os.getpid(),
            "kernel_cpu": sum(map(_cpu_percent, self._known.values())),
            "kernel_memory": sum(map(_shared_memory, self._known.values())),
            # The first look at the host returns 0.0, which means nothing.
            "host_cpu_percent": _found(psutil.cpu_percent, None) or None,
            "cpu_count": _found(lambda: psutil.cpu_count(logical=True), None),
            "host_virtual_memory": _found(lambda: psutil.virtual_memory()._asdict(), None),
        }
        return {name: fact for name, fact in facts.items() if fact is not None}


def _processes(pids: Mapping[str, int]) -> dict[str, Process]:
    families = {backend: _family(pid) for backend, pid in pids.items()}
    return {
        backend: Process(pids[backend], sum(map(_memory, family))) for backend, family in families.items() if family
    }


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it has started, as far as they may be looked at; nothing if it has ended."""
    process = _found(lambda: psutil.Process(pid), None)
    if process is None:
        return []
    nothing: list[psutil.Process] = []
    return [process, *_found(lambda: process.children(recursive=True), nothing)]


def _memory(process: psutil.Process) -> int:
    return _found(lambda: int(process.memory_info().rss), 0)


def _shared_memory(process: psutil.Process) -> int:
    """Return its share of the memory that it has in common with others, where the system tells that."""
    return _found(lambda: _proportional(process.memory_full_info()), None) or _memory(process)


def _proportional(memory: Any) -> int:
    return int(getattr(memory, "pss", memory.rss))


def _cpu_percent(process: psutil.Process) -> float:
    return _found(lambda: float(process.cpu_percent()), 0.0)


def _found(look: Callable[[], T], otherwise: T) -> T:
    """Return what a look finds, or something else if that is not possible.

    Besides its own errors, psutil raises those of the files that it reads, and of what it does not find in them: in
    containers and sandboxes (gVisor) /proc lacks much.
    """
    try:
        return look()
    except (psutil.Error, OSError, RuntimeError, LookupError, ValueError) as error:
        log.debug("a measurement failed: %r", error)
        return otherwise
