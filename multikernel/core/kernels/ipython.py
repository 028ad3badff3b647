"""What an IPython child is told besides the user's cells.

One execution counter counts for all backends. A child that is behind is moved on to it by a number in the metadata of
the cell itself. Code that is installed at start takes the number out before IPython counts, so neither IPython nor the
user sees it, and no message of its own is needed. `In`, `Out`, `_7`, `%rerun` and `%history` agree, since the raw and
the parsed inputs are padded with empty ones.

ipykernel 7.4 drops outputs when 1,000 of them wait to be sent, as they do on a busy machine; the limit is lifted.
"""

KEY = "multikernel_count"

_SOURCE = f"""
import zmq
from IPython import get_ipython

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
