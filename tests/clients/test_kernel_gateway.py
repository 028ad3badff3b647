"""Kernel Gateway: a notebook whose cells answer HTTP requests, and kernels by websocket."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import websocket

from tests.e2e.kernel import PATIENCE
from tests.e2e.notebooks import make_notebook, write_notebook

from .servers import free_port, get, open_server, post

READY = "Jupyter Kernel Gateway at"
CELLS = ("greeting = 'hello'", "# GET /hello\nprint(greeting)", "# GET /again\nprint(greeting, 'again')")


@pytest.mark.parametrize("kernel", ["python3", "multi"])
def test_cells_answer_http_requests(tmp_path: Path, kernel: str) -> None:
    write_notebook(make_notebook(*CELLS, kernel=kernel), tmp_path / "api.ipynb")
    options = ("--KernelGatewayApp.api=kernel_gateway.notebook_http", "--KernelGatewayApp.seed_uri=api.ipynb")
    with open_server(tmp_path, "kernel_gateway", port(), *options, ready=READY) as url:
        assert [get(f"{url}/{path}") for path in ("hello", "again", "hello")] == ["hello\n", "hello again\n", "hello\n"]


def test_a_kernel_answers_by_websocket(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    with open_server(tmp_path, "kernel_gateway", port(), ready=READY) as url:
        kernel = post(f"{url}/api/kernels", {"name": "multi"})
        channels = websocket.create_connection(
            f"{url.replace('http', 'ws')}/api/kernels/{kernel['id']}/channels", timeout=PATIENCE
        )
        try:
            assert ran(channels, "print(6 * 7)") == "42\n"
            assert ran(channels, "%%r\ncat('R says', 6 * 7)") == "R says 42"
        finally:
            channels.close()


def ran(channels: "websocket.WebSocket", code: str) -> str:
    """Run a cell and return what it has printed by the time that it is idle."""
    header = {"msg_id": code, "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    content = {"code": code, "silent": False, "allow_stdin": False}
    request = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}
    channels.send(json.dumps(request))
    printed = ""
    while True:
        message = json.loads(channels.recv())
        if message["parent_header"].get("msg_id") != code:
            continue
        if message["msg_type"] == "stream":
            printed += message["content"]["text"]
        elif message["content"].get("execution_state") == "idle":
            return printed


def port() -> str:
    return f"--KernelGatewayApp.port={free_port()}"
