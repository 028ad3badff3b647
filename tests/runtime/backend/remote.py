"""A provisioner that is not this machine's, as far as Multi can tell, and what it was asked to do."""

import asyncio
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Unicode

from multikernel.runtime.backend.tcp_ports import reserved_ports


class Remote(KernelProvisionerBase):
    """Runs a kernel as a process that only it knows; `trouble` says what goes wrong with it."""

    trouble = Unicode(config=True)

    pgid = 0
    """Of another host: on this one it is the front's own group."""
    taken: ClassVar[list[str]] = []
    """What each was asked, in order, polls aside."""
    threads: ClassVar[set[str]] = set()
    """Names of the threads in which that was."""
    blocked: ClassVar[threading.Event] = threading.Event()
    """Ends what blocks."""
    queued: ClassVar[threading.Event] = threading.Event()
    """A start has got so far that it waits, or blocks."""
    polled: ClassVar[threading.Event] = threading.Event()
    cleaned: ClassVar[threading.Event] = threading.Event()
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def has_process(self) -> bool:
        return self.process is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        self.take("pre_launch")
        manager: Any = self.parent
        assert manager.transport == "tcp"
        assert manager.ip == "127.0.0.1"
        assert manager.cache_ports
        assert manager.transport_encryption == "auto"
        assert manager.shell_port == 0
        with reserved_ports() as ports:
            for name, port in ports.items():
                if name.endswith("_port"):
                    setattr(manager, name, port)
        manager.write_connection_file()
        return await super().pre_launch(cmd=manager.format_kernel_cmd(), **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        self.take("launch")
        assert "JPY_PARENT_PID" not in kwargs["env"]
        assert kwargs.keys() <= {"cwd", "env"}
        if self.trouble == "queues":
            self.queued.set()
            await asyncio.Event().wait()
        self.process = subprocess.Popen(cmd, env=kwargs["env"], stdin=subprocess.DEVNULL, start_new_session=True)
        self.pgid = os.getpgrp()
        if self.trouble == "fails":
            raise RuntimeError("the cluster is full")
        if self.trouble == "blocks":
            self.queued.set()
            self.blocked.wait()
        manager: Any = self.parent
        self.connection_info = manager.get_connection_info()
        return self.connection_info

    async def poll(self) -> int | None:
        self.polled.set()
        if self.trouble == "lies":
            return None
        return 0 if self.process is None else self.process.poll()

    async def wait(self) -> int | None:
        self.take("wait")
        assert self.process is not None
        self.process.wait()
        self.process = None
        return 0

    async def send_signal(self, signum: int) -> None:
        self.take(f"signal {signum}")
        assert self.process is not None
        os.killpg(self.process.pid, signum)

    async def kill(self, restart: bool = False) -> None:
        self.take("kill")
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    async def terminate(self, restart: bool = False) -> None:
        self.take("terminate")
        assert self.process is not None
        self.process.terminate()

    async def cleanup(self, restart: bool = False) -> None:
        self.take("cleanup")
        self.cleaned.set()

    def take(self, what: str) -> None:
        """Remember what was asked, and where."""
        self.taken.append(what)
        self.threads.add(threading.current_thread().name)


@contextmanager
def remembered() -> Iterator[type[Remote]]:
    """Yield the class with nothing remembered; what blocks goes on in the end."""
    Remote.taken.clear()
    Remote.threads.clear()
    for event in (Remote.blocked, Remote.queued, Remote.polled, Remote.cleaned):
        event.clear()
    try:
        yield Remote
    finally:
        Remote.blocked.set()
