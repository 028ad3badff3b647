"""What a server answers that is not what it was asked for becomes one sentence, in which there is no token."""

import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from multikernel.core.errors import BackendNotFound, BackendStartError
from multikernel.core.places import ServerPlace
from multikernel.runtime.backend.links.server import api
from multikernel.runtime.backend.links.server.probe import probe
from tests.elsewhere.near import open_near

from .toy import TOKEN, TOKEN_ENV, Answer, Toy, certificate, open_toy

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Multi a token."""
    monkeypatch.setenv(TOKEN_ENV, TOKEN)


@pytest.fixture
async def toy() -> AsyncIterator[Toy]:
    """Return a server."""
    async with open_toy() as toy:
        yield toy


HTML = "<html><body>Please log in</body></html>"

ANSWERS: dict[str, tuple[Answer, str]] = {
    "401": ((401, "", {}), "it does not take the token in TOY_TOKEN (HTTP 401); get a new one"),
    "403": ((403, HTML, {}), "it does not take the token in TOY_TOKEN (HTTP 403); get a new one"),
    "404": ((404, HTML, {}), "there is no Jupyter server at http://127.0.0.1:"),
    "424": ((424, "{}", {}), "is not running (HTTP 424); open that in a browser to start it"),
    "503": ((503, HTML, {}), "is not running (HTTP 503); open that in a browser to start it"),
    "302": ((302, "", {"Location": "/hub/login"}), "leads to another page (HTTP 302), which gets no token"),
    "500": ((500, '{"message": "no\\nroom"}', {}), "the server answers with an error (HTTP 500: no room)"),
    "500 with html": ((500, HTML, {}), "the server answers with an error (HTTP 500)"),
    "500 with the token": ((500, f'{{"message": "not {TOKEN}"}}', {}), "an error (HTTP 500: not …)"),
    "html": ((200, HTML, {}), "is not a Jupyter server: check `server:`"),
    "empty": ((200, "", {}), "is not a Jupyter server: check `server:`"),
    "a list": ((200, "[]", {}), "is not a Jupyter server: check `server:`"),
    "no object": ((200, '{"kernelspecs": []}', {}), "is not a Jupyter server: check `server:`"),
    "bytes": ((200, b"\xff\xfe", {}), "is not a Jupyter server: check `server:`"),
    "deep": ((200, "[" * 100_000, {}), "is not a Jupyter server: check `server:`"),
    "garbage": ((200, "\x1b[31m", {}), "is not a Jupyter server: check `server:`"),
}


@pytest.mark.parametrize(("answer", "text"), ANSWERS.values(), ids=list(ANSWERS))
async def test_an_answer_that_is_none(toy: Toy, answer: Answer, text: str) -> None:
    toy.answers = {"GET kernelspecs": answer}
    said = await probe(toy.place())
    assert said.startswith("hub: ")
    assert text in said
    assert TOKEN not in said
    assert not said.endswith(".")


async def test_a_server_that_is_fine(toy: Toy) -> None:
    assert await probe(toy.place()) == ""
    assert toy.tokens == {f"token {TOKEN}"}


async def test_a_redirect_takes_the_token_nowhere(toy: Toy) -> None:
    async with open_toy() as other:
        for status in (301, 302, 303, 307, 308):
            toy.answers = {"GET": (status, "", {"Location": f"http://localhost:{other.port}/"})}
            assert "leads to another page" in await probe(toy.place())
        assert other.asked == []


async def test_a_server_that_wants_a_token(toy: Toy) -> None:
    toy.answers = {"GET": (403, "", {})}
    assert "it wants a token (HTTP 403)" in await probe(ServerPlace("hub", toy.place().url))
    assert toy.tokens == {None}


@pytest.mark.parametrize("value", [None, "", " ", "a b", "a\nX-Other: b", "é"])
async def test_a_variable_without_a_token(toy: Toy, monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv(TOKEN_ENV)
    else:
        monkeypatch.setenv(TOKEN_ENV, value)
    said = await probe(toy.place())
    assert "the environment variable TOY_TOKEN" in said
    assert not value or not value.strip() or value not in said
    assert toy.asked == []


async def test_a_host_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await probe(ServerPlace("hub", "https://nonesuch.invalid/")) == "hub: there is no host nonesuch.invalid"


def test_a_port_that_nobody_listens_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    said = anyio.run(probe, ServerPlace("hub", f"http://127.0.0.1:{port}/"))
    assert said == f"hub: nothing listens at 127.0.0.1:{port}; is the server running?"


async def test_a_server_that_does_not_answer(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(api.Api._ask, "__defaults__", (None, 0.2))

    async def wait(asked: str) -> None:
        await anyio.sleep(1)

    toy.before = wait
    assert await probe(toy.place()) == f"hub: 127.0.0.1:{toy.port} does not answer"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n"])
async def test_a_server_of_another_kind(said: bytes) -> None:
    async def serve(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            if said:
                await stream.send(said)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        assert f"127.0.0.1:{port} " in await probe(ServerPlace("hub", f"https://127.0.0.1:{port}/"))
        text = await probe(ServerPlace("hub", f"http://127.0.0.1:{port}/"))
        assert text in (
            f"hub: 127.0.0.1:{port} has closed the connection",
            f"hub: what answers at http://127.0.0.1:{port}/ is not a Jupyter server: check `server:`",
        )
        tasks.cancel_scope.cancel()


async def test_a_certificate_that_nobody_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_toy(certificate(tmp_path)) as toy:
        said = await probe(toy.place("https", "localhost"))
        assert f"the certificate of localhost:{toy.port} is not trusted here" in said
        assert toy.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        code = (
            "import anyio\n"
            "from multikernel.core.places import ServerPlace\n"
            "from multikernel.runtime.backend.links.server.probe import probe\n"
            "for host in ('localhost', '127.0.0.1'):\n"
            f"    print(anyio.run(probe, ServerPlace('hub', f'https://{{host}}:{toy.port}/user/me/')) or 'fine')"
        )
        trusting = await anyio.run_process([sys.executable, "-c", code], stderr=None)
        fine, other = trusting.stdout.decode().splitlines()
        assert fine == "fine"
        assert "is not trusted here" in other


STARTS: dict[str, tuple[dict[str, Answer], dict[str, Any], str]] = {
    "kernelspec": ({}, {"kernel": "ir"}, "hub: there is no kernelspec 'ir' there; installed are multi, python3."),
    "multi": ({}, {"kernel": "multi"}, "the kernelspec 'multi' there is Multi itself; name another one."),
    "folder": ({}, {"cwd": "there"}, "hub: there is no folder 'there' below the server's root folder."),
    "500": ({"POST kernels": (500, '{"message": "no room"}', {})}, {}, "an error (HTTP 500: no room)."),
    "403": ({"POST kernels": (403, "{}", {})}, {}, "it does not take the token in TOY_TOKEN (HTTP 403)"),
    "no id": ({"POST kernels": (201, "{}", {})}, {}, "is not a Jupyter server"),
    "odd id": ({"POST kernels": (201, '{"id": "../../x"}', {})}, {}, "is not a Jupyter server"),
    "gone": ({"GET kernels/": (404, "{}", {})}, {}, "the server has it no longer"),
    "other": ({"GET kernels/": (200, '{"id": "x"}', {})}, {}, "is not a Jupyter server"),
}


@pytest.mark.parametrize(("answers", "options", "text"), STARTS.values(), ids=list(STARTS))
async def test_a_start_that_fails(toy: Toy, answers: dict[str, Answer], options: dict[str, Any], text: str) -> None:
    toy.answers = answers
    said = ""
    async with open_near(toy.place()) as near:
        try:
            async with near.open(**options):
                pass
        except (BackendNotFound, BackendStartError) as error:
            said = str(error)
    assert said.startswith("r could not be started: ")
    assert text in said
    assert TOKEN not in said
    assert toy.kernels == {}


async def test_a_server_without_the_protocol(toy: Toy) -> None:
    toy.subprotocol = None
    async with open_near(toy.place()) as near:
        with pytest.raises(BackendStartError, match="the server is too old"):
            async with near.open():
                pass
    assert toy.kernels == {}
