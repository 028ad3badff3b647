"""What a child reports about a cell's text, put back to what the notebook has: in tracebacks and next inputs.

Pure functions of a message and of what the child got, as the rules in `rewrite`.
"""

import re
from collections.abc import Callable, Mapping

from .wire import Message

ANSI = r"\x1b\[[0-9;]*m"


def with_header_lines(message: Message, typed: Mapping[str, str]) -> Message:
    """Return an `error`, or a reply that is one, with the header lines that it shows as they were typed.

    `typed` is by what the child has (`##python`) what the cell has (`%%python`). Only whole lines behind a line number
    count, which is how IPython (7 to 9), xeus-python and R show code, coloured or not; what a user's error says stays.
    WireError if the content cannot be read.
    """
    if not typed:
        return message
    lines = "|".join(map(re.escape, typed))
    pattern = re.compile(rf"([0-9](?:{ANSI}|[ :|])+)({lines})(?=(?:{ANSI}|[^\S\n])*$)", re.MULTILINE)

    def restored(shown: object) -> object:
        if isinstance(shown, list):
            return [restored(entry) for entry in shown]
        return pattern.sub(lambda found: found[1] + typed[found[2]], shown) if isinstance(shown, str) else shown

    content = message.content()
    shown = {key: content[key] for key in ("evalue", "traceback") if key in content}
    changes = {key: changed for key, old in shown.items() if (changed := restored(old)) != old}
    return message.with_content(**changes) if changes else message


def with_next_input(
    message: Message, above: str, below: str, header: str, has_header: Callable[[str], bool]
) -> Message:
    """Return an execute_reply whose next inputs run where the cell did.

    A cell that is replaced (`%load`) keeps what stood `above` its body and, in other parts, `below` it; a new one gets
    `header`, the cell's backend header without options. All are empty where there are none, and a text that has a
    header line of its own stays.
    WireError if the content cannot be read.
    """

    def placed(entry: object) -> object:
        if not isinstance(entry, dict) or entry.get("source") != "set_next_input":
            return entry
        text = entry.get("text")
        if not isinstance(text, str) or has_header(text):
            return entry
        if entry.get("replace") is not True:
            return {**entry, "text": header + text}
        line_end = "\n" if below and not text.endswith("\n") else ""
        return {**entry, "text": above + text + line_end + below}

    payload = message.content().get("payload")
    if not isinstance(payload, list):
        return message
    changed = [placed(entry) for entry in payload]
    return message if changed == payload else message.with_content(payload=changed)
