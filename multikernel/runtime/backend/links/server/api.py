"""What a Jupyter server is asked for by HTTP: its kernelspecs, and the starts, interrupts and ends of kernels."""

import json
import os
from typing import Any
from urllib.parse import quote

from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from .....core.places import ServerPlace
from .....core.protocol.wire import Json
from .failures import NotReached, no_server, not_reached, refused

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 10.0

LARGEST_ANSWER = 16 << 20
"""Bytes; a server with many kernelspecs sends some 100 KB."""


class Api:
    """One server, as somebody with the token sees it; there is nothing of the token in any text."""

    def __init__(self, place: ServerPlace) -> None:
        """Read the token from the environment; NotReached if it is not there."""
        self.place = place
        self._token = _token_of(place)
        self._client = SimpleAsyncHTTPClient(force_instance=True, max_body_size=LARGEST_ANSWER)

    def close(self) -> None:
        """Ask nothing more."""
        self._client.close()

    async def kernelspecs(self) -> dict[str, Json]:
        """Return the `spec` of each kernelspec there; NotReached."""
        answer = await self._ask("GET", "api/kernelspecs")
        found = answer.get("kernelspecs") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise no_server(self.place)
        specs = {name: each.get("spec") if isinstance(each, dict) else None for name, each in found.items()}
        return {name: spec if isinstance(spec, dict) else {} for name, spec in specs.items()}

    async def has_folder(self, path: str) -> bool:
        """Whether there is a folder below the root folder of the server; NotReached."""
        try:
            answer = await self._ask("GET", f"api/contents/{quote(path)}?type=directory&content=0")
        except NotReached as error:
            if error.status in (400, 404):
                return False
            raise
        return isinstance(answer, dict)

    async def start(self, kernel_id: str, kernel: str, path: str | None, seconds: float) -> str:
        """Start a kernel; return its id, which is not the one it was to have on servers older than 2.0; NotReached."""
        model = {"name": kernel, "kernel_id": kernel_id, **({"path": path} if path else {})}
        answer = await self._ask("POST", "api/kernels", model, seconds)
        found = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(found, str) or not found.replace("-", "").isalnum():
            raise no_server(self.place)
        return found

    async def look(self, kernel_id: str) -> tuple[str, int]:
        """Return what a kernel does, such as `idle` or `busy`, and how many are connected to it.

        NotReached, with the status 404 where there is no such kernel.
        """
        answer = await self._ask("GET", f"api/kernels/{kernel_id}")
        if not isinstance(answer, dict) or answer.get("id") != kernel_id:
            raise no_server(self.place)
        connections = answer.get("connections")
        return str(answer.get("execution_state", ""))[:100], connections if isinstance(connections, int) else 0

    async def interrupt(self, kernel_id: str) -> None:
        """Interrupt a kernel; NotReached."""
        await self._ask("POST", f"api/kernels/{kernel_id}/interrupt", {})

    async def delete(self, kernel_id: str, seconds: float) -> None:
        """End a kernel; NotReached, also with the status 404 where there is none."""
        await self._ask("DELETE", f"api/kernels/{kernel_id}", None, seconds)

    def websocket_request(self, kernel_id: str, session: str, seconds: float) -> HTTPRequest:
        """Return the request for a connection to a kernel; messages are kept for a session that was there before."""
        url = f"ws{self.place.url.removeprefix('http')}api/kernels/{kernel_id}/channels?session_id={session}"
        return HTTPRequest(url, **self._options(seconds))

    async def _ask(self, method: str, path: str, body: Json | None = None, seconds: float = ANSWER_SECONDS) -> Any:
        """Return the decoded answer, None if it is empty; NotReached."""
        mark = "&" if "?" in path else "?"
        request = HTTPRequest(
            # What asks whether a kernel is there must not keep a server from being idle.
            f"{self.place.url}{path}{mark}no_track_activity=1",
            method,
            body=None if body is None else json.dumps(body),
            **self._options(seconds),
        )
        try:
            response = await self._client.fetch(request, raise_error=False)
        except Exception as error:
            raise not_reached(self.place, error) from None
        try:
            answer = json.loads(response.body) if response.body else None
        except (ValueError, RecursionError):
            answer = ""
        if not 200 <= response.code < 300:
            raise refused(self.place, response.code, self._reason(answer))
        if answer == "":
            raise no_server(self.place)
        return answer

    def _options(self, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        # A redirect would take the token to wherever it leads.
        return {
            "headers": {"Authorization": f"token {self._token}"} if self._token else {},
            "follow_redirects": False,
            "connect_timeout": CONNECT_SECONDS,
            "request_timeout": seconds,
        }

    def _reason(self, answer: object) -> str:
        """Return what a server says about an error, in one line."""
        said = (answer.get("message") or answer.get("reason")) if isinstance(answer, dict) else None
        text = " ".join(said.split()) if isinstance(said, str) else ""
        return text.replace(self._token, "…") if self._token else text


def _token_of(place: ServerPlace) -> str:
    variable = place.token_env
    token = os.environ.get(variable, "").strip() if variable else ""
    if variable and not token:
        raise NotReached(
            f"{place.name}: the environment variable {variable} is not set; start Jupyter with the server's token in it"
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise NotReached(f"{place.name}: what is in the environment variable {variable} is not a token")
    return token
