"""The whole of Multi with a Jupyter server: with a certificate, with other kernels, with users who break things."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.kernel import Kernel, open_kernel
from tests.e2e.processes import front

from .servers import TOKEN, TOKEN_ENV, Server, open_server

pytestmark = pytest.mark.long

CONFIG = """\
default: python
backends:
  python: {{kernel: python3}}
  far: {{kernel: python3, at: hub}}
  r: {{kernel: ir, at: hub}}
  shell: {{kernel: bash, at: hub}}
  js: {{kernel: deno, at: hub}}
  x: {{kernel: xpython, at: hub}}
places:
  hub: {{server: {url}, token_env: {variable}}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server with a certificate that nobody has signed."""
    folder = tmp_path_factory.mktemp("server")
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-days", "2", "-nodes", *names]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    options = [f"--ServerApp.certfile={cert}", f"--ServerApp.keyfile={key}"]
    with open_server(folder, *options, certificate=cert) as server:
        yield server


@contextmanager
def opened(server: Server, folder: Path, *, trusts: bool = True) -> Iterator[Kernel]:
    """Open a Multi with backends on the server; none of them is left on it."""
    config = folder / "multikernel.yaml"
    config.write_text(CONFIG.format(url=server.url, variable=TOKEN_ENV))
    environment = {"MULTIKERNEL_CONFIG": str(config), TOKEN_ENV: TOKEN}
    if trusts:
        environment["SSL_CERT_FILE"] = str(server.certificate)
    with open_kernel("multi", env=environment) as kernel:
        yield kernel
    server.wait_until_empty()


def run(kernel: Kernel, code: str) -> str:
    """Run a cell, which succeeds, and return what it prints or shows."""
    answer = kernel.run(code)
    assert answer.content["status"] == "ok", answer.content
    return answer.stream() or str(answer.result)


def fail(kernel: Kernel, code: str) -> tuple[str, str]:
    """Run a cell that fails, and return the error's name and text."""
    content = kernel.run(code).content
    assert content["status"] == "error", content
    return content["ename"], content["evalue"]


def test_a_certificate_that_is_not_trusted(server: Server, tmp_path: Path) -> None:
    with opened(server, tmp_path, trusts=False) as kernel:
        name, text = fail(kernel, "%%far\n1")
    assert name == "BackendStartError"
    assert f"the certificate of localhost:{server.port} is not trusted here (self-signed certificate)" in text
    assert "SSL_CERT_FILE" in text


def test_a_session_over_tls_leaves_nothing(server: Server, tmp_path: Path) -> None:
    with opened(server, tmp_path) as kernel:
        run(kernel, "value = list(range(1000))")
        assert run(kernel, "%%far -i value -o back\nback = value; len(value)") == "1000"
        assert run(kernel, "back == value") == "True"
        first = server.kernels()
        run(kernel, "%%restart far")
        assert fail(kernel, "%%far\nvalue")[0] == "NameError"
        assert len(server.kernels()) == 1
        assert server.kernels() != first
        run(kernel, "%%stop far")
        server.wait_until_empty()
        assert run(kernel, "%%far\n3") == "3"
    with opened(server, tmp_path) as kernel:
        assert run(kernel, "%%far\n3") == "3"
        front(kernel).kill()
        server.wait_until_empty()


OTHERS = {"r": ("ir", "cat('1\\n')"), "shell": ("bash", "echo 1"), "js": ("deno", "console.log(1)")}
LONG = {
    "r": "cat('go\\n'); flush.console(); Sys.sleep(60)",
    "shell": "echo go; sleep 60",
}


@pytest.mark.parametrize("backend", OTHERS)
def test_another_kernel(server: Server, need: Callable[..., None], tmp_path: Path, backend: str) -> None:
    kernelspec, cell = OTHERS[backend]
    need(kernelspec)
    with opened(server, tmp_path) as kernel:
        assert run(kernel, f"%%{backend}\n{cell}").strip() == "1"
        run(kernel, "value = 1")
        name, text = fail(kernel, f"%%{backend} -i value\n{cell}")
        assert name == "TransferError"
        assert text.startswith(f"{backend} shares no files with this machine, so its variables cannot be reached: ")
        if backend in LONG:
            cell = kernel.begin(f"%%{backend}\n{LONG[backend]}")
            kernel.ask("interrupt_request", {}, channel="control")
            assert kernel.wait(cell).content["status"] != "ok"
        run(kernel, f"%%restart {backend}")
        assert len(server.kernels()) == 1


def test_an_end_in_mid_copy_leaves_no_folder(server: Server, tmp_path: Path) -> None:
    with opened(server, tmp_path) as kernel:
        run(kernel, "import os; big = os.urandom(300_000_000)")
        run(kernel, "%%far\nimport os, tempfile; folder = tempfile.gettempdir()")
        folder = Path(run(kernel, "%%far\nprint(folder, end='')"))
        kernel.client.execute("%%far -i big\n1")
        while not (left := list(folder.glob("multikernel-values-*"))):
            time.sleep(0.01)
        kernel.ask("shutdown_request", {"restart": False}, channel="control")
    while [path for path in left if path.exists()]:
        time.sleep(0.05)


BROKEN = {
    "comms": "get_ipython().kernel.comm_manager.register_target = None",
    "exec": "import builtins; builtins.exec = None",
    "names": "globals().update(dict.fromkeys(('open', 'os', 'answer', 'FOLDERS', 'isinstance', 'len'), None))",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_user_who_breaks_things(server: Server, tmp_path: Path, what: str) -> None:
    with opened(server, tmp_path) as kernel:
        run(kernel, "value = 1")
        run(kernel, f"%%far\nbefore = set(globals())\n{BROKEN[what]}")
        answer = kernel.run("%%far -i value\nprint(value, sorted(set(globals()) - before))").content
        if what == "names":
            assert answer["status"] == "ok"
        else:
            assert answer["ename"] == "TransferError", answer
            assert answer["evalue"].startswith("Files of far could not be copied: TypeError: ")
        # Without exec, IPython runs nothing either.
        assert what == "exec" or run(kernel, "%%far\n2") == "2"
