"""Services of 127.0.0.1 for a process that is about to start."""

import errno
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ...core.protocol.wire import Json
from .prelaunch import PORTS

RANGE = range(10_000, 32_768)
"""Linux and macOS give these to nobody who does not ask for them: an outgoing connection, or a server that looks for
ports of its kernels, gets one above."""


@contextmanager
def reserved_ports() -> Iterator[Json]:
    """Keep free ports for a process that starts, until it has bound them; yield the options of its manager.

    On Linux a socket that is bound, but does not listen, keeps a port from who asks whether it is free, and does not
    keep out another that allows the address to be used again, as those of kernels do. Elsewhere it has to be let go.
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
    """Return a socket at a port that nobody has; OSError if there can be none."""
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
