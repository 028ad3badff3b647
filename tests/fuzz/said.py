"""What the notebook asks and a child says, as it should be; `nonsense.spoilt` makes of it what should not be."""

from typing import Any

from multikernel.core.actions import Channel

Json = dict[str, Any]

CODES = [
    *(
        "x",
        "%%ir\nx",
        "%%python3\n%time",
        "%%use ir",
        "%%use bash\nx",
        "%%stop ir --now",
        "%%restart bash",
        "%%use python3",
    ),
    *(
        "%%nobody\nx",
        "%%ir --wrong\nx",
        "\n%%r\n!x",
        "%%start ir bash",
        "",
        "%%use",
        "%%ir\n%%bash\nx",
        "%%backends --now",
        "%%interrupt ir --now",
        "%%ir -i x,y=bash:x -o x\nx",
        "%%bash -o ir:x,y\nx",
    ),
]

COMM = {"comm_id": "c1", "target_name": "t", "data": {"method": "update"}}
WATCH = {"comm_id": "c2", "target_name": "multikernel", "data": {}}
QUESTIONS: list[Json] = [
    {"id": 1, "do": "start", "backend": "ir"},
    {"id": "2", "do": "log", "backend": "py"},
    *({"id": 3, "do": "variables", "backend": backend} for backend in ("python3", "ir")),
    {"id": 4, "do": "preview", "backend": "python3", "name": "x"},
]
SOURCE = {"path": "/multikernel/ipykernel_session-/1.py"}
DEBUG: list[Json] = [
    {"command": "initialize", "arguments": {}},
    {"command": "debugInfo"},
    {"command": "dumpCell", "arguments": {"code": "%%python3\nx"}},
    {"command": "setBreakpoints", "arguments": {"source": SOURCE, "breakpoints": [{"line": 2}], "lines": [2]}},
    {"command": "stackTrace", "arguments": {"threadId": 1}},
    {"command": "source", "arguments": {"source": SOURCE}},
    {"command": "attach", "arguments": {}},
    {"command": "disconnect", "arguments": {}},
]

REQUESTS: list[tuple[str, Json]] = [
    *(("execute_request", {"code": code, "silent": False, "stop_on_error": True}) for code in CODES),
    *(("complete_request", {"code": code, "cursor_pos": at}) for code in CODES for at in (1, 4, 8)),
    *(("inspect_request", {"code": code, "cursor_pos": 3, "detail_level": 0}) for code in CODES),
    *(("is_complete_request", {"code": code}) for code in CODES),
    *(("debug_request", {"type": "request", "seq": 1, **content}) for content in DEBUG),
    *((msg_type, COMM) for msg_type in ("comm_open", "comm_msg", "comm_close") for _ in range(3)),
    *((msg_type, WATCH) for msg_type in ("comm_open", "comm_open", "comm_close")),
    *(("comm_msg", {"comm_id": "c2", "data": question}) for question in QUESTIONS),
    *((msg_type, {}) for msg_type in ("kernel_info_request", "comm_info_request", "connect_request", "usage_request")),
    *(("history_request", {"hist_access_type": "tail", "n": 3, "output": True}), ("interrupt_request", {})),
    *(
        ("create_subshell_request", {}),
        ("list_subshell_request", {}),
        ("delete_subshell_request", {}),
    ),
    *(("unheard_of_request", {"a": 1}), ("unheard_of", {}), ("execute_reply", {}), ("status", {}), ("", {})),
]

CHANNELS: list[Channel] = ["shell", "control", "stdin", "iopub"]

OUTPUTS: list[tuple[Channel, str, Json]] = [
    ("iopub", "status", {"execution_state": "busy"}),
    ("iopub", "status", {"execution_state": "idle"}),
    ("iopub", "stream", {"name": "stdout", "text": "x"}),
    ("iopub", "execute_input", {"code": "x", "execution_count": 1}),
    ("iopub", "execute_result", {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1}),
    ("iopub", "display_data", {"data": {}, "metadata": {}, "transient": {}}),
    ("iopub", "error", {"ename": "E", "evalue": "", "traceback": []}),
    ("iopub", "debug_event", {"event": "stopped", "body": {"threadId": 1, "source": SOURCE, "line": 1}}),
    ("iopub", "debug_event", {"event": "loadedSource", "body": {"source": SOURCE, "line": 1}}),
    *[("iopub", msg_type, COMM) for msg_type in ("comm_open", "comm_msg", "comm_close")],
    ("iopub", "shutdown_reply", {}),
    ("iopub", "unheard_of", {}),
    ("stdin", "input_request", {"prompt": "?", "password": True}),
]
REPLIES: dict[str, Json] = {
    "execute_reply": {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []},
    "complete_reply": {"status": "ok", "matches": ["%%bash", "x"], "cursor_start": 0, "cursor_end": 1, "metadata": {}},
    "inspect_reply": {"status": "ok", "found": True, "data": {}, "metadata": {}},
    "is_complete_reply": {"status": "complete"},
    "comm_info_reply": {"status": "ok", "comms": {"c1": {"target_name": "t"}}},
    "create_subshell_reply": {"status": "ok", "subshell_id": "child's"},
    "delete_subshell_reply": {"status": "ok"},
    "interrupt_reply": {"status": "ok"},
    "kernel_info_reply": {"status": "ok", "implementation": "ipython"},
    "debug_reply": {
        "type": "response",
        "success": True,
        "body": {
            **{"hashSeed": 1, "tmpFilePrefix": "/tmp/", "tmpFileSuffix": ".py", "sourcePath": "/tmp/1.py"},
            **{"stackFrames": [{"source": SOURCE, "line": 1}], "breakpoints": [{"source": SOURCE, "line": 1}]},
        },
    },
    "unheard_of_reply": {"a": 1},
}

KERNEL_INFO: dict[str, Json] = {
    "python3": {
        "implementation": "ipython",
        "language_info": {"name": "python", "version": "3.13"},
        "supported_features": ["kernel subshells", "debugger"],
        "help_links": [{"text": "metakernel", "url": ""}],
    },
    "ir": {"implementation": "IRkernel", "language_info": {"name": "R"}, "supported_features": ["debugger"]},
    "bash": {"implementation": "Deno kernel", "language_info": {"name": "bash"}},
}
