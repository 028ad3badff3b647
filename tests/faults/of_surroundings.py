"""Faults of what is around a process: the disk, ports, files, the clock."""

import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from ..e2e.lacking import lacking
from ..e2e.processes import Stopwatch
from .endings import Finding, ends, error_of, gives_up, goes_on, hello, is_hello
from .stages import PATIENCE, Moment

TAKES_PORT = """\
import json, socket
info = json.load(open(connection_file))
if info["transport"] == "ipc":
    os.mkdir(f"{info['ip']}-{info['shell_port']}")
else:
    taker = socket.socket()
    taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taker.bind((info["ip"], info["shell_port"]))
    taker.listen()
    taker.set_inheritable(True)
    taker.detach()"""
"""Planned for a start: the place where the kernel would listen on shell is taken, before it comes to that."""

DELETES_CONNECTION_FILE = "os.remove(connection_file)"

DEAF_SECONDS = 3.0
"""A process that has not been heard of for so long is given up by the user."""

CLOCK = "clock"
"""In an arena's folder, the file that says by how much the clock of all its processes is off."""


def disk_is_full(moment: Moment) -> Finding:
    """The runtime directory has no room."""
    arena = moment.arena
    if not arena.has_small_disk:
        lacking("a small disk, which takes root, and a system that lets root mount one")
    full = arena.runtime / "full"
    is_start = moment.stage == "starting"
    try:
        if is_start:
            moment.kernel.run(f"%%stop {moment.backend}")
        before = sorted(arena.runtime.rglob("*.json"))
        _fill(full)
        if not is_start:
            return goes_on(moment)
        watch = Stopwatch()
        text = error_of(hello(moment))
        assert text.startswith("BackendStartError")
        assert "No space left" in text
        assert sorted(arena.runtime.rglob("*.json")) == before
        return Finding("`BackendStartError`", watch.seconds, "No space left")
    finally:
        full.unlink()


def _fill(file: Path) -> None:
    """Write into a file until the disk is full."""
    with file.open("wb", buffering=0) as writer, suppress(OSError):
        while writer.write(bytes(4096)):
            pass
    assert shutil.disk_usage(file).free == 0


def port_is_taken(moment: Moment) -> Finding:
    """Another program listens where the kernel was to listen."""
    return _does_not_listen(moment)


def connection_file_is_deleted(moment: Moment) -> Finding:
    """Its connection file is gone, before it has read it (ipykernel then makes one of its own) or after."""
    if moment.stage == "starting":
        return _does_not_listen(moment)
    # It may be gone already: with its process, or by the case before, which the same process has survived.
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        for word in moment.process.cmdline():
            if word.endswith(".json"):
                Path(word).unlink(missing_ok=True)
    return goes_on(moment)


def _does_not_listen(moment: Moment) -> Finding:
    """Check that a process that cannot listen ends the cell by ending, or that the button does."""
    watch = Stopwatch()
    while watch.seconds < DEAF_SECONDS:
        try:
            moment.kernel.until("error", moment.waiting[0], patience=0.5)
        except AssertionError:
            continue
        return ends(moment, "")
    return gives_up(moment)


def private_directory_is_deleted(moment: Moment) -> Finding:
    """Somebody has tidied up the runtime directory."""
    for folder in moment.arena.runtime.glob("multikernel-*"):
        shutil.rmtree(folder)
    assert is_hello(hello(moment))
    watch = Stopwatch()
    answer = moment.kernel.run(f"%%restart {moment.backend}")
    assert answer.content["status"] == "ok", answer.content
    assert is_hello(hello(moment))
    for folder in moment.arena.runtime.glob("multikernel-*"):
        assert folder.stat().st_mode & 0o777 == 0o700
    return Finding("goes on, and starts again", watch.seconds)


def clock_jumps(moment: Moment) -> Finding:
    """The clock is put forward by a day, and back by two, for Multi and its witness (libfaketime)."""
    for jump in ("+1d", "-1d"):
        before = _date_of_front(moment)
        (moment.arena.folder / CLOCK).write_text(f"{jump}\n")
        watch = Stopwatch()
        while abs(_date_of_front(moment) - before) < timedelta(hours=12):
            assert watch.seconds < PATIENCE
    return goes_on(moment)


def _date_of_front(moment: Moment) -> datetime:
    """Return the date that a message of the front has."""
    date = moment.kernel.ask("kernel_info_request", {}).reply["header"]["date"]
    return date if isinstance(date, datetime) else datetime.fromisoformat(date)


def clock_environment(folder: Path) -> dict[str, str] | None:
    """Return what lets processes read the clock from a file; None where libfaketime is not installed."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not libraries:
        return None
    (folder / CLOCK).write_text("+0\n")
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(folder / CLOCK),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
