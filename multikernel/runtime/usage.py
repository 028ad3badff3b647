"""How much memory and CPU the front and its children take, as psutil says.

psutil reads a file or more for each process, so it does that in a thread of its own. It has to be the same thread each
time: psutil remembers for each thread when it last looked at the host's CPU.
"""

import os
import socket
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import psutil

from ..core.protocol.wire import Json
from ..core.services import Process


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
        return self._thread.submit(self._measure)

    def processes(self, pids: Mapping[str, int]) -> Future[dict[str, Process]]:
        """Return, when the thread gets there, the backends' processes with what they have started; pids by backend."""
        return self._thread.submit(_processes, pids)

    def _measure(self) -> Json:
        found = {process.pid: process for process in _family(psutil.Process())}
        self._known = {pid: self._known.get(pid, process) for pid, process in found.items()}
        host_cpu = psutil.cpu_percent()
        return {
            "hostname": socket.gethostname(),
            "pid": os.getpid(),
            "kernel_cpu": sum(map(_cpu_percent, self._known.values())),
            "kernel_memory": sum(map(_shared_memory, self._known.values())),
            # The first look at the host says 0.0, which means nothing.
            **({"host_cpu_percent": host_cpu} if host_cpu else {}),
            "cpu_count": psutil.cpu_count(logical=True),
            "host_virtual_memory": psutil.virtual_memory()._asdict(),
        }


def _processes(pids: Mapping[str, int]) -> dict[str, Process]:
    found = {}
    for backend, pid in pids.items():
        try:
            found[backend] = Process(pid, sum(map(_memory, _family(psutil.Process(pid)))))
        except psutil.NoSuchProcess:
            continue
    return found


def _family(process: psutil.Process) -> list[psutil.Process]:
    """Return a process and all that it has started."""
    return [process, *process.children(recursive=True)]


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _shared_memory(process: psutil.Process) -> int:
    """Return its share of the memory that it has in common with others, where the system says that."""
    try:
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.rss))
    except psutil.Error:
        return 0


def _cpu_percent(process: psutil.Process) -> float:
    try:
        return float(process.cpu_percent())
    except psutil.Error:
        return 0.0
