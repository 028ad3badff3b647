"""What changes in a child's message on its way to the notebook: a table by message type; absent means nothing.

Every rule is a pure function of the message and of what is known about the request that caused it.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from .marks import Marks
from .wire import Frame, Identities, Json, Message, encode

COUNT = re.compile(rb'(?<![\\])"execution_count"\s*:\s*(-?\d+|null)(?![\d.eE])')

FAR = 1 << 16
"""Bytes from the beginning or the end of a content within which the counter is looked for."""

ABORTED = "aborted"
STATUS_WORDS = {"abort": ABORTED}
"""bash_kernel and IRkernel say `abort` where the specification says `aborted`."""


@dataclass(frozen=True, slots=True)
class OwnMatches:
    """Completions of Multi's own for a half-typed `%%name`."""

    matches: tuple[tuple[str, str], ...]
    """Texts with their types."""
    start: int
    end: int

    @property
    def texts(self) -> list[str]:
        """The texts alone."""
        return [text for text, _ in self.matches]

    @property
    def types(self) -> list[Json]:
        """The objects of `_jupyter_types_experimental` for them."""
        at: Json = {"signature": "", "start": self.start, "end": self.end}
        return [{"text": text, "type": kind, **at} for text, kind in self.matches]

    def content(self) -> Json:
        """Return the content of a complete_reply with these alone."""
        metadata = {"_jupyter_types_experimental": self.types}
        range_ = {"cursor_start": self.start, "cursor_end": self.end}
        return {"status": "ok", "matches": self.texts, **range_, "metadata": metadata}


@dataclass(frozen=True, slots=True)
class Origin:
    """What is remembered of a request for as long as its child may still speak about it."""

    backend: str
    header_frame: bytes
    """The notebook's own header, which goes out as the parent header, byte for byte."""
    client: Identities = ()
    """Who asked, for the child's `input_request`s."""
    count: int = 0
    """The notebook's execution count for it."""
    shift: int = 0
    """Code points that were cut from the cell's beginning for the child."""
    own: OwnMatches | None = None
    """Multi's own completions, to go before the child's."""
    marks: Marks | None = None
    """What marks its outputs, where several children run it at once."""


def with_count(message: Message, count: int) -> Message:
    """Return the message with the top level's `execution_count` replaced, without decoding a large content."""
    content = message.content_frame
    for match in _at_the_end(content), _at_the_beginning(content):
        if match is not None and _is_top_level(content, match):
            new = str(count).encode("ascii")
            if match[1] == new:
                return message
            view = memoryview(content)
            return message.with_content_frame(b"".join((view[: match.start(1)], new, view[match.end(1) :])))
    return message.with_content(execution_count=count)


def _at_the_end(content: Frame) -> re.Match[bytes] | None:
    matches = list(COUNT.finditer(content, max(0, len(content) - FAR)))
    return matches[-1] if matches else None


def _at_the_beginning(content: Frame) -> re.Match[bytes] | None:
    return COUNT.search(content, 0, FAR)


def _is_top_level(content: Frame, match: re.Match[bytes]) -> bool:
    """Whether a member of a JSON object belongs to the outermost one.

    It does where the shorter side of it, closed or opened by a brace, is an object by itself.
    """
    if match.start() < len(content) - match.end():
        side = bytes(content[: match.start()]).rstrip().removesuffix(b",") + b"}"
    else:
        side = b"{" + bytes(content[match.end() :]).lstrip().removeprefix(b",")
    try:
        return isinstance(json.loads(side), dict)
    except (ValueError, RecursionError):
        return False


def _execute_result(message: Message, origin: Origin) -> Message:
    return with_count(message, origin.count)


def _execute_reply(message: Message, origin: Origin) -> Message:
    status = message.content().get("status")
    if isinstance(status, str) and status in STATUS_WORDS:
        return message.with_content(status=STATUS_WORDS[status], execution_count=origin.count)
    return with_count(message, origin.count)


def _complete_reply(message: Message, origin: Origin) -> Message:
    if not origin.shift and origin.own is None:
        return message
    content = message.content()
    types = _types(content)
    for item in (content, *types):
        keys = ("cursor_start", "cursor_end", "start", "end")
        item.update({key: item[key] + origin.shift for key in keys if isinstance(item.get(key), int)})
    if origin.own is not None:
        content = _with_own_first(content, types, origin.own)
    return message.with_content_frame(encode(content))


def _types(content: Json) -> list[Json]:
    """Return the objects of `_jupyter_types_experimental`, which front-ends match with `matches` by index."""
    metadata = content.get("metadata")
    types = metadata.get("_jupyter_types_experimental") if isinstance(metadata, dict) else None
    return [item for item in types if isinstance(item, dict)] if isinstance(types, list) else []


def _with_own_first(content: Json, types: list[Json], own: OwnMatches) -> Json:
    """Put Multi's matches before those of the child's that complete the same `%%name`."""
    matches = content.get("matches")
    theirs = matches if isinstance(matches, list) and content.get("cursor_start") == own.start else []
    matches, merged = own.texts, own.types
    for index, match in enumerate(theirs):
        if match not in own.texts:
            matches.append(match)
            unknown = {"text": match, "type": "<unknown>", "start": own.start, "end": own.end}
            merged.append(types[index] if index < len(types) else unknown)
    return {**content, **own.content(), "matches": matches, "metadata": {"_jupyter_types_experimental": merged}}


TO_FRONT: dict[str, Callable[[Message, Origin], Message]] = {
    "execute_result": _execute_result,
    "execute_reply": _execute_reply,
    "complete_reply": _complete_reply,
}


def to_front(message: Message, origin: Origin) -> Message:
    """Return the message as the notebook is to get it; WireError where a rule cannot read its content."""
    rule = TO_FRONT.get(message.type)
    return message if rule is None else rule(message, origin)
