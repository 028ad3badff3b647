"""A real Jupyter server, and a way to it that can be cut, stopped and swallowed."""

import asyncio
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multikernel.core.places import ServerPlace
from tests.clients.servers import free_port

TOKEN_ENV = "MULTI_TEST_TOKEN"
TOKEN = "s3cr3t0123456789abcdef"

START_SECONDS = 60.0


@dataclass
class Server:
    """A server that runs."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    base: str = "/"
    certificate: Path | None = None
    """Of localhost, where the server has one."""

    @property
    def url(self) -> str:
        """Its address."""
        where = "http://127.0.0.1" if self.certificate is None else "https://localhost"
        return f"{where}:{self.port}{self.base}"

    def place(self, port: int | None = None) -> ServerPlace:
        """Return the place that it is, by way of another port if there is one."""
        return place_at(port or self.port, self.base)

    def ask(self, method: str, path: str) -> Any:
        """Ask the server, as somebody else with the token would."""
        request = urllib.request.Request(
            f"{self.url}api/{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        trust = None if self.certificate is None else ssl.create_default_context(cafile=self.certificate)
        with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
            return json.loads(answer.read() or b"null")

    def wait_until_alone(self) -> None:
        """Wait until the server knows that nobody is connected to its kernel."""
        while self.ask("GET", "kernels")[0]["connections"]:
            time.sleep(0.05)

    def wait_until_empty(self) -> None:
        """Wait until the server has no kernel."""
        until = time.monotonic() + START_SECONDS
        while self.kernels():
            assert time.monotonic() < until
            time.sleep(0.05)

    def wait_until_idle(self) -> None:
        """Wait until its kernel has nothing to do."""
        while self.ask("GET", "kernels")[0]["execution_state"] != "idle":
            time.sleep(0.05)

    def kernels(self) -> list[str]:
        """Return the ids of the kernels that it has."""
        return [kernel["id"] for kernel in self.ask("GET", "kernels")]


def place_at(port: int, base: str = "/") -> ServerPlace:
    """Return the place that a server at a port of this machine is."""
    return ServerPlace("hub", f"http://127.0.0.1:{port}{base}", TOKEN_ENV)


@contextmanager
def open_server(folder: Path, *options: str, port: int = 0, certificate: Path | None = None) -> Iterator[Server]:
    """Run a server, with kernels that are installed here."""
    port = port or free_port()
    log = folder / "server.log"
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0", *options),
    ]
    environment = {
        **os.environ,
        "JUPYTER_TOKEN": TOKEN,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        # No extensions of what else is installed here.
        "JUPYTER_NO_CONFIG": "1",
        # Where kernels put the files of values.
        "TMPDIR": str(folder),
    }
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=environment)
    server = Server(process, port, log, certificate=certificate)
    try:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                server.ask("GET", "status")
                break
            except (OSError, urllib.error.URLError):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(log.read_text()) from None
                time.sleep(0.05)
        yield server
    finally:
        process.kill() if process.poll() is None and _is_stopped(process.pid) else process.terminate()
        process.wait(20)


def _is_stopped(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    return False


class Way:
    """A port that leads to another one, as long as nobody gets in the way."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.is_open = asyncio.Event()
        """Bytes go through; where it is not set, they wait, as where the network is gone."""
        self.is_open.set()
        self.refuses = False
        self.forgets = b""
        """How the next request begins that gets through, while its answer does not."""
        self.has_forgotten = asyncio.Event()
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """End all connections, as where a proxy is restarted."""
        for writer in self._writers:
            writer.transport.abort()

    def swallow(self) -> None:
        """Let nothing through any more over the connections there are, with nobody being told; new ones are fine."""
        for task in self._tasks:
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect somebody with the target."""
        self.connections += 1
        if self.refuses:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, there_writer}
        loop = asyncio.get_running_loop()
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            self._tasks.add(loop.create_task(self._pass_on(source, sink)))

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                await self.is_open.wait()
                sink.write(data)
                await sink.drain()
                if self.forgets and data.startswith(self.forgets):
                    self.forgets = b""
                    self.has_forgotten.set()
                    self.cut()
        sink.close()


@asynccontextmanager
async def open_way(target: int) -> AsyncIterator[Way]:
    """Open a way to a port."""
    way = Way(target)
    listening = await asyncio.start_server(way.serve, "127.0.0.1", 0)
    way.port = listening.sockets[0].getsockname()[1]
    try:
        yield way
    finally:
        listening.close()
        way.swallow()
        way.cut()
        await asyncio.sleep(0)
