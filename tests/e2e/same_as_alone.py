"""What a front-end gets of a cell, in a form in which a kernel alone and the same kernel behind Multi are equal."""

import json
import re
from typing import Any

from .kernel import Answer, Json

ANSI = re.compile(r"\x1b\[[\d;]*m")
VARYING = {
    r"0x[0-9a-f]{6,}|(?<=@)[0-9a-f]{6,8}\\b": "ADDRESS",
    r"\d[\d.]*(e[+-]?\d+)? ?(ns|[uµ]s|\\u00b5s|ms|s|seconds)\b": "TIME",
    r"(/\S+/)?(ipykernel_)?\d+(?=(\.py|/\d+\.py))": "FILE",
    r"/tmp/tmp\w+": "FILE",
    r"(?<=<ipython-input-)\d+-\w+|(?<=script_)-?\d+": "FILE",
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "UUID",
    r"(?<=var d=')[\w+/=]+": "REPORT",
}
"""What differs from run to run: addresses, what `%time` measures, ids, names made of a cell's text or a process's id,
and the reports of robotkernel, which have dates."""


def seen(answer: Answer) -> Json:
    """Return the reply and the outputs of a request; metadata, statuses and inputs aside."""
    messages = [[m["msg_type"], m["content"]] for m in answer.iopub if m["msg_type"] not in ("status", "execute_input")]
    reply = {key: value for key, value in answer.content.items() if key != "engine_info"}
    return steady({"reply": reply, "iopub": join_streams(messages)})


def join_streams(messages: list[list[Any]]) -> list[list[Any]]:
    """Join messages of a stream that follow each other: how many there are is a matter of time."""
    joined: list[list[Any]] = []
    for kind, content in messages:
        if joined and kind == joined[-1][0] == "stream" and content["name"] == joined[-1][1]["name"]:
            joined[-1] = [kind, {**content, "text": joined[-1][1]["text"] + content["text"]}]
        else:
            joined.append([kind, content])
    return joined


def steady(value: Json) -> Json:
    """Replace what differs from run to run."""
    text = json.dumps(value)
    for pattern, name in VARYING.items():
        text = re.sub(pattern, name, text)
    return dict(json.loads(text))


def plain_traceback(answer: Answer) -> str:
    """Return the traceback of a cell without its colours."""
    return ANSI.sub("", "\n".join(answer.content["traceback"]))


def without_counts(value: Json) -> Json:
    """Leave execution counts out of what was seen: Multi counts for all backends, and some kernels do not count."""
    text = json.dumps(value)
    return dict(
        json.loads(
            text, object_hook=lambda pairs: {key: each for key, each in pairs.items() if key != "execution_count"}
        )
    )
