"""The processes of a running Multi, and what is left of them when it should be over."""

import time

import psutil

from .kernel import Kernel


def front(kernel: Kernel) -> psutil.Process:
    """Return the process that the notebook knows."""
    provisioner = kernel.manager.provisioner
    assert provisioner is not None
    return psutil.Process(getattr(provisioner, "pid", None))


def family(kernel: Kernel) -> list[psutil.Process]:
    """Return all that the front has started, and what that has started: children, their shells, the watchdog."""
    return front(kernel).children(recursive=True)


def child_of(kernel: Kernel, backend: str) -> psutil.Process:
    """Return a backend's process; it is started if need be."""
    kernel.run(f"%%start {backend}", store_history=False)
    return kernel.children()[backend]


def left_of(processes: list[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Return those that still run after so many seconds; it returns as soon as all have ended."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [process for process in alive if not has_ended(process)]


def has_ended(process: psutil.Process) -> bool:
    """Whether a process is over, if only its parent has not looked yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_ended(process: psutil.Process, *, seconds: float = 20.0) -> None:
    """Wait until a process is over, its parent being stopped perhaps; AssertionError if it does not end."""
    watch = Stopwatch()
    while not has_ended(process):
        assert watch.seconds < seconds, process
        time.sleep(0.01)


def wait_for_exit(kernel: Kernel, *, seconds: float) -> int:
    """Wait until the front has ended and return its exit code; subprocess.TimeoutExpired if it does not."""
    process = getattr(kernel.manager.provisioner, "process", None)
    assert process is not None
    return int(process.wait(timeout=seconds))


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        """Start."""
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._start
