"""Passes bytes on between the command's stdin and stdout and a keeper, which it starts or finds."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from .folders import folder_of, listen_in
from .kernelspecs import find_all
from .stream import BEAT_SECONDS, MOST_SILENT_BEATS

PIECE = 1 << 18
SET_PIPE_SIZE, PIPE_BYTES = 1031, 1 << 20
"""F_SETPIPE_SZ of Linux, which Python 3.8 does not name; elsewhere it is an error."""
HUNG_UP = select.POLLHUP | getattr(select, "POLLRDHUP", 0)
LAST_BYTES_SECONDS = 1.0
END_SECONDS = 5.0

SCRIPT_SECONDS = 30.0
"""For so long the script of a job is waited for; Python takes a while from a slow file system."""
LOOK_SECONDS = 0.05


class Refused(Exception):
    """What the front asks for cannot be; `answer` tells why."""

    def __init__(self, **answer: Any) -> None:
        """Take the answer."""
        super().__init__()
        self.answer = answer


def main() -> None:
    """Do as the first line says: `probe`, `hold`, `end`, `start`, `attach`, or in a job's script `serve`."""
    request = json.loads(_read_line())
    token = request["token"].encode()
    try:
        if request["do"] == "probe":
            _write(token + _json(python=sys.version.split()[0], kernelspecs=_kernelspecs()))
        elif request["do"] == "serve":
            from .warden import serve

            rank = format(int(os.environ[request["rank"]]), "04x") if request["rank"] else ""
            serve(folder_of(request["name"] + rank), request["keep"])
        elif request["do"] == "hold":
            _write(token + _json(holding=True))
            _hold()
        elif request["do"] == "end":
            for name in request["names"]:
                _end(folder_of(name))
            _write(token + _json(ended=True))
        else:
            _relay(_connect(request), request["seen"], token)
    except Refused as refused:
        _write(token + _json(**refused.answer))


def _hold() -> None:
    """Wait until stdin has ended, or nothing has come for too long: sshd itself would wait for hours."""
    while select.select([0], [], [], BEAT_SECONDS * MOST_SILENT_BEATS)[0]:
        if not os.read(0, PIECE):
            break


def _kernelspecs() -> list[str]:
    try:
        # The keeper is forked, so this is not done twice.
        import zmq  # noqa: F401
    except Exception as error:
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == "zmq"
        why = "" if is_missing else f"{type(error).__name__}: {error}"
        raise Refused(error="no pyzmq", python=sys.executable, why=why) from None
    return sorted(find_all())


def _connect(request: dict[str, Any]) -> socket.socket:
    """Return a connection to the keeper; `start` begins one, unless it was begun before and the answer was lost."""
    folder = folder_of(request["name"])
    if request["do"] == "start" and not os.path.exists(folder):
        names = _kernelspecs()
        spec = find_all().get(request["kernel"].lower())
        if spec is None:
            raise Refused(error="no kernelspec", kernelspecs=names)
        if request.get("job"):
            _start_in_job(folder_of(request["job"]), folder, spec, request["keep"])
        else:
            _start(folder, spec, request["keep"])
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(os.path.join(folder, "s"))
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise Refused(error="gone", host=socket.gethostname()) from None
    return connection


def _start(folder: str, spec: dict[str, Any], keep: float) -> None:
    # It imports asyncio, which nothing else here needs.
    from .keeper import fork_keeper

    if (listener := listen_in(folder)) is not None:
        fork_keeper(listener, folder, spec, keep)
        listener.close()


def _start_in_job(warden: str, folder: str, spec: dict[str, Any], keep: float) -> None:
    """Have a keeper started by the script of the job in which this runs, which may only just have begun."""
    until = time.monotonic() + SCRIPT_SECONDS
    with socket.socket(socket.AF_UNIX) as connection:
        while True:
            try:
                connection.connect(os.path.join(warden, "s"))
                break
            except FileNotFoundError:
                # Nothing but the folder tells that another process of this job is so far.
                if time.monotonic() > until:
                    raise Refused(error="no script", host=socket.gethostname()) from None
                time.sleep(LOOK_SECONDS)
            except OSError:
                # It was killed.
                shutil.rmtree(warden, ignore_errors=True)
                raise Refused(error="no script", host=socket.gethostname()) from None
        connection.sendall(_json(folder=folder, spec=spec, keep=keep))
        if not connection.recv(1):
            raise Refused(error="no script", host=socket.gethostname())


def _end(folder: str) -> None:
    """End a keeper, and wait until it has."""
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.settimeout(END_SECONDS)
        connection.connect(os.path.join(folder, "s"))
        connection.sendall(b'{"do": "end"}\n')
        connection.recv(1)


def _relay(connection: socket.socket, seen: int, token: bytes) -> None:
    """Pass bytes on until one side has closed."""
    connection.sendall(_json(do="attach", seen=seen))
    down = threading.Thread(target=_pass_down, args=(connection, token), daemon=True)
    down.start()
    poll = select.poll()
    poll.register(0, select.POLLIN | select.POLLHUP)
    poll.register(connection, HUNG_UP)
    with suppress(OSError):
        while True:
            events = dict(poll.poll())
            if connection.fileno() in events:
                # A front that takes nothing must not keep this.
                down.join(LAST_BYTES_SECONDS)
                break
            data = os.read(0, PIECE)
            if not data:
                break
            connection.sendall(data)
    os._exit(0)


def _pass_down(connection: socket.socket, token: bytes) -> None:
    with suppress(OSError):
        fcntl.fcntl(1, SET_PIPE_SIZE, PIPE_BYTES)
    with suppress(OSError):
        data = token
        while data:
            _write(data)
            data = connection.recv(PIECE)


def _json(**content: Any) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]


def _read_line() -> bytes:
    with open(0, "rb", 0, closefd=False) as unbuffered:
        return unbuffered.readline()
