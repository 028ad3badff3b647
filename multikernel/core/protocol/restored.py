"""What a child says of a cell's text, put back to what the notebook has: header lines in tracebacks and next inputs.

Pure functions of a message and of what the child got, as the rules in `rewrite`.
"""

import re
from collections.abc import Callable, Mapping

from .wire import Message

ANSI = r"\x1b\[[0-9;]*m"


def with_header_lines(message: Message, typed: Mapping[str, str]) -> Message:
    """Return an `error`, or a reply that is one, with the header lines in its traceback as they were typed.

    `typed` is by what the child has (`##python`) what the cell has (`%%python`). Only whole lines behind a line number
    count, which is how IPython (7 to 9) and xeus-python show code, coloured or not; what a user's error says stays.
    WireError if the content cannot be read.
    """
    traceback = message.content().get("traceback") if typed else None
    if not isinstance(traceback, list):
        return message
    lines = "|".join(map(re.escape, typed))
    pattern = re.compile(rf"([0-9](?:{ANSI}| )+)({lines})(?=(?:{ANSI}|[^\S\n])*$)", re.MULTILINE)
    restored = [
        pattern.sub(lambda found: found[1] + typed[found[2]], entry) if isinstance(entry, str) else entry
        for entry in traceback
    ]
    return message if restored == traceback else message.with_content(traceback=restored)


def with_next_input(message: Message, above: str, header: str, has_header: Callable[[str], bool]) -> Message:
    """Return an execute_reply whose next inputs run where the cell did.

    A cell that is replaced (`%load`) keeps what stood `above` its body; a new one gets `header`, the cell's backend
    header without options. Both are empty where there is none, and a text that has a header line of its own stays.
    WireError if the content cannot be read.
    """

    def placed(entry: object) -> object:
        if not isinstance(entry, dict) or entry.get("source") != "set_next_input":
            return entry
        text = entry.get("text")
        if not isinstance(text, str) or has_header(text):
            return entry
        return {**entry, "text": (above if entry.get("replace") is True else header) + text}

    payload = message.content().get("payload")
    if not isinstance(payload, list):
        return message
    changed = [placed(entry) for entry in payload]
    return message if changed == payload else message.with_content(payload=changed)
