"""A server that answers as it is told, with a kernel that echoes; it has no process."""

import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

from multikernel.core.places import ServerPlace
from multikernel.runtime.backend.links.server.layout import SUBPROTOCOL, pack, unpack

TOKEN_ENV = "TOY_TOKEN"
TOKEN = "t0ps3cr3t"

SPECS = {"kernelspecs": {"python3": {"spec": {"metadata": {}}}, "multi": {"spec": {"metadata": {"multikernel": True}}}}}

Answer = tuple[int, str | bytes, dict[str, str]]


class Toy:
    """What the server is to answer, and what it was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.answers: dict[str, Answer] = {}
        """By method and the beginning of a path, in place of what a server would answer."""
        self.asked: list[str] = []
        """Method and path of each request."""
        self.tokens: set[str | None] = set()
        self.before: Callable[[str], Awaitable[None]] | None = None
        """Called with method and path before each answer."""
        self.kernels: dict[str, str] = {}
        """What each kernel does, by its id."""
        self.subprotocol: str | None = SUBPROTOCOL
        self.sockets: list[Socket] = []
        self.session = "k"

    def place(self, scheme: str = "http", host: str = "127.0.0.1") -> ServerPlace:
        """Return the place that it is."""
        return ServerPlace("hub", f"{scheme}://{host}:{self.port}/user/me/", TOKEN_ENV)

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """Do as a server does."""
        for known, answer in self.answers.items():
            if f"{method} {path}".startswith(known):
                return answer
        match method, path.split("/"):
            case "GET", ["kernelspecs"]:
                return 200, json.dumps(SPECS), {}
            case "GET", ["contents", "here"]:
                return 200, json.dumps({"type": "directory"}), {}
            case "POST", ["kernels"]:
                kernel_id = json.loads(body)["kernel_id"]
                self.kernels[kernel_id] = "idle"
                return 201, json.dumps({"id": kernel_id}), {}
            case "GET", ["kernels", kernel_id] if kernel_id in self.kernels:
                return 200, json.dumps({"id": kernel_id, "execution_state": self.kernels[kernel_id]}), {}
            case "DELETE", ["kernels", kernel_id] if kernel_id in self.kernels:
                del self.kernels[kernel_id]
                return 204, "", {}
            case "POST", ["kernels", kernel_id, "interrupt"] if kernel_id in self.kernels:
                return 204, "", {}
            case _:
                return 404, json.dumps({"message": "Kernel does not exist", "reason": None}), {}


class Handler(RequestHandler):
    """Answers."""

    def initialize(self, toy: Toy) -> None:
        self.toy = toy

    async def prepare(self) -> None:
        method, path = str(self.request.method), self.request.path.partition("/api/")[2]
        self.toy.asked.append(f"{method} {path}")
        self.toy.tokens.add(self.request.headers.get("Authorization"))
        if self.toy.before is not None:
            await self.toy.before(f"{method} {path}")
        status, text, headers = self.toy.answer(method, path, self.request.body)
        self.set_status(status)
        for name, value in headers.items():
            self.set_header(name, value)
        await self.finish(text if status != 204 else None)

    def compute_etag(self) -> str | None:
        return None


class Socket(WebSocketHandler):
    """A connection to a kernel that answers each request."""

    def initialize(self, toy: Toy) -> None:
        self.toy = toy
        self.received: list[Any] = []

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return self.toy.subprotocol

    async def prepare(self) -> None:
        self.toy.tokens.add(self.request.headers.get("Authorization"))
        if self.toy.before is not None:
            await self.toy.before("WS")

    def open(self, *arguments: str) -> None:
        self.toy.sockets.append(self)

    def on_message(self, message: str | bytes) -> None:
        channel, frames = unpack(message)
        header = json.loads(bytes(frames[0]))
        self.received.append(header)
        if header["msg_type"] != "silence":
            self.reply(channel, bytes(frames[0]), header["msg_type"].removesuffix("_request"))

    def reply(self, channel: Any, parent: bytes, what: str) -> None:
        """Answer as a kernel does."""
        self.say("iopub", "status", {"execution_state": "busy"}, parent)
        self.say(channel, f"{what}_reply", {"status": "ok", "implementation": "toy"}, parent)
        self.say("iopub", "status", {"execution_state": "idle"}, parent)

    def say(self, channel: Any, msg_type: str, content: Any, parent: bytes = b"{}") -> None:
        """Send a message of the kernel's."""
        header = {"msg_id": f"{msg_type}", "msg_type": msg_type, "session": self.toy.session}
        frames = [json.dumps(header).encode(), parent, b"{}", json.dumps(content).encode()]
        self.write_message(pack(channel, frames), binary=True)

    def on_close(self) -> None:
        self.toy.sockets.remove(self)


@asynccontextmanager
async def open_toy(tls: ssl.SSLContext | None = None) -> AsyncIterator[Toy]:
    """Serve until the context is left."""
    toy = Toy()
    application = Application(
        [(r".*/channels", Socket, {"toy": toy}), (r".*", Handler, {"toy": toy})], log_function=lambda handler: None
    )
    server = HTTPServer(application, ssl_options=tls)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        toy.port = listening.getsockname()[1]
        server.add_socket(listening)
        try:
            yield toy
        finally:
            server.stop()
            await server.close_all_connections()


def certificate(folder: Path) -> ssl.SSLContext:
    """Return the context of a server with a certificate of its own, which nobody trusts; it is in cert.pem."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    options: list[str | Path] = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-days",
        "2",
        "-nodes",
    ]
    options += ["-keyout", key, "-out", cert]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", *options]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
