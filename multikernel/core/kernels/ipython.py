"""What an IPython child is told besides the user's cells.

One execution counter counts for all backends. A child that is behind is moved on to it by a number in the metadata of
the cell itself. Code that is installed at start takes the number out before IPython counts, so neither IPython nor the
user sees it, and no message of its own is needed. `In`, `Out`, `_7`, `%rerun` and `%history` agree, since the raw and
the parsed inputs are padded with empty ones.

In every cell ipykernel sleeps for 0.5 ms (`Kernel._execute_sleep`), which gives its threads some time to collect what
programs have written to its stdout and stderr, and flushes both streams twice, each time waiting for another thread.
Here it waits only if those threads have just been at work, as the CPU time that they have used shows, or have something
left to read; then until they are done. And a stream (of ipykernel 7) that has nothing to flush is not flushed. After a
fork ipykernel waits as ever, since what a forked process prints takes another way. Where anything that this depends on
is missing, or where the user has configured the sleep, all stays as it is.

ipykernel 7.4 drops outputs when 1,000 of them wait to be sent, as they do on a busy machine; the limit is lifted.
"""

KEY = "multikernel_count"

LONGEST_WAIT = 0.01
"""Seconds; what runs in the background may write for ever."""

PAUSE = 0.0005
"""Seconds; the threads that collect need the GIL."""

_SOURCE = f"""
import os
import select
import sys
import time

import zmq
from IPython import get_ipython

def spare_waits(kernel):
    sleep = getattr(type(kernel), "_execute_sleep", None)
    is_configured = any(f"{{section}}._execute_sleep" in kernel.config for section in kernel.section_names())
    if sleep is None or is_configured or kernel._execute_sleep != sleep.default_value:
        return
    streams = (sys.stdout, sys.stderr)
    try:
        pipes = [stream._fid for stream in streams]
        threads = [stream.watch_fd_thread for stream in streams]
        clocks = [time.pthread_getcpuclockid(thread.ident) for thread in threads if thread.is_alive()]
    except AttributeError:
        return
    if None in pipes or len(clocks) < len(streams):
        return
    after_handler = kernel.post_handler_hook
    seen = []

    def are_threads_at_work():
        try:
            now = [time.clock_gettime_ns(clock) for clock in clocks]
        except OSError:
            return False
        has_run = now != seen
        seen[:] = now
        poll = select.poll()
        for pipe in pipes:
            poll.register(pipe, select.POLLIN)
        return has_run or any(event & select.POLLIN for _, event in poll.poll(0))

    def post_handler_hook():
        try:
            after_handler()
        finally:
            until = time.monotonic() + {LONGEST_WAIT}
            while are_threads_at_work() and time.monotonic() < until:
                time.sleep({PAUSE})

    def flush_only_what_is_there(stream):
        flush = stream.flush

        def flush_if_needed():
            if stream._buffers or stream._flush_pending:
                flush()

        stream.flush = flush_if_needed

    def wait_as_ever():
        kernel._execute_sleep = sleep.default_value
        for stream in streams:
            vars(stream).pop("flush", None)

    kernel._execute_sleep = 0.0
    kernel.post_handler_hook = post_handler_hook
    for stream in streams:
        if hasattr(stream, "_buffers") and hasattr(stream, "_flush_pending"):
            flush_only_what_is_there(stream)
    os.register_at_fork(after_in_parent=wait_as_ever)

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
spare_waits(get_ipython().kernel)
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
