"""Reads and writes files of values for the front, inside an IPython kernel on a Jupyter server.

Its text is run in the kernel, so it needs nothing of Multi's. The front asks over a comm, one thing a message, and gets
an answer to each. Everything that may be asked can be asked twice: an answer may get lost.
"""

import atexit
import os
import shutil
import stat
import tempfile
from typing import IO, Any

HAS_LOCKS = os.name == "posix"

if HAS_LOCKS:
    import fcntl

TARGET = "multikernel.files"

PREFIX = "multikernel-values-"
LOCK = "lock"

FOLDERS: "dict[int, tuple[str, IO[bytes]]]" = {}
"""Number of a folder -> where it is, and its lock."""

OWNER = os.getpid()
"""A process that this one forks has copies of all this, and must not remove the folders."""


def answer(asked: "dict[str, Any]", data: "bytes | None") -> "tuple[dict[str, Any], bytes | None]":
    """Do what is asked with a folder, or with a file in it; OSError, LookupError."""
    number = asked["folder"]
    if asked["do"] == "make":
        if number not in FOLDERS:
            FOLDERS[number] = make()
        return {"path": FOLDERS[number][0]}, None
    if asked["do"] == "remove":
        remove(number)
        return {}, None
    path = os.path.join(FOLDERS[number][0], asked["name"])
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


def make() -> "tuple[str, IO[bytes]]":
    """Make a private folder that is locked for as long as this process lives; it has its name once it is."""
    hidden = tempfile.mkdtemp(prefix=f".{PREFIX}")
    lock = open(os.path.join(hidden, LOCK), "wb")  # noqa: SIM115
    if HAS_LOCKS:
        fcntl.flock(lock, fcntl.LOCK_EX)
        parent, name = os.path.split(hidden)
        path = os.path.join(parent, name[1:])
        os.rename(hidden, path)
        return path, lock
    return hidden, lock


def remove(number: int) -> None:
    """Remove a folder, if there is one."""
    if number in FOLDERS:
        path, lock = FOLDERS.pop(number)
        lock.close()
        shutil.rmtree(path, ignore_errors=True)


def remove_all() -> None:
    """Remove all folders of this process."""
    if os.getpid() == OWNER:
        for number in list(FOLDERS):
            remove(number)


def sweep() -> None:
    """Remove the folders of kernels that were killed; what somebody else has put there is not touched."""
    if not HAS_LOCKS:
        return
    for entry in list(os.scandir(tempfile.gettempdir())):
        if entry.name.startswith(PREFIX):
            try:
                found = os.lstat(entry.path)
                if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                    continue
                with open(os.path.join(entry.path, LOCK), "rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(entry.path, ignore_errors=True)
            except OSError:  # It is locked, or has been removed meanwhile.
                continue


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
    """Answer what comes over a comm, the opening itself included."""

    def take(message: Any) -> None:
        buffers = message.get("buffers") or [None]
        try:
            said, data = answer(message["content"]["data"], buffers[0])
        except (Exception, KeyboardInterrupt) as error:
            said, data = {"error": f"{type(error).__name__}: {error}"}, None
        comm.send(said, buffers=None if data is None else [data])

    atexit.register(remove_all)
    comm.on_msg(take)
    try:
        sweep()
    except OSError as error:
        comm.send({"error": f"{type(error).__name__}: {error}"})
    else:
        comm.send({})
