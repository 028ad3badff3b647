"""Reads and writes files of values for the front, inside an IPython kernel on a Jupyter server.

Its text is run in the kernel, so it needs nothing of Multi's. The front asks over a comm, one thing a message, and gets
an answer to each. Everything that may be asked can be asked twice: an answer may get lost.
"""

import os
import shutil
import stat
import tempfile
from typing import Any

TARGET = "multikernel.files"

FOLDERS: "dict[int, str]" = {}
"""Number of a folder -> where it is."""


def answer(asked: "dict[str, Any]", data: "bytes | None") -> "tuple[dict[str, Any], bytes | None]":
    """Do what is asked with a folder, or with a file in it; OSError, LookupError."""
    number = asked["folder"]
    if asked["do"] == "make":
        if number not in FOLDERS:
            FOLDERS[number] = tempfile.mkdtemp(prefix="multikernel-")
        return {"path": FOLDERS[number]}, None
    if asked["do"] == "remove":
        shutil.rmtree(FOLDERS.pop(number, ""), ignore_errors=True)
        return {}, None
    path = os.path.join(FOLDERS[number], asked["name"])
    if asked["do"] == "size":
        return {"size": size_of(path)}, None
    if asked["do"] == "create":
        with open(path, "wb"):
            return {}, None
    with open(path, "r+b" if asked["do"] == "write" else "rb", 0) as file:
        file.seek(asked["at"])
        if asked["do"] == "read":
            return {}, file.read(asked["length"])
        view = memoryview(data or b"")
        while view:
            view = view[file.write(view) :]
        return {}, None


def size_of(path: str) -> "int | None":
    """Return the bytes of a file, None if there is none."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is not a regular file")
    return status.st_size


def open_comm(comm: Any, message: Any) -> None:
    """Answer what comes over a comm."""

    def take(message: Any) -> None:
        buffers = message.get("buffers") or [None]
        try:
            said, data = answer(message["content"]["data"], buffers[0])
        except (OSError, LookupError) as error:
            said, data = {"error": f"{type(error).__name__}: {error}"}, None
        comm.send(said, buffers=None if data is None else [data])

    comm.on_msg(take)
