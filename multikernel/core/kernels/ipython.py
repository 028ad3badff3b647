"""What an IPython child is told besides the user's cells.

One execution counter counts for all backends. A child is moved on to it by a comm_open to a target that is registered
at start, sent just before the cell and not awaited: unlike silent code it fires no hooks, and it costs a third of a
round trip instead of two thirds. `In`, `Out`, `_7`, `%rerun` and `%history` agree, since the raw and the parsed inputs
are padded with empty ones.

ipykernel 7.4 drops outputs when 1,000 of them wait to be sent, as they do on a busy machine; the limit is lifted.
"""

from ..protocol.wire import Json

TARGET = "multikernel.counter"

_SOURCE = f"""
import zmq
from IPython import get_ipython

def lift_limit(iopub):
    iopub.schedule(lambda: iopub.socket.setsockopt(zmq.SNDHWM, 0))

def register(shell):
    manager = shell.kernel.comm_manager

    def move_on(comm, message):
        # Nobody is at the other end to be told of a close.
        comm._closed = True
        manager.unregister_comm(comm)
        count = message["content"]["data"]["count"]
        history = shell.history_manager
        for inputs in (history.input_hist_raw, history.input_hist_parsed):
            inputs.extend([""] * (count - len(inputs)))
        shell.execution_count = max(shell.execution_count, count)

    manager.register_target({TARGET!r}, move_on)

register(get_ipython())
lift_limit(get_ipython().kernel.iopub_thread)
"""

SETUP = f"exec(compile({_SOURCE!r}, '<frozen multikernel>', 'exec'), {{}})"
"""Code to run silently after an IPython child's start; it leaves no name in the user's namespace.

debugpy never stops in a file of such a name; else a step beyond the end of a cell would end in here.
"""


def move_on(comm_id: str, count: int) -> Json:
    """Return the content of a comm_open that makes the child's next cell number `count`."""
    return {"comm_id": comm_id, "target_name": TARGET, "data": {"count": count}}
