"""A backend on a Jupyter server of this machine, beside a local one and a kernel on that server alone."""

import asyncio
import json
import os
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from multikernel.runtime.backend.links.server.layout import SUBPROTOCOL, pack, unpack
from tests.elsewhere.servers import TOKEN, TOKEN_ENV, Server, open_server

from ..client import Json
from ..contenders import Workshop
from ..measuring import Rows, in_turn

ROUNDS = 60


def measure(workshop: Workshop) -> Rows:
    """A trivial cell here and there."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="server")))
        server = stack.enter_context(open_server(folder))
        stack.enter_context(_token_in_environment())
        place = server.place()
        config: Json = {
            "places": {"hub": {"server": place.url, "token_env": place.token_env}},
            "backends": {"far": {"kernel": "python3", "at": "hub"}},
        }
        multi = stack.enter_context(workshop.open("multi", config=config))["multi"]
        alone = stack.enter_context(_Alone.open(server))
        multi.run("%%far\n1")
        actions = {
            "local": lambda: multi.run("%%main\n1"),
            "alone": alone.run,
            "multi": lambda: multi.run("%%far\n1"),
        }
        return {"server_cell": in_turn(ROUNDS, actions)}


class _Alone:
    """A kernel on a server, with a websocket to it and nothing else."""

    @classmethod
    @contextmanager
    def open(cls, server: Server) -> Iterator["_Alone"]:
        request = urllib.request.Request(
            f"{server.url}api/kernels", b'{"name": "python3"}', {"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request) as answer:
            kernel_id = json.load(answer)["id"]
        with asyncio.Runner() as runner:
            alone = cls(runner, server, kernel_id)
            alone.run()
            yield alone
            alone.close()
        server.ask("DELETE", f"kernels/{kernel_id}")

    def __init__(self, runner: asyncio.Runner, server: Server, kernel_id: str) -> None:
        self._runner = runner
        url = f"{server.url.replace('http', 'ws', 1)}api/kernels/{kernel_id}/channels?session_id={uuid.uuid4().hex}"
        self._request = HTTPRequest(url, headers={"Authorization": f"token {TOKEN}"})
        self._socket = runner.run(self._connect())

    async def _connect(self) -> WebSocketClientConnection:
        return await websocket_connect(self._request, subprotocols=[SUBPROTOCOL])

    def run(self) -> float:
        """Run a cell; return seconds."""
        return self._runner.run(self._run())

    def close(self) -> None:
        self._socket.close()

    async def _run(self) -> float:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "session": "s",
            "username": "",
            "date": "",
            "version": "5.4",
        }
        content = {"code": "1", "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        await self._socket.write_message(
            pack("shell", [json.dumps(each).encode() for each in (header, {}, {}, content)]), binary=True
        )
        owed = {"idle", "execute_reply"}
        while owed:
            _, frames = unpack(await self._socket.read_message() or b"")
            head, parent = (json.loads(bytes(frame)) for frame in frames[:2])
            if parent.get("msg_id") == header["msg_id"]:
                owed -= {head["msg_type"], json.loads(bytes(frames[3])).get("execution_state")}
        return loop.time() - begin


@contextmanager
def _token_in_environment() -> Iterator[None]:
    os.environ[TOKEN_ENV] = TOKEN
    try:
        yield
    finally:
        del os.environ[TOKEN_ENV]
