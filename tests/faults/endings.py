"""What comes of a fault: the cell that waited ends with a clear error, or nothing of it is felt."""

from dataclasses import dataclass

from ..e2e.kernel import Answer
from ..e2e.processes import Stopwatch
from .stages import PATIENCE, Moment
from .subjects import SUBJECTS


@dataclass(frozen=True)
class Finding:
    """What came of a fault."""

    result: str
    """In words, for the table."""
    seconds: float | None = None
    """From the fact to the end of what waited; None where nothing waited."""
    logged: str = ""
    """What `%%log` has to show of it."""


def hello(moment: Moment) -> Answer:
    """Run a cell on the backend, whatever comes of it."""
    return moment.kernel.run(f"%%{moment.backend}\n{SUBJECTS[moment.backend].hello}", patience=PATIENCE)


def is_hello(answer: Answer) -> bool:
    """Whether a cell has said hello; AssertionError if it has ended well and said something else."""
    if answer.content["status"] != "ok":
        return False
    assert answer.stream().strip() == "42", answer.iopub
    return True


def error_of(answer: Answer) -> str:
    """Return ename and evalue of a cell that ended with one error, as its reply has them."""
    assert answer.content["status"] == "error", answer.content
    assert answer.types[-2:] == ["error", "idle"], answer.types
    (error,) = answer.of("error")
    assert (error["ename"], error["evalue"]) == (answer.content["ename"], answer.content["evalue"])
    assert not any("multikernel/" in line for line in error["traceback"]), error["traceback"]
    return f"{error['ename']}: {error['evalue']}"


def ends(moment: Moment, how: str) -> Finding:
    """Check that what waited ends, since the process has ended, and says how."""
    watch = Stopwatch()
    match moment.stage:
        case "idle":
            answer = hello(moment)
            if is_hello(answer):
                return Finding("the next cell runs in a new process", None, how)
            assert how in error_of(answer)
            return Finding("`BackendDied` in the next cell", watch.seconds, how)
        case "in a comm storm":
            moment.ends()
            return Finding("all comm messages end", watch.seconds, how)
        case "shutting down":
            (answer,) = moment.ends()
            assert answer.content["status"] == "ok"
            return Finding("it is stopped", watch.seconds)
        case _:
            (answer,) = moment.ends()
            if moment.stage == "starting" and is_hello(answer):
                return Finding("it is started once more", watch.seconds, how)
            text = error_of(answer)
            assert how in text
            return Finding(f"`{text.partition(':')[0]}`", watch.seconds, how)


def goes_on(moment: Moment) -> Finding:
    """Check that nothing is felt of a fault: what runs goes on, can be answered and interrupted, and ends."""
    watch = Stopwatch()
    match moment.stage:
        case "starting":
            (answer,) = moment.ends()
            assert is_hello(answer), answer.content
        case "idle":
            assert is_hello(hello(moment))
        case "running":
            moment.kernel.interrupt()
            (answer,) = moment.ends()
            assert answer.content.get("ename") != "BackendRestarted"
        case "in input()":
            moment.kernel.client.input("Ada")
            (answer,) = moment.ends()
            assert "got Ada" in answer.stream()
        case "in a comm storm":
            assert [len(answer.of("comm_msg")) for answer in moment.ends()] == [1] * len(moment.waiting)
        case "shutting down":
            (answer,) = moment.ends()
            assert answer.content["status"] == "ok"
    if moment.stage != "shutting down":
        assert moment.kernel.children()[moment.backend] == moment.process
    return Finding("goes on", watch.seconds)


def gives_up(moment: Moment) -> Finding:
    """Press the interrupt button while a backend is starting, which will not come."""
    watch = Stopwatch()
    moment.kernel.interrupt()
    (answer,) = moment.ends()
    text = error_of(answer)
    assert text.startswith("Interrupted")
    return Finding("starts on; `Interrupted` by the button", watch.seconds, "Interrupted")
