"""`multikernel trace`: the messages that pass through a running Multi, as they pass."""

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
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, complain, say


@dataclass(frozen=True, slots=True)
class _Running:
    """A Multi that runs."""

    pid: int
    directory: Path
    """Its private one."""
    folder: str
    since: datetime


def _trace(options: argparse.Namespace) -> int:
    multi = _choose(_running(Path(jupyter_runtime_dir())), options.pid)
    with _connect(multi) as connection:
        try:
            has_said_so = _show(_received(connection, options), multi, options)
        except KeyboardInterrupt:
            return FINE
    complain(f"Multi {multi.pid} has ended" + ("" if has_said_so else "; what it said last may be missing"))
    return FINE


def _running(runtime_dir: Path) -> list[_Running]:
    """Return the user's Multis, by pid; a directory may be left of one that was killed with its watchdog."""
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
        raise CommandError(f"no Multi of yours runs, as far as {jupyter_runtime_dir()} knows", UNUSABLE)
    chosen = [multi for multi in running if pid in (None, multi.pid)]
    if len(chosen) == 1:
        return chosen[0]
    say(f"{'pid':>8}  {'since':<19}  folder")
    for multi in running:
        say(f"{multi.pid:>8}  {multi.since.isoformat(' ', 'seconds')}  {printable(multi.folder)}")
    what = "several Multis run" if pid is None else f"no Multi of yours has the pid {pid}"
    raise CommandError(f"{what}: name one, multikernel trace PID", UNUSABLE)


def _connect(multi: _Running) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    path = str(multi.directory / SOCKET_NAME)
    try:
        connection.connect(path)
    except OSError as error:
        connection.close()
        if error.errno is None:
            why = (
                f"the path {path} is too long for a socket: give Jupyter a shorter JUPYTER_RUNTIME_DIR, or let Multi "
                f"write a log file with MULTIKERNEL_TRACE"
            )
        else:
            why = f"{path}: {error.strerror}"
        raise CommandError(f"Multi {multi.pid} cannot be watched: {why}", UNUSABLE) from None
    return connection


def _received(connection: socket.socket, options: argparse.Namespace) -> Iterator[bytes]:
    """Ask for what is to be shown, and yield the lines that come."""
    try:
        connection.sendall(WITH_CONTENT if options.content else WITHOUT_CONTENT)
        yield from connection.makefile("rb")
    except ConnectionError:
        # It ended before it knew of us.
        return


def _show(lines: Iterable[bytes], multi: _Running, options: argparse.Namespace) -> bool:
    """Print what comes, to its end; return whether the Multi has said that it is the end."""
    for line in lines:
        if not line.endswith(b"\n"):
            return False
        match json.loads(line):
            case list(fields):
                record = Record(*fields)
                if _is_wanted(record, options):
                    say(lines_of(record))
            case {"missed": count}:
                say(f"# {count} messages are missing here: they were not read in time")
            case {"watching": _}:
                say(introduction(multi.pid, multi.folder, multi.since))
            case {"ended": _}:
                return True
        # Live even into a pipe.
        sys.stdout.flush()
    return False


def _is_wanted(record: Record, options: argparse.Namespace) -> bool:
    return options.backend in (None, record.backend) and (
        options.type is None or fnmatchcase(record.type, options.type)
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pid", metavar="PID", nargs="?", type=int, help="which one; left out: the only one that runs")
    parser.add_argument("--backend", metavar="B", help="only what passes between the front and this backend")
    parser.add_argument("--type", metavar="T", help="only this type, or types such as 'comm_*'")
    parser.add_argument("--content", action="store_true", help="show contents, too; never an answer to input()")


TRACE = Subcommand(
    "trace",
    "show the messages that pass through a running Multi",
    "Show the messages that pass through a running Multi, as they pass, until it ends or Ctrl-C is pressed.\n"
    "To see a start from its first message, let Multi write a log file: MULTIKERNEL_TRACE=FILE in its environment.",
    _add_arguments,
    _trace,
)
