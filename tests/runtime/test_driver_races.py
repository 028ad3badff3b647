"""What has just arrived counts before what is about to happen, and what cannot be done does not vanish silently."""

import logging

import anyio
import pytest

from multikernel.core.actions import Action, CancelTimer, SetTimer, ToBackend, ToFront
from multikernel.runtime.driver import Driver
from multikernel.trace.records import Record

from .stage import BACKENDS, Stage, open_stage

pytestmark = pytest.mark.anyio


async def ready(stage: Stage) -> None:
    """Let all backends get ready."""
    for backend in BACKENDS:
        stage.cell(f"%%{backend}\n1")
    await stage.finish()


async def begin(stage: Stage, code: str) -> None:
    """Let a cell begin to run in its child, which does not answer yet."""
    stage.cell(code)
    stage.front.read("shell")
    await stage.settle()


async def test_an_interrupt_that_has_just_arrived_counts_before_a_child_that_is_ready() -> None:
    async with open_stage() as stage:
        cell = stage.cell("%%bash\n1")
        stage.front.read("shell")
        await stage.settle()
        stage.request("interrupt_request", {}, "shell")
        stage.child("bash").start()
        await stage.settle()
        await stage.finish()
        assert stage.replies("shell", cell)[0]["ename"] == "Interrupted"
        again = stage.cell("%%bash\n1")
        await stage.finish()
        assert stage.statuses(again) == ["busy", "idle"]
        assert stage.replies("shell", again)[0]["status"] == "ok"


async def test_a_stop_that_has_just_arrived_counts_before_a_child_that_is_ready() -> None:
    async with open_stage() as stage:
        stage.cell("%%bash\n1")
        stage.front.read("shell")
        await stage.settle()
        stage.cell("%%stop bash --now")
        stage.child("bash").start()
        await stage.finish()
        again = stage.cell("%%bash\n1")
        await stage.finish()
        assert stage.replies("shell", again)[0]["status"] == "ok"


async def test_a_signal_that_cannot_be_sent_is_reported_in_the_cell() -> None:
    async with open_stage() as stage:
        await ready(stage)
        await begin(stage, "%%bash\n1")
        stage.child("bash").signal_error = PermissionError(1, "Operation not permitted")
        stage.request("interrupt_request", {}, "control")
        stage.front.read("control")
        await stage.settle()
        told = [message for _, message in stage.front.sent if message.type == "stream"]
        assert "could not be interrupted (PermissionError" in told[-1].content()["text"]
        # The next press restarts it.
        stage.request("interrupt_request", {}, "control")
        await stage.finish()
        assert len([child for child in stage.children.all if child.backend == "bash"]) == 2


async def test_a_child_that_is_lost_and_back_misses_nothing() -> None:
    async with open_stage() as stage:
        await ready(stage)
        await begin(stage, "%%bash\n1")
        (cell,) = (message for _, message in stage.requests[-1:])
        child, task = stage.child("bash"), stage.driver.backend_tasks["bash"]
        child.lose()
        lost_at = task.lost_at
        assert lost_at > 0
        child.lose()
        assert task.lost_at == lost_at
        await begin(stage, "%%bash\n2")
        assert not child.say()
        stage.request("interrupt_request", {}, "control")
        stage.front.read("control")
        assert "the interrupt waits" in str([m.content() for _, m in stage.front.sent if m.type == "stream"])
        await stage.finish()
        assert task.lost_at == 0
        assert stage.replies("shell", cell)[0]["ename"] == "KeyboardInterrupt"


