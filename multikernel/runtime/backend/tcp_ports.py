"""Ports of 127.0.0.1 for a process that is about to start."""

import errno
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ...core.protocol.wire import Json
from .prelaunch import PORTS

RANGE = range(10_000, 32_768)
"""Linux and macOS assign these only on request: those of outgoing connections, and those that a server picks for its
kernels, are above."""


@contextmanager
def reserved_ports() -> Iterator[Json]:
    """Keep free ports for a process that starts, until it has bound them; yield the options of its manager.

    On Linux a socket that is bound, but does not listen, makes a port look taken to others, and does not
    keep out another that allows the address to be used again, as those of kernels do. Elsewhere it has to be released.
    """
    with ExitStack() as held:
        sockets = [held.enter_context(_bound_socket()) for _ in PORTS]
        ports = {name: each.getsockname()[1] for name, each in zip(PORTS, sockets, strict=True)}
        for each in sockets:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform != "linux":
            held.close()
        yield {"cache_ports": False, **ports}


def _bound_socket() -> socket.socket:
    """Return a socket bound to a free port; OSError if there is none."""
    while True:
        found = socket.socket()
        try:
            found.bind(("127.0.0.1", secrets.choice(RANGE)))
        except OSError as error:
            found.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return found
