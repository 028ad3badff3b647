"""Which children are reached over ipc, by sockets in the private directory."""

import os
import secrets
from collections.abc import Sequence

from ...core.kernels.table import speaks_ipc

LONGEST_IPC_PATH = 100
"""Bytes; Linux takes 107, macOS 103."""


def ipc_address(directory: str, argv: Sequence[str]) -> str | None:
    """Return what the paths of a process's sockets begin with; None for one that has to be reached over tcp."""
    address = os.path.join(directory, secrets.token_hex(4))
    is_too_long = len(os.fsencode(address)) > LONGEST_IPC_PATH
    return address if speaks_ipc(argv) and not is_too_long else None
