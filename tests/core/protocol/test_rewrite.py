"""What changes on the way to the notebook changes alone: every other byte stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.protocol.rewrite import Origin, OwnMatches, to_front, with_count
from multikernel.core.protocol.wire import Message, WireError

from ..lines import make_message

ORIGIN = Origin("python3", b"{}", count=7)


def result(content: object, msg_type: str = "execute_result") -> Message:
    return make_message("9", msg_type, content, buffers=(b"b",))


def spliced(content: bytes, count: int = 7) -> bytes:
    return bytes(with_count(result(content), count).content_frame)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"execution_count":3}', b'{"execution_count":7}'),
        (b'{"execution_count": 3, "data": {}}', b'{"execution_count": 7, "data": {}}'),
        (b'{"data": {}, "execution_count": 3}', b'{"data": {}, "execution_count": 7}'),
        (b'{"a":1,"execution_count":3,"b":2}', b'{"a":1,"execution_count":7,"b":2}'),
        (b'{ "a" : 1 , "execution_count"\n:\t3 , "b":2 } ', b'{ "a" : 1 , "execution_count"\n:\t7 , "b":2 } '),
        (b'{"execution_count":null,"a":1}', b'{"execution_count":7,"a":1}'),
        (b'{"a":1,"execution_count":-12}', b'{"a":1,"execution_count":7}'),
        (b'{"a":{"execution_count":1},"execution_count":3}', b'{"a":{"execution_count":1},"execution_count":7}'),
        (b'{"execution_count":3,"a":{"execution_count":1}}', b'{"execution_count":7,"a":{"execution_count":1}}'),
        (b'{"execution_count":3,"a":[{"execution_count":1}]}', b'{"execution_count":7,"a":[{"execution_count":1}]}'),
        (
            b'{"a":"\\"execution_count\\":1","execution_count":3}',
            b'{"a":"\\"execution_count\\":1","execution_count":7}',
        ),
        (
            b'{"execution_count":3,"a":"\\"execution_count\\":1"}',
            b'{"execution_count":7,"a":"\\"execution_count\\":1"}',
        ),
        (b'{"x\\"execution_count":1,"execution_count":3}', b'{"x\\"execution_count":1,"execution_count":7}'),
        (b'{"a":"\xff","execution_count":3}', b'{"a":"\xff","execution_count":7}'),
        (b'{"a":"\xc3\xa9 NaN","n":NaN,"execution_count":3}', b'{"a":"\xc3\xa9 NaN","n":NaN,"execution_count":7}'),
    ],
)
def test_the_count_is_replaced_in_the_bytes(before: bytes, after: bytes) -> None:
    assert spliced(before) == after


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b'{"a":1}',
        b'{"a":{"execution_count":1}}',
        b'{"execution\\u005fcount":3,"a":1}',
        b'{"execution_count":3.5,"a":"a long text that makes it the longer side"}',
        b'{"execution_count":12e3,"a":"a long text that makes it the longer side"}',
        b'{"execution_count":"3"}',
        b'{"execution_count":[3],"a":{"execution_count":1}}',
        b'{"a":{"execution_count":1},"execution_count":3,"b":{"execution_count":2}}',
        b'{"x\\"execution_count":1}',
        b'{"a":"\\"execution_count\\": 3"}',
    ],
)
def test_where_the_bytes_do_not_show_it_the_value_is_right_all_the_same(content: bytes) -> None:
    assert json.loads(spliced(content)) == {**json.loads(content), "execution_count": 7}


def test_a_count_that_is_right_already_changes_nothing() -> None:
    message = result(b'{"execution_count" : 7}')
    assert with_count(message, 7) is message


def test_a_huge_content_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = b'{"data":{"image/png":"%s"},"metadata":{},"execution_count":%%d}' % (b"A" * 10_000_000)
    monkeypatch.setattr(Message, "content", lambda self: pytest.fail("decoded"))
    assert spliced(huge % 3) == huge % 7


def test_other_parts_of_the_message_stay() -> None:
    message = result({"execution_count": 3})
    changed = with_count(message, 7)
    assert (changed.header, changed.buffers, message.content()) == (message.header, (b"b",), {"execution_count": 3})


KEYS = st.sampled_from(["execution_count", "data", 'x"execution_count', "\\", "é"]) | st.text(max_size=3)
VALUES = st.recursive(
    st.none()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(['"execution_count": 3', '{"execution_count":3}', '\\"execution_count\\":1,']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)
CONTENTS = st.dictionaries(KEYS, VALUES, max_size=5)


@given(CONTENTS, st.sampled_from([None, 0, 2]), st.booleans(), st.sampled_from([(",", ":"), (" , ", " :\n")]))
def test_the_splice_gives_the_same_value_as_decoding(
    content: dict[str, Any], indent: int | None, ascii_only: bool, separators: tuple[str, str]
) -> None:
    frame = json.dumps(content, indent=indent, ensure_ascii=ascii_only, separators=separators).encode()
    changed = spliced(frame)
    assert json.loads(changed) == {**content, "execution_count": 7}


@given(CONTENTS, st.booleans(), st.integers() | st.none(), st.integers(min_value=0))
def test_first_or_last_it_is_spliced_and_all_other_bytes_stay(
    others: dict[str, Any], first: bool, old: int | None, new: int
) -> None:
    rest = {key: value for key, value in others.items() if key != "execution_count"}
    members = [json.dumps(part, ensure_ascii=False)[1:-1] for part in ({"execution_count": old}, rest) if part]
    before = f"{{{', '.join(members if first else members[::-1])}}}"
    place = f'"execution_count": {json.dumps(old)}'
    start = before.index(place) if first else before.rindex(place)
    after = f'{before[:start]}"execution_count": {new}{before[start + len(place) :]}'
    assert spliced(before.encode(), new) == after.encode()


@pytest.mark.parametrize("content", [b"", b"[1", b"[]", b'"a"', b"\xff"])
def test_a_content_that_is_no_object_cannot_get_a_count(content: bytes) -> None:
    for msg_type in ("execute_result", "execute_reply"):
        with pytest.raises(WireError):
            to_front(result(content, msg_type), ORIGIN)


def test_results_and_replies_carry_the_notebooks_count() -> None:
    for msg_type in ("execute_result", "execute_reply"):
        assert to_front(result({"status": "ok", "execution_count": 3}, msg_type), ORIGIN).content() == {
            "status": "ok",
            "execution_count": 7,
        }


@pytest.mark.parametrize("status", ["ok", "error", "aborted", None, [], {"a": 1}])
def test_the_status_of_a_reply_stays(status: object) -> None:
    reply = result({"status": status, "execution_count": 3, "ename": "E"}, "execute_reply")
    assert to_front(reply, ORIGIN).content() == {"status": status, "execution_count": 7, "ename": "E"}


def test_abort_becomes_aborted() -> None:
    reply = result({"status": "abort", "a": 1}, "execute_reply")
    assert to_front(reply, ORIGIN).content() == {"status": "aborted", "a": 1, "execution_count": 7}


@pytest.mark.parametrize("msg_type", ["stream", "display_data", "inspect_reply", "error", "whatever"])
def test_all_else_is_not_even_looked_at(msg_type: str) -> None:
    message = result(b"no JSON", msg_type)
    assert to_front(message, Origin("python3", b"{}", shift=5)) is message


def completed(origin: Origin, **content: Any) -> dict[str, Any]:
    return to_front(result(content, "complete_reply"), origin).content()


def test_completions_are_moved_to_where_they_are_in_the_cell() -> None:
    origin = Origin("bash", b"{}", shift=7)
    types = [{"start": 0, "end": 2, "text": "ls"}, {"start": None}]
    content = completed(
        origin, matches=["ls"], cursor_start=0, cursor_end=2, metadata={"_jupyter_types_experimental": types, "m": 1}
    )
    assert content == {
        "matches": ["ls"],
        "cursor_start": 7,
        "cursor_end": 9,
        "metadata": {"_jupyter_types_experimental": [{"start": 7, "end": 9, "text": "ls"}, {"start": None}], "m": 1},
    }


@pytest.mark.parametrize("metadata", [None, [], {"_jupyter_types_experimental": None}, {}])
def test_completions_without_types_or_with_strange_ones_are_moved_too(metadata: object) -> None:
    origin = Origin("bash", b"{}", shift=7)
    content = completed(origin, cursor_start=0, cursor_end="x", metadata=metadata)
    assert content == {"cursor_start": 7, "cursor_end": "x", "metadata": metadata}


def test_completions_in_a_text_that_begins_where_the_cell_does_are_not_looked_at() -> None:
    for origin in (ORIGIN, Origin("python3", b"{}", shift=0)):
        message = result(b"no JSON", "complete_reply")
        assert to_front(message, origin) is message


OWN = Origin("python3", b"{}", shift=0, own=OwnMatches((("%%bash", "backend"), ("%%backends", "command")), 0, 4))


def test_own_matches_come_first_and_no_name_twice() -> None:
    types = [{"text": name, "type": "magic", "start": 0, "end": 4} for name in ("%%bash", "%%bat")]
    content = completed(
        OWN, matches=["%%bash", "%%bat"], cursor_start=0, cursor_end=4, metadata={"_jupyter_types_experimental": types}
    )
    assert content["matches"] == ["%%bash", "%%backends", "%%bat"]
    shown = content["metadata"]["_jupyter_types_experimental"]
    assert [item["text"] for item in shown] == content["matches"]
    assert {(item["start"], item["end"]) for item in shown} == {(0, 4)}
    assert [item["type"] for item in shown] == ["backend", "command", "magic"]
    assert (content["cursor_start"], content["cursor_end"]) == (0, 4)


@pytest.mark.parametrize("matches", [None, [], ["else"]])
def test_own_matches_stand_where_they_were_typed(matches: object) -> None:
    content = completed(OWN, status="ok", matches=matches, cursor_start=4, cursor_end=4, metadata={})
    assert content["matches"] == ["%%bash", "%%backends"]
    assert (content["cursor_start"], content["cursor_end"]) == (0, 4)


def test_a_child_without_types_gets_some_beside_own_matches() -> None:
    content = completed(OWN, matches=["%%bat"], cursor_start=0, cursor_end=4, metadata={})
    assert len(content["metadata"]["_jupyter_types_experimental"]) == len(content["matches"]) == 3