@pytest.mark.parametrize("msg_type", ["usage_request", "history_request"])
async def test_a_look_that_fails_is_an_error_of_its_request(msg_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(job: object, report: object) -> object:
        raise PermissionError("/proc/1/smaps")

    async with open_stage(begins=False) as stage:
        stage.driver.serve(refuse)
        request = stage.request(msg_type, {"hist_access_type": "tail"}, "control")
        await stage.finish()
        (reply,) = stage.replies("control", request)
        assert reply["status"] == "error"
        assert "PermissionError" in reply["evalue"]
        cell = stage.cell("1")
        await stage.finish()
        assert stage.replies("shell", cell)[0]["status"] == "ok"


async def test_a_tab_between_a_child_s_death_and_its_report_is_answered_and_the_cell_says_that_it_died() -> None:
    async with open_stage() as stage:
        await ready(stage)
        await begin(stage, "%%bash\nlong")
        (cell,) = (message for _, message in stage.requests[-1:])
        tab = stage.request("complete_request", {"code": "%%bash\na", "cursor_pos": 8})
        stage.child("bash").ended.set()
        await stage.finish()
        assert stage.replies("shell", cell)[0]["ename"] == "BackendDied"
        assert len(stage.replies("shell", tab)) == 1
        stage.cell("%%bash\n1")
        await stage.finish()
        told = [message.content()["text"] for _, message in stage.front.sent if message.type == "stream"]
        assert "bash had died and was restarted" in told[-1]


async def test_a_timer_that_what_has_just_arrived_cancels_does_not_fire(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_stage() as stage:
        cell = stage.cell("%%bash\n1")
        stage.front.read("shell")
        await stage.settle()
        (slow_start,) = (timer for timer in stage.timers if timer.is_pending)
        # At the very moment when it fires.
        stage.request("interrupt_request", {}, "shell")
        monkeypatch.setattr(stage.router, "timer", lambda key: pytest.fail(f"{key} has fired"))
        slow_start.fire()
        assert stage.call.errors == []
        monkeypatch.undo()
        await stage.finish()
        assert stage.replies("shell", cell)[0]["ename"] == "Interrupted"


async def test_a_message_for_a_child_that_is_not_there_is_shown_as_dropped(caplog: pytest.LogCaptureFixture) -> None:
    class Eyes:
        wants_content = False

        def __init__(self) -> None:
            self.seen: list[Record] = []

        def take(self, record: Record) -> None:
            self.seen.append(record)

        def close(self) -> None:
            pass

    async with open_stage() as stage:
        eyes = Eyes()
        stage.trace.add(eyes)
        message = stage.request("comm_msg", {"comm_id": "c", "data": {}})
        stage.driver.perform([ToBackend("bash", "shell", message)])
        (record,) = eyes.seen
        assert (record.way, record.backend, record.dropped) == ("front -> backend", "bash", "bash is not running.")


async def test_actions_are_performed_in_the_order_of_the_router(monkeypatch: pytest.MonkeyPatch) -> None:
    performed: list[Action] = []
    perform = Driver._perform

    def note(driver: Driver, action: Action) -> None:
        performed.append(action)
        perform(driver, action)

    monkeypatch.setattr(Driver, "_perform", note)
    async with open_stage() as stage:
        await ready(stage)
        message = stage.request("comm_msg", {"comm_id": "c", "data": {}})
        todo: list[Action] = [
            ToFront("iopub", message),
            ToBackend("bash", "shell", message),
            SetTimer(("no effect", "bash"), 1.0),
            ToFront("iopub", message),
            CancelTimer(("no effect", "bash")),
        ]
        performed.clear()
        stage.driver.perform(todo)
        assert performed == todo


async def test_what_follows_from_an_action_that_fails_comes_behind_all_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_stage() as stage:
        await ready(stage)
        stage.child("bash").send_error = OSError("no more buffers")
        with caplog.at_level(logging.ERROR):
            cell = stage.cell("%%bash\n1")
            await stage.finish()
        (reply,) = stage.replies("shell", cell)
        assert reply["ename"] == "InternalError"
        assert "no more buffers" in reply["evalue"]
        assert stage.statuses(cell) == ["busy", "idle"]


async def test_a_shutdown_is_answered_and_ends_all_children() -> None:
    async with open_stage() as stage:
        await ready(stage)
        await begin(stage, "%%bash\nlong")
        request = stage.request("shutdown_request", {"restart": False}, "control")
        stage.front.read("control")
        assert stage.replies("control", request) == [{"status": "ok", "restart": False}]
        with anyio.CancelScope(shield=True):
            await stage.settle()
    assert all(child.is_closed for child in stage.children.all)


async def test_an_interrupt_cancels_the_command_that_runs() -> None:
    async with open_stage() as stage:
        await ready(stage)
        cell = stage.cell("%%restart bash")
        stage.front.read("shell")
        await stage.settle()
        assert stage.child("bash").is_starting
        stage.driver.interrupt_all()
        await stage.settle()
        assert stage.replies("shell", cell)[0]["ename"] == "Interrupted"
        await stage.finish()
