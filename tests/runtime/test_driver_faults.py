"""Whatever raises in the runtime costs one request: it ends with an error, and the next cell answers."""

import logging
from typing import Any

import pytest

from multikernel.core.actions import Channel
from multikernel.core.backend import Backend
from multikernel.core.exchange import NotebookExchange
from multikernel.core.feature import Feature
from multikernel.core.protocol.wire import Message
from multikernel.runtime import driver as module
from multikernel.runtime.backend.output import Output
from multikernel.runtime.driver import Driver
from multikernel.trace.watchers import Trace

from .fake_child import FakeChild, start_error
from .stage import BACKENDS, History, Stage, Timer, open_stage

pytestmark = pytest.mark.anyio


class Bug(Exception):
    """What nobody foresaw."""


class Fuse:
    """Raises once, at a call that a test chooses, and otherwise does what is asked."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: Any, name: str, error: Exception, at: int = 1) -> None:
        """Be called in place of a method, a function or a coroutine function."""
        self.has_raised = False
        self._calls, self._at, self._error = 0, at, error
        original = getattr(owner, name)

        def raises(*arguments: Any, **options: Any) -> Any:
            self._calls += 1
            if self._calls == self._at:
                self.has_raised = True
                raise self._error
            return original(*arguments, **options)

        patch.setattr(owner, name, raises)


def ends_well(stage: Stage) -> None:
    """Check that each request has one reply and one idle, and is forgotten."""
    for channel, request in stage.requests:
        assert len(stage.replies(channel, request)) == 1, request
        assert stage.statuses(request)[-1:] == ["idle"], request
        assert stage.statuses(request).count("idle") == 1, request
        assert request.id not in stage.router.requests


async def run(stage: Stage, code: str) -> dict[str, Any]:
    """Run a cell to its end; return the content of its reply."""
    cell = stage.cell(code)
    await stage.finish()
    (reply,) = stage.replies("shell", cell)
    return reply


async def everything(stage: Stage) -> None:
    """Let everything happen that can."""
    stage.cell("1")
    stage.cell("%%bash\n1")
    await stage.finish()
    stage.cell("2")
    await stage.finish()
    stage.request("usage_request", {}, "control")
    stage.request("history_request", {"hist_access_type": "tail"})
    stage.request("complete_request", {"code": "%%bash\na", "cursor_pos": 8})
    await stage.finish()
    # What has been said twice is dropped.
    stage.child("python3").deliver("shell", stage._notebook.message("execute_reply", {"status": "ok"}))
    # Interrupted while it runs; the interrupt has no effect at first.
    stage.cell("%%bash\nlong")
    stage.front.read("shell")
    await stage.settle()
    stage.request("interrupt_request", {}, "control")
    stage.front.read("control")
    await stage.settle()
    for timer in list(stage.timers):
        timer.fire()
    await stage.finish()
    # Interrupted while a command runs.
    stage.cell("%%restart bash")
    stage.front.read("shell")
    await stage.settle(3)
    stage.driver.interrupt_all()
    await stage.finish()
    # It dies, and does not start at first.
    stage.cell("%%bash\nlong")
    for _ in range(5):
        stage.front.read("shell")
        await stage.settle()
        if (bash := stage.children.last("bash")) is not None and bash.is_starting:
            bash.start()
    if bash is not None:
        bash.ended.set()
    await stage.finish()
    stage.cell("%%bash\n1")
    stage.front.read("shell")
    await stage.settle()
    if (bash := stage.children.last("bash")) is not None and bash.is_starting:
        bash.start(start_error("bash"))
    await stage.finish()
    stage.cell("%%bash\n1")
    await stage.finish()
    stage.cell("%%stop bash")
    await stage.finish()


async def test_all_of_it_happens_without_an_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        async with open_stage() as stage:
            await everything(stage)
            ends_well(stage)
    assert caplog.text == ""


ACTIONS: dict[str, tuple[Any, str]] = {
    "SetTimer": (Stage, "set_timer"),
    "CancelTimer": (Timer, "cancel"),
    "ToBackend": (FakeChild, "send"),
    "Start": (module, "import_open_child"),
    "Start, Signal or StartJob": (Driver, "_start"),
    "Stop": (FakeChild, "close"),
    "Signal": (FakeChild, "signal"),
    "StartJob": (Stage, "do_job"),
    "StoreInput": (History, "add"),
    "Log": (Output, "note"),
    "Drop": (Trace, "dropped"),
}


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_that_fails_costs_one_request(monkeypatch: pytest.MonkeyPatch, action: str, at: int) -> None:
    async with open_stage(begins=False) as stage:
        fuse = Fuse(monkeypatch, *ACTIONS[action], Bug(action), at)
        stage.driver.serve(stage.do_job)
        await everything(stage)
        ends_well(stage)
        for backend in BACKENDS:
            assert (await run(stage, f"%%{backend}\n1"))["status"] == "ok"
        assert fuse.has_raised or at > 1


@pytest.mark.parametrize("at", range(1, 9))
async def test_a_message_that_cannot_be_sent_to_the_notebook_costs_no_more_than_itself(
    monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    async with open_stage(begins=False) as stage:
        fuse = Fuse(monkeypatch, stage.front, "send", Bug("no memory"), at)
        stage.driver.serve(stage.do_job)
        first, second = stage.cell("1"), stage.cell("%%bash\n1")
        with pytest.MonkeyPatch.context() as patch:
            # What is missing will never come.
            patch.setattr(stage, "open_requests", lambda: [])
            await stage.finish()
        assert fuse.has_raised
        below = [message for _, message in stage.front.sent if message.parent_id in (first.id, second.id)]
        assert len(below) == 7
        stage.requests.clear()
        for backend in BACKENDS:
            assert (await run(stage, f"%%{backend}\n1"))["status"] == "ok"


HOOKS = ["accepts", "is_beside_main_thread", "cell_sent", "cell_idle", "is_preparing", "ready", "ended"]
PARTS = [*HOOKS, "_execution.arrive", "_execution.begin", "_interrupts.press", "_interrupts.settle", "requests.answer"]
"""What an event comes to: in a feature or in the router's own parts."""


