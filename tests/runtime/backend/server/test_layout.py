"""Messages on the websocket are laid out as the server does it, and what is not is refused."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

from multikernel.core.actions import Channel
from multikernel.runtime.backend.links.server.layout import LayoutError, pack, unpack

channels = st.sampled_from(["shell", "iopub", "stdin", "control"])
frames = st.lists(st.binary(max_size=20) | st.binary(min_size=5000, max_size=5001), min_size=4, max_size=7)


@given(channels, frames)
def test_the_server_reads_what_is_written_and_the_other_way_round(channel: Channel, parts: list[bytes]) -> None:
    data = pack(channel, parts)
    assert deserialize_msg_from_ws_v1(data) == (channel, parts)  # type: ignore[no-untyped-call]
    assert data == serialize_msg_to_ws_v1(parts, channel)  # type: ignore[no-untyped-call]
    assert unpack(data) == (channel, parts)


@given(channels, frames, st.data())
def test_what_is_changed_is_refused_or_read(channel: Channel, parts: list[bytes], data: st.DataObject) -> None:
    message = bytearray(pack(channel, parts))
    for _ in range(data.draw(st.integers(1, 3))):
        message[data.draw(st.integers(0, min(len(message), 100) - 1))] = data.draw(st.integers(0, 255))
    del message[data.draw(st.integers(0, len(message))) :]
    with suppress(LayoutError):
        unpack(bytes(message))


@pytest.mark.parametrize(
    "data",
    [
        "text",
        b"",
        b"\0" * 7,
        b"\0" * 80,
        b"\xff" * 80,
        struct.pack("<8Q", 6, 56, 61, 62, 63, 64, 1 << 62, 0) + b"shell123",
        struct.pack("<7Q", 6, 56, 61, 63, 62, 64, 65) + b"shell12345",
        struct.pack("<7Q", 6, 56, 59, 60, 61, 62, 63) + b"hb?1234",
    ],
)
def test_what_is_no_message_is_refused(data: bytes | str) -> None:
    with pytest.raises(LayoutError):
        unpack(data)
