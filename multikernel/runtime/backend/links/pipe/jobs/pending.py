"""What a job that has not begun waits for, in words."""

from datetime import datetime

from ......core.engines import JobState, Phase
from ......core.printable import printable


def pending_text(number: str, state: JobState | None, doubt: str) -> str:
    """Return a line about a job: its number, if it has one, its state, if that is known, and why it may be another."""
    if state is None:
        text = f"job {number} is submitted" if number else "submitting a job"
        return printable(f"{text} ({doubt})" if doubt else text)
    word = state.word if state.word.lower() != Phase.PENDING else ""
    reason = doubt or state.reason or word
    text = f"job {number} pending" + (f" ({reason})" if reason else "")
    return printable(text + (f", expected {_moment(state.start)}" if state.start else ""))


def running_text(number: str, state: JobState | None) -> str:
    """Return where a job runs."""
    return printable(f"job {number} runs" + (f" on {state.node}" if state is not None and state.node else ""))


def _moment(start: str) -> str:
    """Return a time as people here read it, if the scheduler says it in seconds."""
    if not start.isdigit():
        return start
    moment = datetime.fromtimestamp(int(start))
    return f"{moment:%H:%M}" if moment.date() == datetime.now().date() else f"{moment:%a %d %b, %H:%M}"
