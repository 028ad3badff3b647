"""What the tests of the debugger have in common: a desk at which one is on."""

from typing import Any

from multikernel.core.features.debugger.source_files import Naming
from multikernel.core.protocol.wire import Json

from ...desk import Desk
from ...lines import SESSION

FRONT = Naming(f"/multikernel/ipykernel_{SESSION[:8]}/")
CHILD = Naming("/tmp/ipykernel_7/")
DEBUG_INFO = {"tmpFilePrefix": CHILD.prefix, "tmpFileSuffix": CHILD.suffix, "hashSeed": CHILD.seed}
CUT = "%%python\n%time x\ny"


def ask(desk: Desk, command: str, arguments: object = None) -> list[str]:
    return desk.request(
        "debug_request", "control", type="request", seq=desk._last_id, command=command, arguments=arguments or {}
    )


def attached(*ready: str, **options: Any) -> Desk:
    """Return a desk at which python3, or the first that is ready, is being debugged; the next request is the third."""
    ready = ready or ("python3",)
    desk = Desk(*ready, **options)
    ask(desk, "debugInfo")
    desk.answer_own(ready[0], DEBUG_INFO)
    answer(desk, 1, {}, backend=ready[0])
    ask(desk, "initialize", {"clientID": "jupyterlab"})
    answer(desk, 2, {}, backend=ready[0])
    return desk


def answer(desk: Desk, request: int, body: object, backend: str = "python3", **content: Any) -> Json:
    """Say that the child answers, and return what the notebook gets."""
    desk.child(backend, "control", "debug_reply", request, **{"success": True, **content}, body=body)
    desk.idle(backend, request)
    return desk.last("debug_reply")


def got(desk: Desk, backend: str = "python3") -> Json:
    """Return the arguments of the last debug_request that a child got."""
    return dict(desk.child_messages(backend, "debug_request")[-1].content()["arguments"])


def own_answer(desk: Desk, command: str, arguments: object = None) -> Json:
    """Return how Multi itself answers a request, at once."""
    number = desk._last_id + 1
    lines = ask(desk, command, arguments)
    assert lines == [f"iopub busy of {number}", f"control debug_reply of {number}: None", f"iopub idle of {number}"]
    content = desk.last("debug_reply")
    assert (content["type"], content["request_seq"], content["command"]) == ("response", number - 1, command)
    return content


def set_breakpoints(desk: Desk, code: str, *lines: int) -> None:
    number = desk._last_id + 1
    ask(desk, "dumpCell", {"code": code})
    answer(desk, number, {"sourcePath": "?"})
    arguments = {"breakpoints": [{"line": line} for line in lines], "source": {"path": FRONT.path(code)}}
    ask(desk, "setBreakpoints", arguments)
    answer(desk, number + 1, {"breakpoints": []})


def event(desk: Desk, name: object, body: object, parent: object = "") -> Json:
    desk.child("python3", "iopub", "debug_event", parent, type="event", event=name, body=body)
    return desk.last("debug_event")
