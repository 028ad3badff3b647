"""A request is over when reply and idle are both there, or nothing more comes."""

import pytest

from multikernel.core.exchanges import ORIGINS_KEPT

from .desk import Desk


def test_a_child_that_goes_idle_without_a_reply_gets_5_seconds() -> None:
    desk = Desk("python3", "bash")
    desk.stderr["bash"] = ["syntax error"]
    desk.execute("%%bash\nfor i in")
    desk.idle("bash", 1)
    assert desk.timers == {("half answered", "1@bash"): 5.0}
    assert desk.fire("half answered", 1) == [
        "iopub error of 1: BackendError",
        "shell execute_reply of 1: error",
        "iopub idle of 1",
    ]
    assert desk.last("error")["evalue"].startswith("bash went idle without a reply to this execute_request")
    assert desk.last("error")["traceback"][1:] == ["syntax error"]


def test_a_made_up_reply_aborts_what_is_queued() -> None:
    desk = Desk("bash")
    desk.execute("%%bash\nfor i in")
    desk.execute("%%bash\nls")
    desk.idle("bash", 1)
    assert "shell execute_reply of 2: aborted" in desk.fire("half answered", 1)


def test_a_child_that_replies_without_idle_gets_5_seconds() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.reply("python3", 1)
    assert desk.fire("half answered", 1) == ["iopub idle of 1"]
    assert desk.logs == ["python3: this execute_request got no idle"]


def test_a_child_that_still_speaks_gets_more_time() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    desk.reply("python3", 1)
    desk.stream("python3", 1, "large")
    assert desk.fire("half answered", 1) == []
    desk.child("python3", "iopub", "stream", "", text="nobody's")
    assert desk.fire("half answered", 1) == []
    desk.stream("ir", 1, "of another")
    assert desk.fire("half answered", 1) == ["iopub idle of 1"]


@pytest.mark.parametrize(("kind", "answer"), [("complete", "ok"), ("inspect", "ok"), ("is_complete", "unknown")])
def test_a_question_without_a_reply_gets_an_empty_one(kind: str, answer: str) -> None:
    desk = Desk("python3")
    desk.request(f"{kind}_request", code="x")
    desk.idle("python3", 1)
    assert desk.fire("half answered", 1) == [f"shell {kind}_reply of 1: {answer}", "iopub idle of 1"]


def test_a_reply_that_comes_after_the_made_up_one_is_dropped() -> None:
    desk = Desk("bash")
    desk.execute("%%bash\nfor i in")
    desk.idle("bash", 1)
    desk.fire("half answered", 1)
    assert desk.reply("bash", 1) == []
    assert desk.drops == ["bash shell execute_reply: nobody waits for it"]


def test_a_second_reply_is_dropped() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.reply("python3", 1)
    assert desk.reply("python3", 1, "error") == []
    assert desk.idle("python3", 1) == ["iopub idle of 1"]
    assert desk.idle("python3", 1) == []


def test_a_timer_that_nobody_knows_does_nothing() -> None:
    desk = Desk("python3")
    for kind in ("half answered", "idle delay", "flush", "slow start", "slow copy", "interrupt"):
        desk.timers[kind, "python3"] = 1
        assert desk.fire(kind, "python3") == []
    assert desk.logs == []


def test_the_last_status_is_busy_while_a_cell_runs() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.request("complete_request", code="x", cursor_pos=1)
    desk.child("python3", "shell", "complete_reply", 2)
    assert desk.idle("python3", 2)[-2:] == ["iopub idle of 2", "iopub busy of 1"]
    assert desk.request("kernel_info_request")[-1:] == ["iopub idle of 3"]
    assert "run %%backends --now of 4" in desk.execute("%%backends --now")
    assert desk.finish("ir", 1)[-2:] == ["iopub idle of 1", "iopub busy of 4"]
    assert desk.command_done(4)[-1] == "iopub idle of 4"


def test_output_that_comes_late_has_its_own_parent_for_ever() -> None:
    desk = Desk("python3")
    desk.execute("thread.start()")
    desk.finish("python3", 1)
    desk.execute("2")
    assert desk.stream("python3", 1, "tick") == ["iopub stdout of 1: tick"]
    late = desk.front_messages("stream")[-1]
    assert late.parent_frame == desk.child_messages("python3")[0].header_frame


def test_a_cell_is_not_forgotten_however_much_else_is_said() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.child("ir", "iopub", "comm_open", 1, comm_id="c", target_name="t")
    for _ in range(ORIGINS_KEPT + 1):
        desk.router.from_front("shell", (b"c",), desk.message("comm_msg", {"comm_id": "c"}))
    lines = desk.finish("ir", 1)
    assert (lines[0], lines[-1]) == ("shell execute_reply of 1: ok", "iopub idle of 1")
