"""Frames become messages only if they are signed and whole, and leave as they came."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.protocol.wire import (
    DELIMITER,
    LONGEST_HEADER,
    SIGNATURES_REMEMBERED,
    Composer,
    Message,
    Wire,
    WireError,
    decode,
    encode,
    encode_header,
    parent_id,
    parse_message,
    unchecked,
)

from ..lines import make_message

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def frames_of(header: object = None, *, parent: bytes = b"{}", content: bytes = b"{}") -> list[bytes]:
    header = {"msg_id": "1", "msg_type": "t"} if header is None else header
    return [json.dumps(header).encode(), parent, b"{}", content]


def composer() -> Composer:
    return Composer("session", lambda: "2026-01-01")


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=())), JSON_VALUES) | st.dictionaries(st.text(), st.text())
)
def test_a_header_is_encoded_as_any_object(header: dict[str, object]) -> None:
    assert encode_header(header) == encode(header) == json.dumps(header, separators=(",", ":")).encode("ascii")


@given(JSON_VALUES, st.text(" \t\n\r", max_size=2), st.text(" \t\n\r\ufeff1{]", max_size=2))
def test_what_json_decodes_is_decoded_and_nothing_else(value: object, before: str, after: str) -> None:
    frame = (before + json.dumps(value) + after).encode()
    try:
        expected = json.loads(frame.decode())
    except ValueError:
        expected = None
    if isinstance(expected, dict):
        assert encode(decode(frame)) == encode(expected)
    else:
        with pytest.raises(WireError):
            decode(frame)


def test_what_is_packed_is_unpacked_again() -> None:
    message = make_message("1", "stream", {"text": "é"}, metadata=b'{"a": 1}', buffers=(b"\x00", b"\xff"))
    frames = Wire(b"key").pack(message, (b"one", b"two"))
    assert Wire(b"key").unpack(frames) == ((b"one", b"two"), message)


def test_a_message_can_be_looked_at_before_it_is_checked() -> None:
    message = make_message("1", "stream", {"text": "é"}, buffers=(b"\x00",))
    frames = Wire(b"other").pack(message, (b"one",))
    assert unchecked(frames) == message
    with pytest.raises(WireError, match="no delimiter"):
        unchecked(frames[2:])


def test_a_signature_can_be_made_beforehand() -> None:
    message = make_message("1", "stream", {"text": "é"}, buffers=(b"\x00",))
    frames, wire = Wire(b"key").pack(message, (b"one",)), Wire(b"key")
    signature = wire.signature(frames)
    assert signature == frames[2]
    assert wire.unpack(frames, signature) == ((b"one",), message)
    with pytest.raises(WireError, match="signature"):
        wire.unpack(frames, b"0" * 64)


def test_the_signature_is_the_one_of_the_specification() -> None:
    message = make_message("1", "stream", {"text": "é"})
    signature = Wire(b"key").pack(message)[1]
    signed = message.header_frame + message.parent_frame + message.metadata_frame + message.content_frame
    assert signature == hmac.new(b"key", signed, hashlib.sha256).hexdigest().encode()


def test_another_digest_may_sign() -> None:
    frames = Wire(b"key", "hmac-sha512").pack(make_message("1", "t", {}))
    assert len(frames[1]) == 128
    Wire(b"key", "hmac-sha512").unpack(frames)


@pytest.mark.parametrize("scheme", ["", "sha256", "hmac", "hmac-", "hmac-rot13", "plain-sha256", "hmac-shake_128"])
def test_a_scheme_that_is_no_hmac_is_refused(scheme: str) -> None:
    with pytest.raises(WireError, match="signature scheme"):
        Wire(b"key", scheme)


@pytest.mark.parametrize("frame", range(1, 6))
def test_a_change_anywhere_breaks_the_signature(frame: int) -> None:
    frames = Wire(b"key").pack(make_message("1", "t", {"a": "b"}, metadata=b'{"c": 1}'))
    changed = bytes(frames[frame])
    frames[frame] = changed.replace(changed[-1:], b" ")
    with pytest.raises(WireError, match="signature"):
        Wire(b"key").unpack(frames)


def test_another_key_is_refused() -> None:
    with pytest.raises(WireError, match="signature"):
        Wire(b"key").unpack(Wire(b"other").pack(make_message("1", "t", {})))


def test_no_signature_is_refused() -> None:
    with pytest.raises(WireError, match="signature"):
        Wire(b"key").unpack([DELIMITER, b"", *frames_of()])


def test_a_signature_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(WireError, match="signature"):
        Wire(b"key").unpack([DELIMITER, b"\xff\xe9", *frames_of()])


def test_without_a_key_nothing_is_signed_or_checked() -> None:
    frames = Wire(b"").pack(make_message("1", "t", {}))
    assert frames[1] == b""
    wire = Wire(b"")
    assert wire.unpack(frames)[1] == wire.unpack([*frames[:1], b"nonsense", *frames[2:]])[1]


def test_the_same_message_twice_is_refused() -> None:
    wire, frames = Wire(b"key"), Wire(b"key").pack(make_message("1", "t", {}))
    wire.unpack(frames)
    with pytest.raises(WireError, match="sent before"):
        wire.unpack(frames)


def test_a_replay_is_known_for_long_but_not_for_ever() -> None:
    wire, sender = Wire(b"key"), Wire(b"key")
    first, *others = [sender.pack(make_message(str(number), "t", {})) for number in range(2 * SIGNATURES_REMEMBERED)]
    wire.unpack(first)
    for frames in others[:SIGNATURES_REMEMBERED]:
        wire.unpack(frames)
    with pytest.raises(WireError, match="sent before"):
        wire.unpack(first)
    for frames in others[SIGNATURES_REMEMBERED:]:
        wire.unpack(frames)
    assert len(wire._seen) + len(wire._seen_before) <= 2 * SIGNATURES_REMEMBERED


def test_frames_without_delimiter_are_no_message() -> None:
    with pytest.raises(WireError, match="no delimiter"):
        Wire(b"").unpack([b"id", *frames_of()])


@pytest.mark.parametrize("count", range(5))
def test_too_few_frames_are_no_message(count: int) -> None:
    with pytest.raises(WireError, match="frames"):
        Wire(b"").unpack([DELIMITER, *[b"{}"] * count])


@pytest.mark.parametrize("header", [{}, {"msg_id": "1"}, {"msg_type": "t"}, {"msg_id": 1, "msg_type": "t"}, [], 1])
def test_a_header_without_id_and_type_is_no_message(header: object) -> None:
    with pytest.raises(WireError, match=r"header without|not a JSON object"):
        parse_message(frames_of(header))


@pytest.mark.parametrize("frame", [0, 1])
def test_a_huge_header_is_no_message(frame: int) -> None:
    frames = frames_of()
    frames[frame] = b'{"msg_id": "1", "msg_type": "t", "a": "%s"}' % (b"a" * LONGEST_HEADER)
    with pytest.raises(WireError, match="megabyte"):
        parse_message(frames)


@pytest.mark.parametrize("frame", [b"", b"[", b"\xff", b"[" * 100_000, b"1" * 5000, b"null", b"[]", b'"a"'])
def test_what_is_no_object_is_not_decoded(frame: bytes) -> None:
    with pytest.raises(WireError, match="not "):
        decode(frame)


@pytest.mark.parametrize("frame", [b"{}", b"null", b"", b'{"a": 1}', b'{"msg_id": 1}', b'{"msg_id": null}'])
def test_no_parent_is_no_parent_however_it_is_written(frame: bytes) -> None:
    assert parent_id(frame) == ""
    assert parse_message(frames_of(parent=frame)).parent_id == ""


def test_the_parent_is_read_from_the_parent_header() -> None:
    assert parse_message(frames_of(parent=b'{"msg_id": "7"}')).parent_id == "7"


def test_content_is_decoded_only_when_looked_at() -> None:
    message = parse_message(frames_of(content=b"not JSON"))
    with pytest.raises(WireError, match="not JSON"):
        message.content()


def test_invalid_utf8_can_be_looked_at_and_stays_as_it_is() -> None:
    message = parse_message(frames_of(content=b'{"text": "\xff"}'))
    assert message.content() == {"text": "\ufffd"}
    assert Wire(b"").pack(message)[-1] == b'{"text": "\xff"}'


@given(st.dictionaries(st.text(st.characters(exclude_categories=())), JSON_VALUES, max_size=4))
def test_nan_and_lone_surrogates_are_encoded_as_they_came(value: dict[str, object]) -> None:
    assert repr(decode(encode(value))) == repr(value)


def test_a_changed_content_leaves_the_message_as_it_was() -> None:
    message = make_message("1", "execute_request", {"code": "a", "silent": False}, buffers=(b"x",))
    changed = message.with_content(code="b")
    assert (changed.content(), message.content()["code"]) == ({"code": "b", "silent": False}, "a")
    assert (changed.header_frame, changed.buffers) == (message.header_frame, message.buffers)


def test_what_multi_says_has_its_session_a_new_id_and_the_parents_header() -> None:
    said, parent = composer(), make_message("1", "execute_request", {})
    first, second = said.message("status", {"execution_state": "busy"}, parent), said.message("status", {})
    assert first.header["session"] == second.header["session"] == "session"
    assert first.id != second.id
    assert (first.parent_id, first.parent_frame) == ("1", parent.header_frame)
    assert (second.parent_id, second.parent_frame) == ("", b"{}")
    assert decode(first.header_frame) == first.header
    assert set(first.header) == {"msg_id", "msg_type", "username", "session", "date", "version"}


def test_what_a_child_says_changes_only_its_session_and_its_parent_header() -> None:
    message = make_message("9", "stream", {"text": "é"}, b"null", metadata=b'{ "m":1}', buffers=(b"x",))
    forwarded = composer().forward(message, b'{"msg_id":"1"}')
    assert forwarded.header == {**message.header, "session": "session"}
    assert decode(forwarded.header_frame) == forwarded.header
    assert forwarded.parent_frame == b'{"msg_id":"1"}'
    kept = ("metadata_frame", "content_frame", "buffers")
    assert [getattr(forwarded, name) for name in kept] == [getattr(message, name) for name in kept]


@given(st.lists(st.binary(max_size=40) | st.sampled_from([DELIMITER, b"{}", *frames_of()]), max_size=9))
def test_no_frames_whatever_raise_anything_but_a_wire_error(frames: list[bytes]) -> None:
    try:
        _, message = Wire(b"").unpack(frames)
    except WireError:
        return
    assert isinstance(message, Message)
