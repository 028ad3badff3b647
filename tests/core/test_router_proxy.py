"""With one backend and no header lines Multi is a pure proxy: the counter changes, all else passes byte for byte."""

import json

from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.actions import Channel, ToFront
from multikernel.core.protocol.wire import Frame, Json, Message

from .desk import Desk, configured
from .lines import SESSION, child_message, make_message

TEXT = st.text(st.characters(exclude_categories=()), max_size=6).filter(lambda text: "%%" not in text)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
OTHERS = st.dictionaries(TEXT.filter(lambda key: key != "execution_count"), VALUES, max_size=4)


@st.composite
def written(draw: st.DrawFn, fixed: Json | None = None) -> bytes:
    """Draw an object with these members and others, in some order and notation, and with bytes that may be invalid."""
    others = draw(OTHERS)
    members = {**others, **(fixed or {})}
    if draw(st.booleans()):
        members = dict(reversed(members.items()))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", ":\n ")]))
    return json.dumps(members, separators=separators).encode().replace(b"@", b"\xff").replace(b"~", b"\xe2\x82")


PARTS = st.tuples(written(), st.lists(st.binary(max_size=5), max_size=2))
CODE = st.sampled_from(["x = 1", "\n\n# é😀\nprint()", "1\n%%bash\n2", "% time", "a\r\nb", "%time x", "'\\ud800'"])
REQUESTS = st.one_of(
    st.tuples(st.just("execute_request"), CODE.flatmap(lambda code: written({"code": code}))),
    st.tuples(
        st.sampled_from(["complete_request", "inspect_request", "is_complete_request"]),
        CODE.flatmap(lambda code: written({"code": code, "cursor_pos": 1})),
    ),
    st.tuples(st.sampled_from(["debug_request", "unheard_of_request"]), written()),
    st.tuples(st.just("comm_open"), written({"comm_id": "c", "target_name": "t"})),
)
OUTPUTS = st.tuples(
    st.sampled_from(
        ["stream", "display_data", "update_display_data", "error", "clear_output", "comm_msg", "unheard_of"]
    ),
    written(),
    PARTS,
)


def open_desk() -> Desk:
    """Return a desk whose child has said already how it names files."""
    desk = Desk("python3", config=configured("python3"))
    desk.front(make_message("first", "debug_request", {}), "control")
    desk.answer_own("python3")
    desk.actions.clear()
    return desk


def parts(message: Message) -> tuple[bytes, Frame, tuple[Frame, ...]]:
    """Return what has to pass byte for byte."""
    return message.metadata_frame, message.content_frame, message.buffers


@given(st.lists(st.tuples(REQUESTS, PARTS), min_size=1, max_size=4))
def test_what_the_notebook_says_reaches_the_child_byte_for_byte_in_order(
    requests: list[tuple[tuple[str, bytes], tuple[bytes, list[bytes]]]],
) -> None:
    desk = open_desk()
    for (msg_type, content), (metadata, buffers) in requests:
        message = desk.message(msg_type, content, metadata=metadata, buffers=tuple(buffers))
        desk.arrive(message)
        desk.advance()
        assert desk.child_messages("python3", msg_type)[-1] is message
        if msg_type == "execute_request":
            desk.finish("python3", message.id, count=desk.router.state.count)
    sent = [message for message in desk.child_messages("python3") if message.type != "comm_info_request"]
    assert len(sent) == len(requests)


@given(st.lists(OUTPUTS, max_size=3), st.sampled_from(["shell", "control"]), st.booleans())
def test_what_the_child_says_reaches_the_notebook_byte_for_byte_in_order(
    outputs: list[tuple[str, bytes, tuple[bytes, list[bytes]]]], channel: Channel, over: bool
) -> None:
    desk = open_desk()
    cell = desk.message("execute_request", {"code": "1"})
    desk.arrive(cell, channel)
    desk.advance()
    if over:
        desk.finish("python3", 1)
    for msg_type, content, (metadata, buffers) in outputs:
        said = child_message(msg_type, "1", content, metadata=metadata, buffers=tuple(buffers))
        (action,) = desk.router.from_backend("python3", "iopub", said)
        assert isinstance(action, ToFront)
        assert (action.channel, parts(action.message)) == ("iopub", parts(said))
        assert action.message.header == {**said.header, "session": SESSION}
        assert action.message.parent_frame == cell.header_frame


@given(
    written(),
    PARTS,
    st.sampled_from(["execute_result", "execute_reply"]),
    st.sampled_from([b'"execution_count":#', b' "execution_count" : # ']),
    st.booleans(),
)
def test_of_results_and_replies_the_counter_changes_and_nothing_else(
    others: bytes, rest: tuple[bytes, list[bytes]], msg_type: str, notation: bytes, first: bool
) -> None:
    def content(count: bytes) -> bytes:
        members = [notation.replace(b"#", count), *filter(bytes.strip, [others[1:-1]])]
        return b"{" + b",".join(members if first else members[::-1]) + b"}"

    desk = open_desk()
    desk.execute("1")
    said = child_message(msg_type, "1", content(b"41"), metadata=rest[0], buffers=tuple(rest[1]))
    actions = desk.router.from_backend("python3", "iopub" if msg_type == "execute_result" else "shell", said)
    (passed,) = [action.message for action in actions if isinstance(action, ToFront)]
    assert parts(passed) == (said.metadata_frame, content(b"1"), said.buffers)
