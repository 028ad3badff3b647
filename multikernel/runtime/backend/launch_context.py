"""What all children share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import zmq

from ...core.protocol.wire import Composer
from ...trace.watchers import Trace
from .prelaunch import Prelaunched
from .watchdog import Watchdog

if TYPE_CHECKING:
    from jupyter_client.kernelspec import KernelSpecManager


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """What all children share."""

    context: "zmq.Context[zmq.Socket[bytes]]"
    """One for all: the first manager to clean up would destroy its own."""
    directory: str
    """Private (0700), for the connection files and ipc sockets."""
    kernel_spec_manager: "Callable[[], KernelSpecManager]"
    watchdog: Watchdog
    composer: Composer
    trace: Trace
    prelaunch: dict[str, Prelaunched] = field(default_factory=dict)
    """By backend, a process that was launched before it was asked for; who takes it over takes it out."""
    memory: str | None = None
    """As private, and in memory, for values that cross from one child to another; None: there is no such place."""
    without_ipc: set[str] = field(default_factory=set)
    """Kernelspecs that did not start over ipc, but over tcp; they get tcp from then on."""
