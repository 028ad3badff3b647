"""The splice of the counter: the new number is there, all else has the value it had, and no other byte is touched."""

import json
from typing import Any

from multikernel.core.protocol.rewrite import FAR, Origin, OwnMatches, to_front, with_count
from multikernel.core.protocol.wire import Message, WireError, decode

from .choices import Choices
from .nonsense import BROKEN, encoded, spoilt

PIECES = [
    *(b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b'"', b"\\", b"1", b"null", b"NaN", b'"a"', b'"a":1', b"{}"),
    *(b'"execution_count"', b'"execution_count":1', b'"execution_count" : -2,', b'"execution_count":null'),
    *(b'"execution_count":1.5', b'"execution_count":1e5', b'\\"execution_count\\":1', b'"execution\\u005fcount":1'),
    *(b"\xff", b"\xc3\xa9", b"\0", b"\xef\xbb\xbf", b'"x":"' + b"y" * FAR + b'"', b'"x":' + b"[" * 500),
]
KEYS = ["execution_count", "data", "metadata", 'x"execution_count', "\\", "é", ""]
TYPES = ["execute_result", "execute_reply", "complete_reply"]
ORIGINS = [
    Origin("python3", b"{}", count=7),
    Origin("python3", b"{}", count=10**9, shift=12),
    Origin("python3", b"{}", shift=3, own=OwnMatches((("%%bash", "backend"), ("%%r", "backend")), 0, 3)),
]
COMPLETION = {
    "matches": ["%%r", "x"],
    "cursor_start": 0,
    "cursor_end": 3,
    "metadata": {"_jupyter_types_experimental": [{"start": 0, "end": 3, "text": "x", "type": "magic"}]},
    "status": "ok",
}


def check(case: bytes) -> None:
    """Give contents a counter: some are JSON, some have been."""
    choices = Choices(case)
    while not choices.are_used_up:
        match choices.below(4):
            case 0:
                _splice(choices, b"".join(choices.one_of(PIECES) for _ in range(choices.below(20))))
            case 1:
                _splice(choices, _cut(choices, json.dumps(_value(choices, 0), ensure_ascii=False).encode()))
            case 2:
                _splice(choices, encoded(_value(choices, 0)))
            case _:
                _rewrite(choices)


def _splice(choices: Choices, content: bytes) -> None:
    before = _decoded(content)
    message = _message("execute_result", memoryview(content) if choices.once_in(4) else content)
    try:
        after = bytes(with_count(message, 7).content_frame)
    except WireError:
        assert before is None
        return
    if before is not None:
        value = decode(after)
        assert value.pop("execution_count") == 7
        before.pop("execution_count", None)
        assert repr(value) == repr(before)


def _rewrite(choices: Choices) -> None:
    """Rewrite whatever is in the table."""
    content = {**COMPLETION, "execution_count": 3}
    frame = choices.one_of(BROKEN) if choices.once_in(30) else encoded(spoilt(choices, content))
    try:
        to_front(_message(choices.one_of(TYPES), frame), choices.one_of(ORIGINS))
    except WireError:
        return


def _decoded(content: bytes) -> dict[str, Any] | None:
    try:
        return decode(content)
    except WireError:
        return None


def _value(choices: Choices, depth: int) -> dict[str, Any]:
    """Return an object with the counter in many places, and texts that look like it."""
    made: dict[str, Any] = {}
    for _ in range(choices.below(5)):
        key = choices.one_of(KEYS)
        match choices.below(8 if depth < 4 else 6):
            case 0:
                made[key] = choices.below(300) - 5
            case 1:
                made[key] = None
            case 2:
                made[key] = choices.one_of(['"execution_count": 3', '{"execution_count":3}', '\\"execution_count":1,'])
            case 3:
                made[key] = "y" * choices.one_of([0, 1, 50, FAR - 20, FAR, FAR + 1])
            case 4:
                made[key] = float("nan")
            case 5:
                made[key] = 1.5
            case 6:
                made[key] = [_value(choices, depth + 1) for _ in range(choices.below(3))]
            case _:
                made[key] = _value(choices, depth + 1)
    return made


def _cut(choices: Choices, content: bytes) -> bytes:
    """Return a content with a byte that is not UTF-8 somewhere, or as it was."""
    if not choices.once_in(4):
        return content
    at = choices.below(65536) % (len(content) + 1)
    return content[:at] + b"\xff" + content[at:]


def _message(msg_type: str, content: bytes | memoryview) -> Message:
    header = {"msg_id": "9", "msg_type": msg_type}
    return Message(header, b"{}", "1", content_frame=content)
