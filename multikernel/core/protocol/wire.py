"""Messages on the wire: frames that are signed, checked, and decoded only as far as somebody looks.

The layout is that of the messaging specification, "The wire protocol": identities, `<IDS|MSG>`, signature,
header, parent header, metadata, content, buffers. Metadata, content and buffers stay the bytes they were unless a
rule changes them: to serialise again is slow, and wrong for NaN, lone surrogates and invalid UTF-8.
"""

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

Json = dict[str, Any]
Frame = bytes | memoryview
"""A frame of a message; a large one is a view, so that nothing copies it on its way through."""
Identities = tuple[bytes, ...]

DELIMITER = b"<IDS|MSG>"
EMPTY = b"{}"


def is_own_id(msg_id: str, session: str) -> bool:
    """Whether a msg_id is one that Multi gives."""
    return msg_id.startswith(session)


LONGEST_HEADER = 1 << 20
"""Bytes; a header is some 250 of them, and a megabyte of it is an attack or an accident."""

DEEPEST = 200
"""Lists and objects within each other; at some 1000 Python can decode what it cannot encode or compare any more."""

SIGNATURES_REMEMBERED = 8192

dumps: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode
loads: Callable[[str], Any] = json.JSONDecoder().decode
loads_first: Callable[[str], tuple[Any, int]] = json.JSONDecoder().raw_decode
quote: Callable[[str], str] = json.encoder.encode_basestring_ascii


class WireError(ValueError):
    """Frames that are not a message, or not one that is signed with the key."""


@dataclass(slots=True)
class Message:
    """One message; never changed, though not frozen: freezing costs a microsecond each on the hot path."""

    header: Json
    header_frame: bytes
    parent_id: str
    """`msg_id` of the parent header, or the empty string where there is none."""
    parent_frame: bytes = EMPTY
    metadata_frame: bytes = EMPTY
    content_frame: Frame = EMPTY
    buffers: tuple[Frame, ...] = ()

    @property
    def type(self) -> str:
        """`msg_type` of the header."""
        return self.header["msg_type"]  # type: ignore[no-any-return]

    @property
    def id(self) -> str:
        """`msg_id` of the header."""
        return self.header["msg_id"]  # type: ignore[no-any-return]

    def content(self) -> Json:
        """Decode the content; WireError unless it is an object."""
        return decode(self.content_frame)

    def says_idle(self) -> bool:
        """Whether it is the status `idle`; WireError if its content is none."""
        return self.type == "status" and self.content().get("execution_state") == "idle"

    def with_content(self, **changes: Any) -> "Message":
        """Return the same message with these keys of its content replaced."""
        return replace(self, content_frame=encode({**self.content(), **changes}))

    def with_content_frame(self, content_frame: Frame) -> "Message":
        """Return the same message with these bytes as its content."""
        return replace(self, content_frame=content_frame)


def encode(value: Json) -> bytes:
    """JSON in ASCII, so that lone surrogates and NaN leave as they came; WireError if a number has become too long."""
    try:
        return dumps(value).encode("ascii")
    except ValueError as error:
        raise WireError(f"not representable in JSON: {error}") from None


def encode_header(header: Json) -> bytes:
    """Return the same bytes as `encode`, in half the time if all values are text, as they are in most headers."""
    try:
        members = [f"{quote(key)}:{quote(value)}" for key, value in header.items()]
    except TypeError:
        return encode(header)
    return f"{{{','.join(members)}}}".encode("ascii")


def decode(frame: Frame) -> Json:
    """Decode a JSON object; invalid UTF-8 is replaced, since this is only for looking; WireError otherwise."""
    text = str(frame, "utf-8", "replace")
    try:
        value, end = loads_first(text)
    except (ValueError, RecursionError):
        end = -1
    if end != len(text):
        value = _decode_with_blanks(text)
    if not isinstance(value, dict):
        raise WireError(f"not a JSON object but {type(value).__name__}")
    if text.count("{") + text.count("[") > DEEPEST and _is_too_deep(value):
        raise WireError(f"more than {DEEPEST} lists and objects within each other")
    return value


def _decode_with_blanks(text: str) -> object:
    """Decode JSON with white space around it, which takes a third longer even if there is none; WireError otherwise."""
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"not JSON: {error}") from None


def _is_too_deep(value: Json) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def parse_message(frames: Sequence[Frame]) -> Message:
    """Make a message of header, parent header, metadata, content and buffers; WireError if a header is malformed."""
    header_frame, parent_frame, metadata_frame = map(bytes, frames[:3])
    if len(header_frame) > LONGEST_HEADER or len(parent_frame) > LONGEST_HEADER:
        raise WireError("a header of more than a megabyte")
    header = decode(header_frame)
    for key in ("msg_id", "msg_type"):
        if not isinstance(header.get(key), str):
            raise WireError(f"a header without {key}")
    return Message(
        header,
        header_frame,
        parent_id(parent_frame),
        parent_frame,
        metadata_frame,
        frames[3],
        tuple(frames[4:]),
    )


