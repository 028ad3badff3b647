"""A kernel's process, and the channels and the pipe that it speaks through."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import string
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .stream import CHANNELS, OUTPUT

PORTS = ("shell", "control", "stdin", "iopub", "hb")

LAST_OUTPUTS_SECONDS = 1.0
READS_PER_TURN = 200
COPY_THRESHOLD = 1 << 16
PIPE_BYTES = 1 << 16


def kill(group: int, number: int) -> None:
    """Send a signal to a process group, if there still is one that takes it; 0 is none."""
    if group:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


class Kernel:
    """A process, and all that comes from it, given to `take` as records; with `ended` at the end of it."""

    def __init__(
        self,
        folder: str,
        take: Callable[[int, list[Any]], None],
        taken: Callable[[], None],
        ended: Callable[[int], None],
    ) -> None:
        """Keep files in `folder`; `taken` is called when all that had come was taken."""
        self.group = 0
        """The process group, and process; 0 before the start and after the end."""
        self._folder, self._take, self._taken, self._ended = folder, take, taken, ended
        self._loop = asyncio.get_event_loop()
        self._sockets: dict[int, Any] = {}
        self._is_paused = False
        self._exit_code: int | None = None
        self._held_ports: list[socket.socket] = []
        self._monitor: Any = None

    def start(self, spec: dict[str, Any], word: dict[str, Any], tell_guard: int) -> int:
        """Start the process and return its id; OSError or ValueError if that is not possible.

        `word` has `transport` ("ipc" or "tcp"), `key`, `env`, `cwd` and `is_child`: whether the process will be the
        kernel itself. The process writes its id to the file descriptor `tell_guard` before it becomes the kernel, so
        that no kill can come between; 0 follows at its end.
        """
        try:
            os.write(tell_guard, b"0\n")
        except BrokenPipeError:
            raise ValueError("the process that would end it if its keeper were killed has ended") from None
        folder = os.path.join(os.path.expanduser("~"), os.path.expanduser(word["cwd"] or ""))
        if not os.path.isdir(folder):
            raise ValueError(f"`cwd` names {folder}, and there is no such folder there")
        connection = {**self._addresses(word["transport"]), "key": word["key"], "signature_scheme": "hmac-sha256"}
        file = os.path.join(self._folder, "connection.json")
        with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            json.dump(connection, opened)
        environment = {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"}
        if word.get("is_child"):
            environment["JPY_PARENT_PID"] = str(os.getpid())
        for name, value in spec["env"].items():
            environment[name] = string.Template(value).safe_substitute(environment)
        environment.update(word["env"])
        self._tell_guard = tell_guard
        self._pipe, write_end = os.pipe()
        try:
            process = subprocess.Popen(
                [each.replace("{connection_file}", file) for each in spec["argv"]],
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                cwd=folder,
                env=environment,
                start_new_session=True,
                preexec_fn=lambda: (os.write(tell_guard, f"{os.getpid()}\n".encode()), None)[1],
            )
        finally:
            os.close(write_end)
        self.group = process.pid
        os.set_blocking(self._pipe, False)
        self._loop.add_reader(self._pipe, self._read_pipe)
        self._connect(connection)
        threading.Thread(target=self._wait, args=(process,), daemon=True).start()
        return process.pid

    def send(self, channel: int, frames: list[bytes]) -> None:
        """Send a message."""
        self._sockets[channel].send_multipart(frames)
        # A send may use up the event that something has come.
        self._loop.call_soon(self._read_socket, channel)

    def signal(self, number: int) -> None:
        """Send a signal to the process group."""
        kill(self.group, number)

    def pause(self, is_paused: bool) -> bool:
        """Stop the process and read nothing more of what it says, or go on; whether that is a change."""
        is_change = self._is_paused != is_paused and self.group != 0
        if is_change:
            self._is_paused = is_paused
            self.signal(signal.SIGSTOP if is_paused else signal.SIGCONT)
            if not is_paused:
                self._loop.call_soon(self._read_all)
        return is_change

    def _addresses(self, transport: str) -> dict[str, Any]:
        if transport == "ipc":
            ports = {f"{name}_port": number for number, name in enumerate(PORTS, 1)}
            return {"transport": "ipc", "ip": os.path.join(self._folder, "k"), **ports}
        ports = {}
        for name in PORTS:
            # On Linux a port that is bound is nobody else's, and a kernel that allows it to be reused can have it.
            held = socket.socket()
            held.bind(("127.0.0.1", 0))
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ports[f"{name}_port"] = held.getsockname()[1]
            self._held_ports.append(held)
        if sys.platform != "linux":
            for held in self._held_ports:
                held.close()
        return {"transport": "tcp", "ip": "127.0.0.1", **ports}

    def _connect(self, connection: dict[str, Any]) -> None:
        import zmq

        self._zmq = zmq
        context = zmq.Context()
        identity = os.urandom(8).hex().encode()
        for channel, name in enumerate(CHANNELS):
            made = context.socket(zmq.SUB if name == "iopub" else zmq.DEALER)
            for option, value in ((zmq.RCVHWM, 0), (zmq.SNDHWM, 0), (zmq.LINGER, 0), (zmq.RECONNECT_IVL, 10)):
                made.setsockopt(option, value)
            if name == "iopub":
                made.setsockopt(zmq.SUBSCRIBE, b"")
                self._monitor = made.get_monitor_socket(zmq.EVENT_DISCONNECTED)
                self._loop.add_reader(self._monitor.FD, self._iopub_event)
            else:
                # A kernel finds the stdin of a request by the identity that the request had on shell.
                made.setsockopt(zmq.IDENTITY, identity)
            separator = "-" if connection["transport"] == "ipc" else ":"
            made.connect(f"{connection['transport']}://{connection['ip']}{separator}{connection[name + '_port']}")
            self._sockets[channel] = made
            self._loop.add_reader(made.FD, self._read_socket, channel)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        self._loop.call_soon_threadsafe(self._exited, code)

    def _exited(self, code: int) -> None:
        self.signal(signal.SIGKILL)
        self.group, self._exit_code = 0, code
        # The guard may have been killed.
        with suppress(BrokenPipeError):
            os.write(self._tell_guard, b"0\n")
        self._loop.call_later(LAST_OUTPUTS_SECONDS, self._all_came)
        self._iopub_event()

    def _iopub_event(self) -> None:
        """Note that iopub has closed: before it has, the last outputs may still be on their way."""
        is_gone = bool(self._monitor.get(self._zmq.EVENTS) & self._zmq.POLLIN)
        if is_gone and self._exit_code is not None:
            self._all_came()

    def _all_came(self) -> None:
        if self._exit_code is not None:
            code, self._exit_code = self._exit_code, None
            self._is_paused = False
            for channel in self._sockets:
                while self._read_socket(channel):
                    pass
            self._read_pipe()
            self._ended(code)

    def _read_all(self) -> None:
        for channel in self._sockets:
            self._read_socket(channel)
        self._read_pipe()

    def _read_socket(self, channel: int) -> bool:
        """Take messages; whether there may be more. iopub waits while the process is stopped."""
        socket = self._sockets[channel]
        more_may_come = False
        for _ in range(READS_PER_TURN):
            if self._is_paused:
                break
            try:
                frames = socket.recv_multipart(self._zmq.NOBLOCK, copy=False)
            except self._zmq.Again:
                break
            self._take(channel, [each.buffer if len(each) > COPY_THRESHOLD else each.bytes for each in frames])
        else:
            more_may_come = True
            self._loop.call_soon(self._read_socket, channel)
        self._taken()
        return more_may_come

    def _read_pipe(self) -> None:
        if self._is_paused:
            self._loop.remove_reader(self._pipe)
            return
        with suppress(BlockingIOError):
            data = os.read(self._pipe, PIPE_BYTES)
            if data:
                self._loop.add_reader(self._pipe, self._read_pipe)
                self._take(OUTPUT, [data])
            else:
                self._loop.remove_reader(self._pipe)
            self._taken()
