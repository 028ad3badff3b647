"""What `multikernel trace` prints for given records; tests/e2e/test_trace.py uses a running Multi."""

import argparse
import socket
from datetime import datetime
from pathlib import Path

import pytest

from multikernel.cli.trace import _received, _Running, _show
from multikernel.trace.records import ENDED, WATCHING, Record, to_json

MULTI = _Running(12, Path("/run/multikernel-12-x"), "/home/me", datetime(2026, 1, 2))
EVERYTHING = argparse.Namespace(backend=None, type=None, content=False)
RECORD = to_json(Record(0.0, "notebook -> front", "", "shell", "execute_request"))


def test_a_broken_trace_is_distinguished_from_one_that_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert _show([WATCHING, RECORD, ENDED], MULTI, EVERYTHING)
    assert not _show([WATCHING, RECORD, RECORD[:-5]], MULTI, EVERYTHING)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines if "execute_request" in line] == ["execute_request"] * 2


def test_missed_messages_are_reported_where_they_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    _show([RECORD, b'{"missed": 7}\n', RECORD], MULTI, EVERYTHING)
    assert capsys.readouterr().out.splitlines()[1] == "# 7 messages are missing here: trace could not keep up"


@pytest.mark.parametrize(
    ("backend", "msg_type", "is_shown"),
    [
        (None, "comm_*", True),
        ("r", "comm_msg", True),
        ("r", "comm", False),
        ("bash", None, False),
        ("R", None, False),
    ],
)
def test_a_message_is_shown_if_backend_and_type_are_those_asked_for(
    capsys: pytest.CaptureFixture[str], backend: str | None, msg_type: str | None, is_shown: bool
) -> None:
    record = to_json(Record(0.0, "front -> backend", "r", "shell", "comm_msg"))
    _show([record], MULTI, argparse.Namespace(backend=backend, type=msg_type, content=False))
    assert ("comm_msg" in capsys.readouterr().out) == is_shown


def test_a_multi_that_ends_before_it_accepts_has_ended() -> None:
    ours, its = socket.socketpair()
    its.close()
    with ours:
        assert list(_received(ours, EVERYTHING)) == []