def feature_with(member: str, stage: Stage) -> Feature:
    """Return a feature that overrides a member; those that do not may not be called."""
    features = stage.router._hooks.features
    return next(each for each in features if getattr(type(each), member) is not getattr(Feature, member))


@pytest.mark.parametrize(("channel", "msg_type"), [("shell", "execute_reply"), ("shell", "complete_reply")])
async def test_a_bug_in_a_rule_for_what_a_child_sends_costs_one_request(
    monkeypatch: pytest.MonkeyPatch, channel: Channel, msg_type: str
) -> None:
    has_raised = list[str]()

    def rule(backend: Backend, message: Message, exchange: NotebookExchange | None) -> Message | None:
        if has_raised:
            return message
        has_raised.append(message.type)
        raise Bug(message.type)

    async with open_stage(begins=False) as stage:
        monkeypatch.setitem(stage.router._hooks.to_front, (channel, msg_type), rule)
        stage.driver.serve(stage.do_job)
        await everything(stage)
        ends_well(stage)
        assert has_raised


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("part", PARTS)
async def test_a_bug_in_an_event_costs_one_request(monkeypatch: pytest.MonkeyPatch, part: str, at: int) -> None:
    owner, _, name = part.rpartition(".")
    async with open_stage(begins=False) as stage:
        breaks = getattr(stage.router, owner) if owner else feature_with(name, stage)
        fuse = Fuse(monkeypatch, breaks, name, Bug(part), at)
        stage.driver.serve(stage.do_job)
        await everything(stage)
        ends_well(stage)
        for backend in BACKENDS:
            assert (await run(stage, f"%%{backend}\n1"))["status"] == "ok"
        assert fuse.has_raised or at > 1


EVENTS = [
    "from_front",
    "advance",
    "from_backend",
    "ready",
    "start_failed",
    "died",
    "timer",
    "job_done",
    "interrupt_all",
    "start",
    "stop",
]
"""Of the router, which guards itself: this is for a bug in the guard."""


@pytest.mark.parametrize("event", EVENTS)
async def test_after_an_event_that_raises_the_next_cell_answers(monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    async with open_stage(begins=False) as stage:
        stage.driver.serve(stage.do_job)
        fuse = Fuse(monkeypatch, stage.router, event, Bug(event))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stage, "open_requests", lambda: [])
            try:
                await everything(stage)
            except Bug:
                # Of the test itself, which has called the driver as a signal does.
                assert event == "interrupt_all"
        assert fuse.has_raised
        monkeypatch.undo()
        stage.requests.clear()
        stage.cell("%%restart python3 bash --now")
        await stage.finish()
        for backend in BACKENDS:
            assert (await run(stage, f"%%{backend}\n1"))["status"] == "ok"
