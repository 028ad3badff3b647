"""Faults of a process: it is killed, crashes, is stopped, ends itself, gets no memory, says too much."""

import resource
import signal
from itertools import pairwise

import psutil

from ..e2e.kernel import Answer
from ..e2e.processes import Stopwatch, left_of
from .endings import Finding, ends, error_of, gives_up, goes_on, hello
from .stages import Moment
from .subjects import SUBJECTS

ENDS_SECONDS = 1.0
"""A process that has not ended so long after SIGSEGV has caught it."""

FLOOD_PATIENCE = 600.0
"""Seconds; a flood takes as long as it takes."""

LONGEST_OF_R = 20_000
"""Outputs; IRkernel alone takes half a minute for so many, and more than ten for 100,000."""

SPARE_BYTES = 50_000_000
"""What a process may take beyond what it has; the cell wants eight times that."""


def _signal(moment: Moment, number: signal.Signals) -> None:
    try:
        moment.process.send_signal(number)
    except psutil.NoSuchProcess:
        assert moment.stage == "shutting down"


def sigkill(moment: Moment) -> Finding:
    """Somebody kills it, perhaps the system, for want of memory."""
    _signal(moment, signal.SIGKILL)
    return ends(moment, "SIGKILL")


def sigsegv(moment: Moment) -> Finding:
    """It crashes, or catches the signal: then R waits for a lock for ever, and deno goes on."""
    _signal(moment, signal.SIGSEGV)
    if moment.stage != "shutting down" and left_of([moment.process], seconds=ENDS_SECONDS):
        return _restart(moment)
    return ends(moment, "SIGSEGV")


def sigstop_and_button(moment: Moment) -> Finding:
    """It never answers: the button says so after 10 s, and the next press restarts it."""
    _signal(moment, signal.SIGSTOP)
    if moment.stage == "shutting down":
        return ends(moment, "")
    if moment.stage == "starting":
        return gives_up(moment)
    cell = _cell_that_waits(moment)
    moment.kernel.interrupt()
    watch = Stopwatch()
    note = moment.kernel.until("stream", cell, text="has not reacted")["content"]
    assert watch.seconds > 9
    assert note["name"] == "stderr"
    moment.kernel.interrupt()
    watch = Stopwatch()
    return _restarted(moment, cell, watch, "BackendRestarted", "did not react to the interrupt")


def sigstop_and_restart(moment: Moment) -> Finding:
    """It never answers: `%%restart --now`."""
    _signal(moment, signal.SIGSTOP)
    return ends(moment, "") if moment.stage == "shutting down" else _restart(moment)


def _restart(moment: Moment) -> Finding:
    """Restart a process that lives on and may never answer, with a cell that waits for it."""
    cell = _cell_that_waits(moment)
    command = moment.kernel.client.execute(f"%%restart {moment.backend} --now")
    watch = Stopwatch()
    finding = _restarted(moment, cell, watch, "BackendStopped", "was stopped")
    assert moment.kernel.wait(command).content["status"] == "ok"
    return finding


def _cell_that_waits(moment: Moment) -> str:
    """Return the cell that waits for the process, a new one if there is none."""
    if moment.stage in ("idle", "in a comm storm"):
        return _execute(moment, SUBJECTS[moment.backend].hello)
    return moment.waiting[0]


def _restarted(moment: Moment, cell: str, watch: Stopwatch, ename: str, logged: str) -> Finding:
    text = error_of(moment.kernel.wait(cell))
    seconds = watch.seconds
    assert text.startswith(ename)
    if cell not in moment.waiting:
        moment.ends()
    return Finding(f"runs on; `{ename}`", seconds, logged)


def exits(moment: Moment) -> Finding:
    """It ends itself, as if nothing were wrong."""
    if moment.stage == "starting":
        return ends(moment, "exit code 0")
    watch = Stopwatch()
    text = error_of(moment.kernel.run(f"%%{moment.backend}\n{SUBJECTS[moment.backend].leave}"))
    assert text.startswith("BackendDied")
    assert "exit code 0" in text
    return Finding("`BackendDied`", watch.seconds, "exit code 0")


def takes_memory(moment: Moment) -> Finding:
    """It wants more memory than it may have (prlimit)."""
    if moment.stage == "starting":
        return ends(moment, "while it was starting")
    for process in (moment.process, *moment.process.children(recursive=True)):
        limit = process.memory_info().vms + SPARE_BYTES
        resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, limit))
    cell = _execute(moment, SUBJECTS[moment.backend].allocate)
    moment.kernel.until("stream", cell, text="go")
    watch = Stopwatch()
    answer = moment.kernel.wait(cell)
    seconds = watch.seconds
    is_new_shell = moment.backend == "bash" and "Restarting Bash" in answer.stream()
    assert is_new_shell or answer.content["status"] == "error", (answer.content, answer.iopub)
    # A kernel that has survived goes on with no more memory than it had.
    hello(moment)
    moment.kernel.run(f"%%restart {moment.backend}")
    if answer.content.get("ename") == "BackendDied":
        return Finding("`BackendDied`", seconds, "died")
    return Finding("bash_kernel has a new shell, as it says" if is_new_shell else "an error of its own", seconds)


def floods(moment: Moment, size: int) -> Finding:
    """It prints a lot, with nothing lost, while another backend answers."""
    if moment.stage == "starting":
        return goes_on(moment)
    watch = Stopwatch()
    cell = _execute(moment, SUBJECTS[moment.backend].flood.replace("SIZE", str(size)))
    moment.kernel.until("stream", cell)
    _others_answer(moment)
    answer = moment.kernel.wait(cell, patience=FLOOD_PATIENCE)
    assert answer.content["status"] == "ok"
    assert answer.stream().count("x") >= size * 0.999
    return Finding("goes on", watch.seconds)


def says_much(moment: Moment, count: int) -> Finding:
    """It says many small things, with none lost, doubled or out of order, while another backend answers.

    What a kernel itself does to them is in docs/reliability.md: bash_kernel drops some.
    """
    is_slow = moment.backend == "r" and count > LONGEST_OF_R
    count = LONGEST_OF_R if is_slow else count
    watch = Stopwatch()
    cell = _execute(moment, SUBJECTS[moment.backend].many.replace("COUNT", str(count)))
    moment.kernel.until("display_data" if moment.backend == "python" else "stream", cell)
    _others_answer(moment)
    answer = moment.kernel.wait(cell, patience=FLOOD_PATIENCE)
    assert answer.content["status"] == "ok"
    seconds = watch.seconds
    shown = _numbers(answer)
    is_in_order = all(before < after for before, after in pairwise(shown))
    assert is_in_order
    result, missing = f"goes on, with {count:,}" if is_slow else "goes on", count - len(shown)
    if missing and moment.backend == "bash":
        assert missing < count / 2
        result = f"goes on; {missing:,} dropped by bash_kernel itself"
    else:
        assert missing == 0
    return Finding(result, seconds)


def _numbers(answer: Answer) -> list[int]:
    """Return the numbers of all outputs."""
    shown = [content["data"]["text/plain"] for content in answer.of("display_data")] or answer.stream().split()
    return [int(number) for number in shown]


def _execute(moment: Moment, code: str) -> str:
    return str(moment.kernel.client.execute(f"%%{moment.backend}\n{code}"))


def _others_answer(moment: Moment) -> None:
    """Let the witness complete something."""
    answer = moment.kernel.ask("complete_request", {"code": "kep", "cursor_pos": 3}, patience=FLOOD_PATIENCE)
    assert answer.content["matches"] == ["kept"]
