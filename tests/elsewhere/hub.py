"""A real JupyterHub with its proxy, and a user's server on it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multikernel.core.places import ServerPlace
from tests.clients.servers import free_port

from .servers import TOKEN_ENV

ENVIRONMENT = Path(sys.executable).parent.parent / "hub"
"""Where `make` installs JupyterHub and its proxy."""

PROGRAMS = (ENVIRONMENT / "bin" / "jupyterhub", ENVIRONMENT / "node_modules" / ".bin" / "configurable-http-proxy")

ADMIN = "4dm1n-t0k3n-of-the-hub"

START_SECONDS = 120.0

USER = "me"

CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = [{singleuser!r}]
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = {{
    "JUPYTER_PATH": {kernels!r},
    "JUPYTERHUB_SINGLEUSER_APP": "jupyter_server.serverapp.ServerApp",
}}
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.services = [{{"name": "tests", "api_token": {admin!r}, "admin": True}}]
scopes = ["admin:users", "admin:servers", "tokens"]
c.JupyterHub.load_roles = [{{"name": "tests", "scopes": scopes, "services": ["tests"]}}]
"""


@dataclass
class Hub:
    """A hub that runs."""

    port: int
    log: Path

    def ask(self, method: str, path: str, body: Any = None, token: str = ADMIN) -> Any:
        """Ask the hub, or a server on it."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"token {token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def token(self) -> str:
        """Return a new token of the user's, as its page on the hub gives it."""
        return str(self.ask("POST", f"hub/api/users/{USER}/tokens", {"note": "Multi"})["token"])

    def start_server(self) -> None:
        """Start the user's server, and wait until it runs."""
        self.ask("POST", f"hub/api/users/{USER}/server")
        _wait(lambda: self.ask("GET", f"hub/api/users/{USER}")["servers"][""]["ready"], self.log)

    def stop_server(self) -> None:
        """Stop it, and wait until it has ended."""
        self.ask("DELETE", f"hub/api/users/{USER}/server")
        _wait(lambda: not self.ask("GET", f"hub/api/users/{USER}")["servers"], self.log)

    def kernels(self, token: str) -> list[str]:
        """Return the ids of the kernels on the user's server."""
        return [kernel["id"] for kernel in self.ask("GET", f"user/{USER}/api/kernels", token=token)]

    @property
    def place(self) -> ServerPlace:
        """The user's server."""
        return ServerPlace("hub", f"http://127.0.0.1:{self.port}/user/{USER}/", TOKEN_ENV)


@contextmanager
def open_hub(folder: Path) -> Iterator[Hub]:
    """Run a hub with a user, whose server does not run yet."""
    hub = Hub(free_port(), folder / "hub.log")
    (folder / "jupyterhub_config.py").write_text(
        CONFIG.format(
            port=hub.port,
            hub_port=free_port(),
            proxy_port=free_port(),
            singleuser=str(ENVIRONMENT / "bin" / "jupyterhub-singleuser"),
            proxy=str(PROGRAMS[1]),
            kernels=str(Path(sys.executable).parent.parent / "share" / "jupyter"),
            admin=ADMIN,
        )
    )
    environment = {**os.environ, "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    with hub.log.open("wb") as said:
        process = subprocess.Popen([PROGRAMS[0]], cwd=folder, stdout=said, stderr=said, env=environment)
    try:
        _wait(lambda: hub.ask("GET", "hub/api/"), hub.log)
        hub.ask("POST", f"hub/api/users/{USER}")
        yield hub
    finally:
        process.terminate()
        process.wait(30)


def _wait(condition: Any, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            if condition():
                return
        except (OSError, KeyError):
            # So are errors of HTTP: the proxy does not know the hub yet.
            pass
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.1)
