"""The driver keeps its promises in every order of events: one reply and one idle a request, no hang, and it lives."""

import anyio
from hypothesis import example, given, settings
from hypothesis import strategies as st

from multikernel.core.protocol.wire import Message

from .fake_child import FakeChild, start_error
from .stage import BACKENDS, Stage, open_stage

COMMANDS = [f"%%{command} {backend}" for command in ("start", "stop", "restart", "interrupt") for backend in BACKENDS]
CELLS = ["1", "%%bash\n1", *COMMANDS, *(f"{command} --now" for command in COMMANDS), "%%backends", "%%nowhere"]
"""What the notebook may run."""

NOTEBOOK = st.one_of(
    st.tuples(st.just("cell"), st.sampled_from(CELLS)),
    st.tuples(st.just("complete"), st.sampled_from(["a", "%%bash\na", "%%nowhere\na"])),
    st.tuples(st.just("request"), st.sampled_from(["kernel_info_request", "history_request", "usage_request"])),
    st.tuples(st.just("interrupt"), st.sampled_from(["shell", "control"])),
    st.tuples(st.just("read"), st.sampled_from(["shell", "control"])),
)
CHILDREN = st.tuples(
    st.sampled_from(
        [
            *("ready", "start fails", "dies", "cannot go on", "says", "says", "says"),
            *("lost", "back", "send fails", "signal fails"),
        ]
    ),
    st.sampled_from(BACKENDS),
)
OTHERS = st.one_of(
    st.tuples(st.just("timer"), st.integers(0, 5)),
    st.tuples(st.just("signal"), st.just("SIGINT")),
    st.tuples(st.just("settle"), st.integers(1, 5)),
)
STEPS = st.lists(st.one_of(NOTEBOOK, NOTEBOOK, CHILDREN, CHILDREN, OTHERS), max_size=40)


def speak(stage: Stage, step: str, about: str | int) -> None:
    """Do one thing that a notebook, the clock or the system does."""
    match step, about:
        case "cell", str(code):
            stage.cell(code)
        case "complete", str(code):
            stage.request("complete_request", {"code": code, "cursor_pos": len(code)})
        case "request", str(msg_type):
            stage.request(msg_type, {"hist_access_type": "tail"}, "control" if msg_type == "usage_request" else "shell")
        case "interrupt", "shell" | "control" as channel:
            stage.request("interrupt_request", {}, channel)
        case "read", "shell" | "control" as channel:
            stage.front.read(channel)
        case "timer", int(number):
            pending = [timer for timer in stage.timers if timer.is_pending]
            if number < len(pending):
                pending[number].fire()
        case "signal", _:
            stage.driver.interrupt_all()


def act(child: FakeChild, step: str) -> None:
    """Do one thing that a child does."""
    match step:
        case "ready" if child.is_starting:
            child.start()
        case "start fails" if child.is_starting:
            child.start(start_error(child.backend))
        case "dies":
            child.ended.set()
        case "cannot go on":
            child.end_error = OSError("nobody foresaw this")
            child.ended.set()
        case "says" if child.runs:
            child.say()
        case "lost" if not child.is_closed:
            child.lose()
        case "back" if child.is_lost:
            child.find()
        case "send fails":
            child.send_error = OSError("no more buffers")
        case "signal fails":
            child.signal_error = PermissionError(1, "Operation not permitted")


async def play(steps: list[tuple[str, str | int]]) -> None:
    """Do all steps, let all that is open come to its end, and check what is promised."""
    async with open_stage() as stage:
        for step, about in steps:
            if step == "settle":
                await stage.settle(int(about))
            elif isinstance(about, str) and about in BACKENDS:
                if (child := stage.children.last(about)) is not None:
                    act(child, step)
            else:
                speak(stage, step, about)
        await stage.finish()
        assert stage.call.errors == []
        last = [await run(stage, f"%%{backend}\n1") for backend in BACKENDS]
        for channel, request in stage.requests:
            assert len(stage.replies(channel, request)) == 1, request
            statuses = stage.statuses(request)
            assert (statuses[0], statuses.index("idle")) == ("busy", len(statuses) - 1), request
            assert request.id not in stage.router.requests
        for cell in last:
            (reply,) = stage.replies("shell", cell)
            assert reply["status"] == "ok", reply


async def run(stage: Stage, code: str) -> Message:
    """Run a cell to its end, in a child that is well."""
    for child in stage.children.all:
        child.send_error = child.signal_error = None
    cell = stage.cell(code)
    await stage.finish()
    return cell


@settings(max_examples=300)
@example(
    steps=[
        ("cell", "%%bash\n1"),
        ("cell", "%%restart python3"),
        ("cell", "%%interrupt bash"),
        ("complete", "%%bash\na"),
    ]
)
@given(steps=STEPS)
def test_in_every_order_each_request_gets_one_reply_and_one_idle(steps: list[tuple[str, str | int]]) -> None:
    anyio.run(play, steps)
