"""What an IPython child is told besides the user's cells.

One execution counter counts for all backends. A child that is behind is moved on to it by a number in the metadata of
the cell itself. Code that is installed at start takes the number out before IPython counts, so neither IPython nor the
user sees it, and no message of its own is needed. `In`, `Out`, `_7`, `%rerun` and `%history` agree, since the raw and
the parsed inputs are padded with empty ones.

ipykernel sleeps for 0.5 ms in every cell (`Kernel._execute_sleep`), which gives its threads some time to collect what
programs have written to its stdout and stderr. Instead it waits here until those pipes are empty, as they mostly are.
Of 5,000 cells that start a program on a busy machine, 1 % then had such output after their idle; with the sleep, 6 %.
What a user has configured stays, and so does the sleep where there are no such pipes (ipykernel 5).

ipykernel 7.4 drops outputs when 1,000 of them wait to be sent, as they do on a busy machine; the limit is lifted.
"""

KEY = "multikernel_count"

LONGEST_WAIT = 0.01
"""Seconds; what runs in the background may write for ever."""

PAUSE = 0.0002
"""Seconds; the threads that read from the pipes need the GIL."""

_SOURCE = f"""
import select
import sys
import time

import zmq
from IPython import get_ipython

def wait_for_pipes(kernel):
    sleep = getattr(type(kernel), "_execute_sleep", None)
    is_configured = any(f"{{section}}._execute_sleep" in kernel.config for section in kernel.section_names())
    pipes = [getattr(stream, "_fid", None) for stream in (sys.stdout, sys.stderr)]
    if sleep is None or None in pipes or is_configured or kernel._execute_sleep != sleep.default_value:
        return
    finish = kernel.finish_metadata

    def finish_metadata(request, metadata, reply):
        until = time.monotonic() + {LONGEST_WAIT}
        while is_waiting() and time.monotonic() < until:
            time.sleep({PAUSE})
        return finish(request, metadata, reply)

    def is_waiting():
        poll = select.poll()
        for pipe in pipes:
            poll.register(pipe, select.POLLIN)
        return any(event & select.POLLIN for _, event in poll.poll(0))

    kernel._execute_sleep = 0.0
    kernel.finish_metadata = finish_metadata

def lift_limit(iopub):
    iopub.schedule(lambda: iopub.socket.setsockopt(zmq.SNDHWM, 0))

def follow_counter(shell):
    handlers = shell.kernel.shell_handlers
    execute = handlers["execute_request"]

    def move_on(count):
        history = shell.history_manager
        for inputs in (history.input_hist_raw, history.input_hist_parsed):
            inputs.extend([""] * (count - len(inputs)))
        shell.execution_count = max(shell.execution_count, count)

    def execute_request(stream, ident, request):
        metadata = request.get("metadata")
        if isinstance(metadata, dict) and {KEY!r} in metadata:
            move_on(metadata.pop({KEY!r}))
        return execute(stream, ident, request)

    handlers["execute_request"] = execute_request

follow_counter(get_ipython())
lift_limit(get_ipython().kernel.iopub_thread)
wait_for_pipes(get_ipython().kernel)
"""

SETUP = f"exec(compile({_SOURCE!r}, '<frozen multikernel>', 'exec'), {{}})"
"""Code to run silently after an IPython child's start; it leaves no name in the user's namespace.

The handler is what ipykernel (5.5 to 7.4) calls for a cell that it runs, and not for one that it aborts.

debugpy never stops in a file of such a name; else a step beyond the end of a cell would end in here.
"""


def numbered(metadata: bytes, count: int) -> bytes:
    """Return the metadata of an execute_request that makes it the child's cell number `count`.

    All other bytes stay as they were. Metadata that is no object is returned unchanged, for the child to judge.
    """
    text = metadata.strip()
    if not (text.startswith(b"{") and text.endswith(b"}")):
        return metadata
    comma = b"," if text[1:-1].strip() else b""
    return b'%b%b"%b":%d}' % (text[:-1], comma, KEY.encode("ascii"), count)
