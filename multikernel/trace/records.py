"""A message as a trace shows it: a record, which the front makes, and its line of at most 120 columns.

A watcher tells the front's socket whether it wants contents, WITH_CONTENT or WITHOUT_CONTENT, and gets lines of
JSON: WATCHING at first, then a list for each record, `{"missed": COUNT}` where it did not read in time, and ENDED.
"""

import json
from datetime import datetime
from typing import Literal, NamedTuple

from ..core.actions import Channel
from ..core.printable import printable
from ..core.protocol.wire import Message, WireError, is_own_id

Way = Literal["notebook -> front", "front -> backend", "backend -> front", "front -> notebook"]

SOCKET_NAME = "trace"
"""In the front's private directory."""

WITH_CONTENT, WITHOUT_CONTENT = b"+", b"-"
WATCHING, ENDED = b'{"watching": true}\n', b'{"ended": true}\n'

CONTENT_SHOWN = 10_000
"""Bytes of a content that are shown where contents are asked for."""

NOT_SHOWN = "(not shown)"

WIDTH = 120
COLUMNS = "{:<12} {:<21} {:<7} {:<23} {:<10} {:<10} {:>9} {:>9} {}"
HEADING = COLUMNS.format("time", "way", "channel", "type", "id", "parent", "content", "buffers", "").rstrip()


class Record(NamedTuple):
    """One message on its way; a JSON list on the way to a watcher."""

    time: float
    """Seconds since the epoch."""
    way: Way
    backend: str
    """Empty on the notebook's side."""
    channel: Channel
    type: str = ""
    """Empty where the message could not be read, as are `id` and `parent`."""
    id: str = ""
    parent: str = ""
    """`msg_id` of the parent header, or empty."""
    state: str = ""
    """`execution_state` of a status."""
    content_size: int = 0
    """Bytes; 0 for an answer to `input()`, since passwords have a length."""
    buffers_size: int = 0
    """Bytes."""
    is_own: bool = False
    """Multi itself sends it, or it answers a request of Multi's own."""
    dropped: str = ""
    """Why the message goes no further; empty if it does."""
    content: str | None = None
    """The first CONTENT_SHOWN bytes of it; None where it was not asked for."""


def record_of(time: float, way: Way, backend: str, channel: Channel, message: Message, session: str) -> Record:
    """Return the record of a message, without its content; `session` is that of the ids that Multi gives."""
    return Record(
        time,
        way,
        backend,
        channel,
        message.type,
        message.id,
        message.parent_id,
        _state(message) if message.type == "status" else "",
        0 if _is_secret(channel, message) else len(message.content_frame),
        sum(map(len, message.buffers)),
        is_own_id(message.id, session) or is_own_id(message.parent_id, session),
    )


def shown_content(channel: Channel, message: Message) -> str:
    """Return as much of a content as is shown; what the user has typed for `input()` or `getpass` is not."""
    if _is_secret(channel, message):
        return NOT_SHOWN
    frame = message.content_frame
    text = bytes(frame[:CONTENT_SHOWN]).decode("utf-8", "replace")
    return text if len(frame) <= CONTENT_SHOWN else f"{text}…"


def _state(message: Message) -> str:
    try:
        return str(message.content().get("execution_state", ""))
    except WireError:
        return ""


def _is_secret(channel: Channel, message: Message) -> bool:
    """Whether it may hold a password; on stdin a child may take any type for an answer."""
    return message.type == "input_reply" or (channel == "stdin" and message.type != "input_request")


def to_json(record: Record) -> bytes:
    """Return a record as a line for a watcher."""
    return json.dumps(record).encode("ascii") + b"\n"


def introduction(pid: int, folder: str, since: datetime) -> str:
    """Return the lines above a trace."""
    return f"# Multi {pid} in {printable(folder)}, since {since.isoformat(' ', 'seconds')}\n{HEADING}"


def lines_of(record: Record) -> str:
    """Return the line that shows a record, and a second one with its content where it has that."""
    way = record.way.replace("backend", _cut(record.backend, 12)) if record.backend else record.way
    start = (
        datetime.fromtimestamp(record.time).isoformat(timespec="milliseconds").partition("T")[2],
        way,
        record.channel,
        _cut(f"{record.type} {record.state}" if record.state else record.type, 23),
        _cut(short_id(record.id), 10),
        _cut(short_id(record.parent), 10),
    )
    if record.dropped:
        line = COLUMNS.format(*start, "", "", "")
        line = f"{line.rstrip():<42} dropped: {record.dropped}"
    else:
        mark = "Multi's own" if record.is_own else ""
        line = COLUMNS.format(*start, record.content_size or "", record.buffers_size or "", mark)
    line = _cut(line.rstrip(), WIDTH)
    return line if record.content is None else f"{line}\n    {printable(record.content)}"


def short_id(msg_id: str) -> str:
    """Return enough of a msg_id to find it again: the start of a UUID; of `SESSION_PID_COUNT` start and count."""
    start, underscore, count = msg_id.rpartition("_")
    return f"{start[:4]}_{count}" if underscore else msg_id[:8]


def _cut(text: str, width: int) -> str:
    text = printable(text[: width + 1])
    return text if len(text) <= width else f"{text[: width - 1]}…"
