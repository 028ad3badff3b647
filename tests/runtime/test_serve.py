"""However serving ends, all that it has opened is closed."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zmq

from multikernel import serve as module
from multikernel.config.settings import load_settings
from multikernel.core.errors import StartError
from multikernel.runtime.backend.watchdog import Watchdog
from multikernel.runtime.front.connection import Connection, read_connection_file
from multikernel.runtime.front.front import Front
from multikernel.runtime.front.history import HistoryFile
from multikernel.trace.socket import TraceSocket

CHANNELS = ("shell", "control", "stdin", "iopub", "hb")


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of what is closed, in order."""
    names: list[str] = []
    for owner, method in (
        (HistoryFile, "close"),
        (Front, "close"),
        (TraceSocket, "__aexit__"),
        (zmq.Context, "destroy"),
    ):
        _note(monkeypatch, owner, method, names)
    return names


def _note(monkeypatch: pytest.MonkeyPatch, owner: type, method: str, names: list[str]) -> None:
    original = getattr(owner, method)

    def noted(self: object, *arguments: object, **options: object) -> object:
        names.append(owner.__name__)
        return original(self, *arguments, **options)

    monkeypatch.setattr(owner, method, noted)


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Return a connection to a folder of the test's own, where all files are, too."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    monkeypatch.chdir(tmp_path)
    info = {"transport": "ipc", "ip": str(tmp_path / "front"), "key": "secret", "signature_scheme": "hmac-sha256"}
    ports = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, 1)}
    file = tmp_path / "connection.json"
    file.write_text(json.dumps({**info, **ports}))
    return read_connection_file(str(file))


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    """Return a watchdog."""
    with closing(Watchdog()) as watchdog:
        yield watchdog


def serve(connection: Connection, tmp_path: Path, watchdog: Watchdog) -> None:
    module.serve(connection, load_settings(tmp_path), str(tmp_path), None, watchdog, {})


class Failing:
    """A driver that fails at once."""

    def __init__(self, *arguments: object) -> None:
        pass

    def serve(self, do_job: object) -> None:
        raise KeyError("nobody foresaw this")

    def end(self) -> None:
        pass


class Ending(Failing):
    """A driver that ends as soon as it serves."""

    def __init__(self, router: object, tasks: Any, front: Front, *rest: object) -> None:
        self._tasks, self._front = tasks, front

    def serve(self, do_job: object) -> None:
        self._front.serve(lambda *_: None, lambda: None)
        self._tasks.cancel_scope.cancel()


ALL = ["TraceSocket", "HistoryFile", "Front", "Context", "Context"]


def test_all_is_closed_in_the_end(
    connection: Connection, tmp_path: Path, watchdog: Watchdog, closed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Driver", Ending)
    serve(connection, tmp_path, watchdog)
    assert closed == ALL


def test_all_is_closed_after_an_error_that_nobody_foresaw(
    connection: Connection, tmp_path: Path, watchdog: Watchdog, closed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "Driver", Failing)
    with pytest.raises(ExceptionGroup) as raised:
        serve(connection, tmp_path, watchdog)
    assert raised.group_contains(KeyError)
    assert closed == ALL


@pytest.mark.parametrize("owner", [HistoryFile, Front])
def test_all_is_closed_if_one_cannot_be(
    connection: Connection,
    tmp_path: Path,
    watchdog: Watchdog,
    closed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
) -> None:
    close = owner.close  # type: ignore[attr-defined]

    def refuse(self: object) -> None:
        close(self)
        raise OSError("no")

    monkeypatch.setattr(owner, "close", refuse)
    monkeypatch.setattr(module, "Driver", Ending)
    with pytest.raises(OSError, match="no"):
        serve(connection, tmp_path, watchdog)
    assert closed == ALL


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_port_that_is_taken_is_an_error_of_the_start(
    connection: Connection, tmp_path: Path, watchdog: Watchdog, closed: list[str], channel: str
) -> None:
    Path(connection.address(channel).removeprefix("ipc://")).mkdir()
    with pytest.raises(StartError, match="A port of the connection file cannot be bound"):
        serve(connection, tmp_path, watchdog)
    assert closed[-2:] == ["Context", "Context"]
