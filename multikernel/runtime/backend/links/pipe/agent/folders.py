"""The folders of keepers, each with the socket that it is found by."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile

LONGEST_BASE = 60
"""Bytes of the path below which folders are made; a socket's path has 103 at most."""


def folder_of(name: str) -> str:
    """Return the folder of a keeper; ValueError for what is no name of one."""
    int(name, 16)
    return os.path.join(_base(), "multikernel-" + name)


def _base() -> str:
    """Return the folder of all keepers: the same for each session, whatever its TMPDIR is.

    What XDG_RUNTIME_DIR names will not do: it is removed after the last session.
    """
    home = os.path.expanduser("~")
    for base in ("/tmp", "/var/tmp", os.path.join(home, ".cache"), home):
        if len(os.fsencode(base)) <= LONGEST_BASE and os.access(base, os.W_OK | os.X_OK):
            return base
    return tempfile.gettempdir()


def listen_in(folder: str) -> socket.socket | None:
    """Make a folder with a socket that listens, by which others find who has it; None if there is one already."""
    made = tempfile.mkdtemp(prefix="multikernel-", dir=os.path.dirname(folder))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(made, "s"))
    listener.listen(5)
    try:
        # Whoever finds the folder finds a socket that listens.
        os.rename(made, folder)
    except OSError:
        shutil.rmtree(made)
        listener.close()
        return None
    return listener
