"""The lines of a trace: short enough, complete enough, and harmless."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from multikernel.core.actions import Channel
from multikernel.core.protocol.wire import Message, encode
from multikernel.trace.records import (
    CONTENT_SHOWN,
    HEADING,
    NOT_SHOWN,
    Record,
    introduction,
    lines_of,
    record_of,
    short_id,
    shown_content,
    to_json,
)

SESSION = "5e55"
UUID = "0fd0a3c7-66b0-4d24-8d8b-5b1a3b6f5b7c"


def message(msg_type: str, msg_id: str = UUID, parent: str = "", content: Any = None, *buffers: bytes) -> Message:
    header = {"msg_id": msg_id, "msg_type": msg_type}
    return Message(header, encode(header), parent, content_frame=encode(content or {}), buffers=buffers)


def line(message: Message, channel: Channel = "shell", **changes: Any) -> str:
    """Return the line of a message from a child r, without the time."""
    record = record_of(0.0, "backend -> front", "r", channel, message, SESSION)._replace(**changes)
    return lines_of(record)[13:]


def test_a_line_has_the_way_the_channel_the_type_the_ids_and_the_sizes() -> None:
    told = line(message("comm_msg", UUID, "a5d7-77_812_34", {"data": 1}, b"123", b"4567"), "iopub")
    assert told.split() == ["r", "->", "front", "iopub", "comm_msg", "0fd0a3c7", "a5d7_34", "10", "7"]


def test_the_time_is_that_of_the_place_in_milliseconds() -> None:
    (time, *_), rest = HEADING.split(), lines_of(Record(1e9 + 0.25, "notebook -> front", "", "shell", "x_request"))
    assert time == "time"
    assert rest[2:6:3] == "::"
    assert rest[8:13] == ".250 "


@pytest.mark.parametrize(
    ("msg_id", "short"),
    [
        (UUID, "0fd0a3c7"),
        ("a5d7c3d1-1234567890abcdef_812_34", "a5d7_34"),
        ("5e55000000000000_20001", "5e55_20001"),
        ("x", "x"),
        ("", ""),
    ],
)
def test_ids_are_short_and_still_tell_messages_apart(msg_id: str, short: str) -> None:
    assert short_id(msg_id) == short


def test_no_line_is_wider_than_120_columns_and_columns_stay_where_they_are() -> None:
    wide = Record(
        0.0,
        "backend -> front",
        "a-kernelspec-with-a-long-name",
        "control",
        "delete_subshell_request_of_the_future",
        "5e55_123456789012",
        UUID,
        content_size=200_000_000,
        buffers_size=100_000_000,
        is_own=True,
    )
    for record in (wide, wide._replace(dropped="why " * 100)):
        assert len(lines_of(record)) == 120
    assert lines_of(wide).index("control") == HEADING.index("channel")
    assert lines_of(wide).index("0fd0a3c7") == HEADING.index("parent")


def test_a_status_says_its_state() -> None:
    assert "status idle " in line(message("status", content={"execution_state": "idle"}), "iopub")
    assert "status  " in line(message("status"), "iopub")
    assert "status  " in line(replace(message("status"), content_frame=b"\xff"), "iopub")


def test_what_multi_says_of_its_own_accord_and_what_answers_it_is_marked() -> None:
    assert line(message("kernel_info_request", f"{SESSION}_1")).endswith("Multi's own")
    assert line(message("kernel_info_reply", UUID, f"{SESSION}_1")).endswith("Multi's own")
    assert line(message("debug_reply", UUID, f"{SESSION}_2")).endswith("Multi's own")
    assert "own" not in line(message("execute_reply", UUID, "another_1"))


def test_a_message_that_is_dropped_says_why() -> None:
    assert line(message("execute_reply"), dropped="nobody waits for it").endswith(
        "0fd0a3c7 dropped: nobody waits for it"
    )
    unread = lines_of(Record(0.0, "notebook -> front", "", "shell", dropped="no delimiter"))
    assert unread[13:].split() == ["notebook", "->", "front", "shell", "dropped:", "no", "delimiter"]


@pytest.mark.parametrize(
    ("msg_type", "channel"), [("input_reply", "stdin"), ("input_reply", "shell"), ("whatever", "stdin")]
)
def test_an_answer_to_input_is_not_shown_nor_how_long_it_is(msg_type: str, channel: Channel) -> None:
    answer = message(msg_type, content={"value": "password"})
    assert shown_content(channel, answer) == NOT_SHOWN
    assert record_of(0.0, "notebook -> front", "", channel, answer, SESSION).content_size == 0


def test_a_question_of_input_is_shown() -> None:
    question = message("input_request", content={"prompt": "Name?"})
    assert json.loads(shown_content("stdin", question)) == {"prompt": "Name?"}


def test_content_is_a_line_of_its_own_and_cut_where_it_is_long() -> None:
    content = shown_content("iopub", message("stream", content={"text": "x" * CONTENT_SHOWN}))
    assert len(content) == CONTENT_SHOWN + 1
    assert content.endswith("x…")
    assert line(message("stream"), content='{"text":"ä"}').splitlines()[1:] == ['    {"text":"ä"}']


def test_a_terminal_shows_what_comes_and_does_not_obey_it() -> None:
    odd = message("a\x1b[2J\nb", "\x07")
    told = line(odd, content=shown_content("iopub", replace(odd, content_frame=b'"\x1b[2J\xc2\x9b\xff\n"')))
    first, content = told.splitlines()
    assert r"a\x1b[2J\nb" in first
    assert r"\x07" in first
    assert content.strip() == r'"\x1b[2J\x9b�\n"'


def test_a_record_is_one_line_on_its_way_to_a_watcher() -> None:
    record = Record(0.5, "front -> notebook", "", "iopub", "stream", UUID, content='"\n\ud800"')
    sent = to_json(record)
    assert sent.count(b"\n") == 1
    assert Record(*json.loads(sent)) == record


def test_the_introduction_says_whose_messages_these_are() -> None:
    said = introduction(12, "/home/me\n", datetime(2026, 1, 2, 3, 4, 5, 6))
    assert said == f"# Multi 12 in /home/me\\n, since 2026-01-02 03:04:05\n{HEADING}"