@lru_cache(maxsize=64)
def parent_id(frame: bytes) -> str:
    """Read `msg_id` of a parent header, which is the same for all outputs of a cell.

    Some kernels send `null` or nothing where there is no parent.
    """
    if frame in (EMPTY, b"null", b""):
        return ""
    found = decode(frame).get("msg_id", "")
    return found if isinstance(found, str) else ""


def signed_frames(frames: Sequence[Frame]) -> Sequence[Frame]:
    """Return those of a message's frames that are signed; WireError if they are malformed."""
    start = _start(frames)
    return frames[start + 1 : start + 5]


def unchecked(frames: Sequence[Frame]) -> Message:
    """Return the message in received frames before their signature has been checked, which must have no effect.

    WireError if they are malformed.
    """
    return parse_message(frames[_start(frames) + 1 :])


def _start(frames: Sequence[Frame]) -> int:
    """Return the index of the signature; WireError if there is no whole message behind the delimiter."""
    try:
        start = frames.index(DELIMITER) + 1
    except ValueError:
        raise WireError("no delimiter") from None
    if len(frames) < start + 5:
        raise WireError(f"{len(frames) - start} frames after the delimiter, not 5 or more")
    return start


class Wire:
    """The signatures of one connection: every message out is signed, every message in is checked."""

    def __init__(self, key: bytes, scheme: str = "hmac-sha256") -> None:
        """Take the `key` and `signature_scheme` of a connection file; an empty key means no signatures."""
        kind, _, digest = scheme.partition("-")
        try:
            auth = hmac.new(key, digestmod=digest)
        except (ValueError, TypeError):
            auth = None
        if auth is None or kind != "hmac":
            raise WireError(f"signature scheme {scheme!r} is not hmac with a digest that hashlib has")
        self._auth = auth if key else None
        self._seen: set[bytes] = set()
        self._seen_before: set[bytes] = set()

    def pack(self, message: Message, identities: Identities = ()) -> list[Frame]:
        """Return the frames of a message, signed."""
        signed = [message.header_frame, message.parent_frame, message.metadata_frame, message.content_frame]
        return [*identities, DELIMITER, self._sign(signed), *signed, *message.buffers]

    def signature(self, frames: Sequence[Frame]) -> bytes:
        """Return what the signature of received frames has to be; WireError if they are malformed.

        This is what takes long in `unpack` if they are large; it may be done beforehand, in another thread.
        """
        return self._sign(signed_frames(frames))

    def unpack(self, frames: Sequence[Frame], signature: bytes | None = None) -> tuple[Identities, Message]:
        """Return who sent the frames and the message in them; WireError if it is malformed, forged or replayed.

        `signature` is what has to be theirs, where that is known already.
        """
        start = _start(frames)
        self._check(bytes(frames[start]), self.signature(frames) if signature is None else signature)
        return tuple(map(bytes, frames[: start - 1])), parse_message(frames[start + 1 :])

    def _sign(self, frames: Sequence[Frame]) -> bytes:
        if self._auth is None:
            return b""
        auth = self._auth.copy()
        for frame in frames:
            auth.update(frame)
        return auth.hexdigest().encode("ascii")

    def _check(self, signature: bytes, expected: bytes) -> None:
        if self._auth is None:
            return
        if not hmac.compare_digest(expected, signature):
            raise WireError("a signature that is missing or wrong")
        if signature in self._seen or signature in self._seen_before:
            raise WireError("a message that was sent before")
        self._seen.add(signature)
        if len(self._seen) >= SIGNATURES_REMEMBERED:
            self._seen_before, self._seen = self._seen, set()


class Composer:
    """Makes the messages that Multi itself sends: all of one session, with ids of their own."""

    def __init__(self, session: str, now: Callable[[], str]) -> None:
        """Take the constant session id and a clock that gives the date in ISO 8601."""
        self.session = session
        self.now = now
        """Returns the date and time in ISO 8601."""
        self._count = 0

    def message(self, msg_type: str, content: Json, parent: Message | None = None) -> Message:
        """Return a new message, the child of `parent` where there is one."""
        return self.encoded(msg_type, encode(content), parent)

    def encoded(self, msg_type: str, content_frame: Frame, parent: Message | None = None) -> Message:
        """Return a new message whose content is encoded already."""
        self._count += 1
        header = {
            "msg_id": f"{self.session}_{self._count}",
            "msg_type": msg_type,
            "username": "multikernel",
            "session": self.session,
            "date": self.now(),
            "version": "5.5",
        }
        parent_id, parent_frame = (parent.id, parent.header_frame) if parent else ("", EMPTY)
        return Message(header, encode_header(header), parent_id, parent_frame, content_frame=content_frame)

    def forward(self, message: Message, parent_frame: bytes) -> Message:
        """Return a child's message as the notebook gets it: of the one session, with the original parent header."""
        header = {**message.header, "session": self.session}
        return Message(
            header,
            encode_header(header),
            parent_id(parent_frame),
            parent_frame,
            message.metadata_frame,
            message.content_frame,
            message.buffers,
        )
