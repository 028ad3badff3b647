"""Kernel Gateway: a notebook whose cells answer HTTP requests, and kernels by websocket."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import websocket

from tests.e2e.kernel import PATIENCE
from tests.e2e.notebooks import make_notebook, write_notebook

from .servers import get, open_server, post

PORT = "--KernelGatewayApp.port"
HTTP = ("--KernelGatewayApp.api=kernel_gateway.notebook_http", "--KernelGatewayApp.seed_uri=api.ipynb")
CELLS = ("greeting = 'hello'", "# GET /hello\nprint(greeting)", "# GET /again\nprint(greeting, 'again')")
KERNELS = pytest.mark.parametrize("kernel", ["python3", "multi"])


@KERNELS
def test_cells_answer_http_requests(tmp_path: Path, kernel: str) -> None:
    write_notebook(make_notebook(*CELLS, kernel=kernel), tmp_path / "api.ipynb")
    with open_server(tmp_path, "kernel_gateway", *HTTP, port_option=PORT) as url:
        assert [get(f"{url}/{path}") for path in ("hello", "again", "hello")] == ["hello\n", "hello again\n", "hello\n"]


def test_a_backend_answers_http_requests_with_what_it_is_asked(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    cells = ("greeting = 'hello'", "# GET /r\n%%r -i REQUEST\ncat(REQUEST)")
    write_notebook(make_notebook(*cells), tmp_path / "api.ipynb")
    with open_server(tmp_path, "kernel_gateway", *HTTP, port_option=PORT) as url:
        assert json.loads(get(f"{url}/r?n=42"))["args"] == {"n": ["42"]}


@KERNELS
def test_a_kernel_answers_by_websocket(tmp_path: Path, kernel: str) -> None:
    with open_server(tmp_path, "kernel_gateway", port_option=PORT) as url:
        assert ran(url, kernel, "x = 6 * 7\nprint(x)", "print(x + 1)") == ["42\n", "43\n"]


def test_backends_answer_by_websocket(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir")
    with open_server(tmp_path, "kernel_gateway", port_option=PORT) as url:
        assert ran(url, "multi", "print(6 * 7)", "%%r\ncat('R says', 6 * 7)") == ["42\n", "R says 42"]


def ran(url: str, kernel: str, *cells: str) -> list[str]:
    """Run cells on a new kernel and return what each has printed by the time that it is idle."""
    started = post(f"{url}/api/kernels", {"name": kernel})["id"]
    channels = websocket.create_connection(
        f"{url.replace('http', 'ws')}/api/kernels/{started}/channels", timeout=PATIENCE
    )
    try:
        return [printed_by(channels, cell) for cell in cells]
    finally:
        channels.close()


def printed_by(channels: "websocket.WebSocket", code: str) -> str:
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
