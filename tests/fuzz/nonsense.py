"""JSON that nobody expects: wrong types, numbers out of all bounds, lone surrogates, NaN, depth, broken bytes."""

import json
from typing import Any

from .choices import Choices

DEEP = "\x02deep"
"""Begins a text that stands for a value nested as many times as the number behind it says."""

VALUES: list[Any] = [
    None,
    *(True, False, 0, 1, -1, 3, 10**30, -(10**30), int("9" * 4300), 1.5, 1e300, float("nan"), float("-inf")),
    *("", "x", "\0", "\ud800", "é😀", "1", "ok", "idle", "%%ir\nx", "x" * 300),
    *([], [None], [[1], {}], [1, "x", {}], {}, {"": None}, {"a": {"b": [1]}}, {"comm_id": "c1"}),
    *({"text/plain": 5}, {"name": []}, {"path": "x", "source": {"path": []}}, [{"line": -5}], ["kernel subshells"]),
]

NESTED = ("[{}]", '{{"a":{}}}', '{{"source":{}}}', '[{{"line":{}}}]')
"""What a deep value is made of."""

BROKEN = [b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe", b'{"a":\xff}', b'{"a":1}}', b"{}\0", b"1" * 5000]
"""Frames that are no JSON object."""


def nonsense(choices: Choices) -> object:
    """Return any value."""
    index = choices.below(len(VALUES) + 4)
    if index < len(VALUES):
        return VALUES[index]
    # Around 1000 lies what can be decoded, but not encoded, compared or shown any more.
    depth = choices.one_of((20, 150, 190, 250, 330, 480)) if choices.once_in(2) else 900 + choices.below(100)
    return f"{DEEP}{index - len(VALUES)} {depth}"


def spoilt(choices: Choices, content: dict[str, Any]) -> object:
    """Return a content with a few members that are wrong, or something else altogether; often as it was."""
    if not choices.once_in(2):
        return content
    if choices.once_in(12):
        return nonsense(choices)
    changed = dict(content)
    for _ in range(1 + choices.below(3)):
        key = choices.one_of([*changed, "more"])
        if choices.once_in(6):
            changed.pop(key, None)
        elif isinstance(changed.get(key), dict) and choices.once_in(2):
            changed[key] = spoilt(choices, changed[key])
        else:
            changed[key] = nonsense(choices)
    return changed


def frame(choices: Choices, content: dict[str, Any]) -> bytes:
    """Return the bytes of a content, spoilt or not."""
    if choices.once_in(20):
        return choices.one_of(BROKEN)
    return encoded(spoilt(choices, content))


def encoded(value: object) -> bytes:
    """Return the JSON of a value, with all its deep values, which Python itself could not encode."""
    text = json.dumps(value)
    while (start := text.find(json.dumps(DEEP)[:-1])) >= 0:
        end = text.index('"', start + 1)
        kind, depth = text[start:end].removeprefix(json.dumps(DEEP)[:-1]).split()
        before, after = NESTED[int(kind)].format("\0").split("\0")
        deep = f"{before * int(depth)}1{after * int(depth)}"
        text = f"{text[:start]}{deep}{text[end + 1 :]}"
    return text.encode("ascii")
