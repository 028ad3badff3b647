"""Messages as the wire gives them, and actions as lines of text."""

import json
from typing import Any, assert_never

from multikernel.core.actions import (
    Action,
    CancelJob,
    CancelTimer,
    Drop,
    FindHistory,
    FrontEndQuestion,
    Job,
    ListVariables,
    Log,
    MeasureUsage,
    OwnCodeEnded,
    SetTimer,
    Shutdown,
    Signal,
    Start,
    StartJob,
    Stop,
    StoreInput,
    ToBackend,
    ToFront,
)
from multikernel.core.cells.lines import HeaderLine
from multikernel.core.cells.transfers import Check, Copy
from multikernel.core.protocol.wire import Message, encode, parse_message

SESSION = "session-of-multi"


def make_message(msg_id: str, msg_type: str, content: object, parent_frame: bytes = b"{}", **fields: Any) -> Message:
    """Return a message as the wire gives it; a content that is bytes stays what it is."""
    session = fields.get("session", "session-of-notebook")
    plain = {"msg_id": msg_id, "msg_type": msg_type, "username": "me", "session": session, "date": ""}
    header = fields.get("header", plain)
    content_frame = content if isinstance(content, bytes) else json.dumps(content).encode()
    buffers = fields.get("buffers", ())
    return parse_message([encode(header), parent_frame, fields.get("metadata", b"{}"), content_frame, *buffers])


def child_message(msg_type: str, parent: str, content: object, **fields: Any) -> Message:
    """Return a message of a child; a parent that is the empty string is none."""
    parent_frame = encode({"msg_id": parent, "session": "session-of-notebook"}) if parent else b"{}"
    msg_id = fields.pop("msg_id", "id-of-child")
    return make_message(msg_id, msg_type, content, parent_frame, session="session-of-child", **fields)


def render(action: Action) -> str:
    """Return a line for an action."""
    match action:
        case ToFront(channel, message, client):
            assert message.header["session"] == SESSION
            assert isinstance(json.loads(message.parent_frame), dict)
            assert bool(client) == (channel != "iopub")
            return f"{channel} {what(message)}"
        case ToBackend(backend, channel, message):
            shown = "" if channel == "shell" else f"{channel} "
            number = message.id if message.id.isdigit() else "own"
            code = message.content().get("code")
            return f"{backend} <- {shown}{message.type} {number}" + ("" if code is None else f": {code}")
        case Start(backend):
            return f"start {backend}"
        case Stop(backend):
            return f"stop {backend}"
        case Signal(backend):
            return f"signal {backend}"
        case StartJob((_, request_id), job):
            return f"{what_job(job)} of {request_id}"
        case CancelJob((_, request_id)):
            return f"cancel job of {request_id}"
        case OwnCodeEnded(key, outcome):
            return f"own code {key} ended: {outcome}"
        case Shutdown():
            return "shutdown"
        case SetTimer(key) | CancelTimer(key):
            return f"timer {key}"
        case StoreInput(count, code):
            return f"store [{count}] {code}"
        case Log(text):
            return f"log {text}"
        case Drop(channel, message, why):
            return f"drop {channel} {message.type}: {why}"
        case _:
            assert_never(action)


def what_job(job: Job) -> str:
    """Say in short what a job is."""
    match job:
        case HeaderLine():
            return " ".join(("run", job.text, *job.arguments))
        case Check():
            return f"check {job.text}"
        case Copy():
            return f"copy {job.text}"
        case FindHistory():
            return "find history"
        case MeasureUsage():
            return "measure usage"
        case ListVariables():
            return f"list variables of {job.backend}"
        case FrontEndQuestion():
            return f"do {' '.join(filter(None, (job.text, job.variable)))}"
        case _:
            assert_never(job)


def what(message: Message) -> str:
    """Say in short what a message for the notebook is."""
    content, of = message.content(), f" of {message.parent_id}" if message.parent_id else ""
    match message.type:
        case "status":
            return f"{content['execution_state']}{of}"
        case "stream":
            return f"{content['name']}{of}: {content['text'].strip()}"
        case "error":
            return f"error{of}: {content['ename']}"
        case "execute_input":
            return f"execute_input{of}: [{content['execution_count']}] {content['code']}"
        case "execute_result":
            return f"execute_result{of}: [{content['execution_count']}]"
        case _ if message.type.endswith("_reply"):
            return f"{message.type}{of}: {content.get('status')}"
        case _:
            return f"{message.type}{of}"
