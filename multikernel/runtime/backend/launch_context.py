"""What the launch of any child needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import zmq

from ...core.config import BackendConfig
from ...core.protocol.wire import Composer
from ...trace.watchers import Trace
from .links.side_loop import SideLoops
from .prelaunch import Prelaunched
from .watchdog import Watchdog

if TYPE_CHECKING:
    from anyio.abc import TaskGroup
    from jupyter_client.kernelspec import KernelSpecManager

    from ...core.places import Place
    from .links.pipe.jobs.job import Job
    from .links.pipe.jobs.queue import Queue
    from .links.pipe.jobs.seat import Seat
    from .links.pipe.site import Site
    from .links.server.site import Kernels


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """What the launch of any child needs; all children share it."""

    context: "zmq.Context[zmq.Socket[bytes]]"
    """One for all: the first manager to clean up would destroy its own."""
    directory: str
    """Private (0700), for the connection files and ipc sockets."""
    connection_name: str
    """Name of the front's connection file, and of its children's."""
    kernel_spec_manager: "Callable[[], KernelSpecManager]"
    watchdog: Watchdog
    composer: Composer
    trace: Trace
    check_may_start: Callable[[BackendConfig], None]
    """Raises a MultiError for a backend that must not start, such as one elsewhere that the user has not trusted."""
    prelaunched: dict[str, Prelaunched] = field(default_factory=dict)
    """By backend, processes that run before anything has asked for them; a launch takes its own out of here."""
    memory: str | None = None
    """A private directory in memory, for values that cross from one child to another; None where none can be made."""
    side_loops: SideLoops = field(default_factory=SideLoops)
    tasks: "TaskGroup | None" = None
    """They outlive all children: connections, and what could not be ended at once."""
    sites: "dict[Place, Site]" = field(default_factory=dict)
    """Places elsewhere that were used."""
    queues: "dict[Place, Queue]" = field(default_factory=dict)
    """Those of them that are batch jobs."""
    jobs: "dict[str, Job | Seat]" = field(default_factory=dict)
    """By backend, its last job, or its seat in one: it outlives the backend's kernels."""
    shared_jobs: "dict[tuple[str, int], Job]" = field(default_factory=dict)
    """By group, and the job's number in it, those in which several of its backends have seats."""
    servers: "dict[Place, Kernels]" = field(default_factory=dict)
    """Jupyter servers that were used."""

    def let_go(self, backend: str) -> None:
        """End what outlives a backend's kernels, if it has such, once the last of them has ended."""
        if (job := self.jobs.get(backend)) is not None:
            job.let_go()

    @property
    def value_folders(self) -> tuple[str, ...]:
        """The private directories in which values pass."""
        return (self.directory,) if self.memory is None else (self.directory, self.memory)

    def cancel_prelaunched(self, backend: str) -> None:
        """End a backend's process that has been launched already, if there is one."""
        if (prelaunched := self.prelaunched.pop(backend, None)) is not None:
            prelaunched.cancel()
