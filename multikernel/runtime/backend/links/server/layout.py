"""Messages on the websocket of a Jupyter server, in `v1.kernel.websocket.jupyter.org` ("WebSocket protocols").

A message is the number of its offsets, the offsets, the channel, and the frames: header, parent header, metadata,
content, buffers. All numbers have 8 bytes, the lowest first. There is no signature: the server signs and checks.
"""

import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import cast

from .....core.actions import Channel
from .....core.protocol.wire import Frame

SUBPROTOCOL = "v1.kernel.websocket.jupyter.org"

CHANNELS = ("shell", "iopub", "stdin", "control")

NUMBER = struct.Struct("<Q")

FEWEST = 6
"""Offsets: where channel, header, parent header, metadata and content begin, and where the last of them ends."""

COPIED = 4096
"""Bytes; a larger frame is a view of the message."""


class LayoutError(ValueError):
    """What came is not laid out as a message."""


def pack(channel: Channel, frames: Sequence[Frame]) -> bytes:
    """Return a message of these frames, the header first."""
    parts = [channel.encode("ascii"), *frames]
    offsets = [*accumulate(map(len, parts), initial=8 * (len(parts) + 2))]
    return b"".join([struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets), *parts])


def unpack(data: bytes | str) -> tuple[Channel, list[Frame]]:
    """Return the channel and the frames of a message; LayoutError."""
    if isinstance(data, str):
        raise LayoutError("text, where there should be bytes")
    if len(data) < NUMBER.size:
        raise LayoutError(f"a message of {len(data)} bytes")
    [count] = NUMBER.unpack_from(data)
    if not FEWEST <= count < len(data) // NUMBER.size:
        raise LayoutError(f"a message of {len(data)} bytes with {count} offsets")
    offsets = struct.unpack_from(f"<{count}Q", data, NUMBER.size)
    if offsets[0] != NUMBER.size * (count + 1) or offsets[-1] > len(data) or any(a > b for a, b in pairwise(offsets)):
        raise LayoutError("offsets that are out of place")
    channel = data[offsets[0] : offsets[1]].decode("ascii", "replace")
    if channel not in CHANNELS:
        raise LayoutError(f"a message on a channel that there is not: {channel[:20]!r}")
    view = memoryview(data)
    frames: list[Frame] = [view[a:b] if b - a > COPIED else data[a:b] for a, b in pairwise(offsets[1:])]
    return cast(Channel, channel), frames
