"""`multikernel trace`: shows the messages that pass through a running Multi, live."""

import argparse
import json
import os
import re
import socket
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

import psutil
from jupyter_core.paths import jupyter_runtime_dir

from ..core.printable import printable
from ..trace.records import SOCKET_NAME, WITH_CONTENT, WITHOUT_CONTENT, Record, introduction, lines_of
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, write, write_error


@dataclass(frozen=True, slots=True)
class _Running:
    """A running Multi."""

    pid: int
    directory: Path
    """Its private directory."""
    folder: str
    since: datetime


def _trace(options: argparse.Namespace) -> int:
    multi = _choose(_running(Path(jupyter_runtime_dir())), options.pid)
    with _connect(multi) as connection:
        try:
            has_announced_it = _show(_received(connection, options), multi, options)
        except KeyboardInterrupt:
            return FINE
    write_error(f"Multi {multi.pid} has ended" + ("" if has_announced_it else "; its last messages may be missing"))
    return FINE


def _running(runtime_dir: Path) -> list[_Running]:
    """Return the user's Multis, sorted by pid; one killed together with its watchdog may have left a directory."""
    found = []
    for directory in runtime_dir.glob("multikernel-*-*"):
        match = re.fullmatch(r"multikernel-(\d+)-\w+", directory.name)
        try:
            status = directory.stat()
            if match is None or status.st_uid != os.getuid():
                continue
            process = psutil.Process(int(match[1]))
            if any("multikernel" in word for word in process.cmdline()):
                since = datetime.fromtimestamp(process.create_time())
                found.append(_Running(process.pid, directory, process.cwd(), since))
        except (psutil.Error, FileNotFoundError):
            continue
    return sorted(found, key=lambda multi: multi.pid)


def _choose(running: list[_Running], pid: int | None) -> _Running:
    if not running:
        raise CommandError(f"no Multi of yours is running, according to {jupyter_runtime_dir()}", UNUSABLE)
    chosen = [multi for multi in running if pid in (None, multi.pid)]
    if len(chosen) == 1:
        return chosen[0]
    write(f"{'pid':>8}  {'since':<19}  folder")
    for multi in running:
        write(f"{multi.pid:>8}  {multi.since.isoformat(' ', 'seconds')}  {printable(multi.folder)}")
    what = "several Multis are running" if pid is None else f"no Multi of yours has the pid {pid}"
    raise CommandError(f"{what}: choose one with multikernel trace PID", UNUSABLE)


def _connect(multi: _Running) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    path = str(multi.directory / SOCKET_NAME)
    try:
        connection.connect(path)
    except OSError as error:
        connection.close()
        if error.errno is None:
            why = (
                f"the path {path} is too long for a socket: set JUPYTER_RUNTIME_DIR to a shorter path for Jupyter, or "
                f"set MULTIKERNEL_TRACE to have Multi write a log file"
            )
        else:
            why = f"{path}: {error.strerror}"
        raise CommandError(f"cannot watch Multi {multi.pid}: {why}", UNUSABLE) from None
    return connection


def _received(connection: socket.socket, options: argparse.Namespace) -> Iterator[bytes]:
    """Ask for records, and yield the lines that arrive."""
    try:
        connection.sendall(WITH_CONTENT if options.content else WITHOUT_CONTENT)
        yield from connection.makefile("rb")
    except ConnectionError:
        # It ended before it accepted the connection.
        return


def _show(lines: Iterable[bytes], multi: _Running, options: argparse.Namespace) -> bool:
    """Print records until the connection ends; return whether the Multi announced its end."""
    for line in lines:
        if not line.endswith(b"\n"):
            return False
        match json.loads(line):
            case list(fields):
                record = Record(*fields)
                if _is_wanted(record, options):
                    write(lines_of(record))
            case {"missed": count}:
                write(f"# {count} messages are missing here: trace could not keep up")
            case {"watching": _}:
                write(introduction(multi.pid, multi.folder, multi.since))
            case {"ended": _}:
                return True
        # Live, even through a pipe.
        sys.stdout.flush()
    return False


def _is_wanted(record: Record, options: argparse.Namespace) -> bool:
    return options.backend in (None, record.backend) and (
        options.type is None or fnmatchcase(record.type, options.type)
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pid", metavar="PID", nargs="?", type=int, help="process id of a Multi; default: the only one that is running"
    )
    parser.add_argument("--backend", metavar="B", help="only messages between the front and this backend")
    parser.add_argument(
        "--type", metavar="T", help="only messages of this type, which may be a pattern such as 'comm_*'"
    )
    parser.add_argument("--content", action="store_true", help="show contents as well, but never answers to input()")


TRACE = Subcommand(
    "trace",
    "show the messages that pass through a running Multi",
    "Show the messages that pass through a running Multi, live, until it ends or you press Ctrl-C.\n"
    "To see everything from the first message on, set MULTIKERNEL_TRACE=FILE in Multi's environment.",
    _add_arguments,
    _trace,
)
