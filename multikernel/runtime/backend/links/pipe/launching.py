"""What a keeper needs to know to start a kernel, besides the kernelspec there."""

import os
from collections.abc import Sequence
from contextlib import suppress

from .....core.config import BackendConfig
from .....core.kernels.table import speaks_ipc
from .....core.kernels.wrappers import is_wrapper
from .....core.protocol.wire import Json


def launch_word(config: BackendConfig, argv: Sequence[str], key: bytes, marks: Sequence[str]) -> Json:
    """Return it for a kernelspec's command there; `marks` are files to create, where their folders are there."""
    return {
        "env": dict(config.env),
        "cwd": config.cwd or "",
        "transport": "ipc" if speaks_ipc(argv) else "tcp",
        "key": key.decode("ascii"),
        "is_child": not is_wrapper(argv),
        "marks": list(marks),
    }


def take_marks(marks: Sequence[str]) -> bool:
    """Remove the files that a keeper has created; whether all were there, and are the user's own."""
    found = 0
    for mark in marks:
        with suppress(OSError):
            found += os.lstat(mark).st_uid == os.geteuid()
            os.unlink(mark)
    return 0 < found == len(marks)
