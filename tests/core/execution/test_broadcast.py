"""A body on several backends at once: one cell, with all their outputs and one reply."""

from dataclasses import replace

import pytest

from multikernel.core.config import Group
from multikernel.core.errors import HeaderError
from multikernel.core.protocol.wire import Json, Message

from ..desk import Desk, configured
from .expected import ALL, ended, failed, sent


def running(*more: str) -> Desk:
    """Return a desk where Python and R run a cell."""
    desk = Desk(*ALL)
    lines = desk.execute("%%python,r" + "".join(more) + "\nx")
    # What is copied afterwards is checked first.
    lines += desk.command_done(1)
    assert sent(lines) == ["python3 1", "ir 1"]
    return desk


def test_one_reply_comes_when_all_children_are_done() -> None:
    desk = running()
    assert desk.execute("2") == []
    assert desk.finish("ir", 1) == []
    assert desk.finish("python3", 1) == ["python3 <- execute_request 2: 2", *ended(1), *desk_begins(2)]
    assert desk.timers == {}


def desk_begins(number: int) -> list[str]:
    return [f"iopub busy of {number}", f"iopub execute_input of {number}: [{number}] {number}"]


def test_all_of_it_has_one_number() -> None:
    desk = running()
    for backend in ("python3", "ir"):
        desk.child(backend, "iopub", "execute_result", 1, data={}, metadata={}, execution_count=9)
        assert desk.last("execute_result")["execution_count"] == 1
        desk.finish(backend, 1, count=9)
    assert desk.last("execute_reply")["execution_count"] == 1
    assert desk.stored == [(1, "%%python,r\nx")]


def test_a_line_stands_where_the_speaker_changes() -> None:
    desk = running()
    for backend, text in [("python3", "1\n"), ("ir", "2\n3"), ("python3", "4\n"), ("ir", "5\n")]:
        desk.stream(backend, 1, text)
    assert desk.text_of(1) == "── python3 ──\n1\n── ir ──\n2\n── python3 ──\n4\n── ir ──\n35\n"


def test_the_beginning_of_a_line_goes_out_before_a_question_and_when_its_child_is_done() -> None:
    desk = running()
    desk.stream("python3", 1, "Who")
    assert desk.child("python3", "stdin", "input_request", 1, prompt="?") == [
        "iopub stdout of 1: ── python3 ──\nWho",
        "stdin input_request of 1",
    ]
    assert desk.last("input_request")["prompt"] == "python3: ?"
    desk.stream("ir", 1, "end")
    assert desk.finish("ir", 1) == ["iopub stdout of 1: ── ir ──\nend"]


def test_what_a_child_has_written_is_there_when_it_dies_or_multi_gives_up() -> None:
    desk = running()
    desk.stream("ir", 1, "end")
    assert desk.died("ir")[:2] == ["iopub stdout of 1: ── ir ──\nend", "iopub error of 1: BackendDied"]
    desk.stream("python3", 1, "more")
    desk.router._execution.fail(desk.router.requests.cells()[0], HeaderError("a bug"))
    assert desk.advance()[-1] == "iopub idle of 1"
    assert desk.finish("python3", 1) == ["iopub stdout of 1: ── python3 ──\nmore"]


def test_an_error_hides_nobody_s_outputs_and_the_reply_says_whose_it_was() -> None:
    desk = running()
    desk.reply("python3", 1, "error", ename="KeyError", evalue="'x'", traceback=["line"])
    desk.idle("python3", 1)
    assert desk.stream("ir", 1, "out\n") == ["iopub stdout of 1: ── ir ──\nout"]
    assert desk.finish("ir", 1) == ended(1, "error")
    reply = desk.last("execute_reply")
    assert (reply["ename"], reply["evalue"], reply["traceback"]) == ("KeyError", "python3: 'x'", ["line"])


def test_several_errors_are_all_in_the_reply_in_the_order_of_the_header() -> None:
    desk = running()
    desk.reply("ir", 1, "error", ename="E", evalue="no", traceback=["a"])
    desk.idle("ir", 1)
    desk.reply("python3", 1, "error", ename="F", evalue="nor", traceback=["b"])
    desk.idle("python3", 1)
    reply = desk.last("execute_reply")
    assert (reply["ename"], reply["evalue"], reply["traceback"]) == ("F", "python3: nor; ir: no", ["b", "a"])


def test_deaths_are_in_the_order_of_the_header_too() -> None:
    desk = running()
    desk.died("ir")
    desk.died("python3")
    text = "{} died (SIGKILL); the next cell for it starts it again, empty."
    assert desk.last("execute_reply")["evalue"] == f"{text.format('python3')}; {text.format('ir')}"


def test_an_error_without_words_is_named() -> None:
    desk = running()
    desk.reply("python3", 1, "error", ename="KeyboardInterrupt", evalue="", traceback=[])
    desk.idle("python3", 1)
    desk.finish("ir", 1)
    assert desk.last("execute_reply")["evalue"] == "python3: KeyboardInterrupt"


def test_what_all_ask_of_the_front_end_is_asked_once() -> None:
    desk = running()
    for backend in ("python3", "ir"):
        desk.reply(backend, 1, payload=[{"source": "page", "data": {}}])
        desk.idle(backend, 1)
    assert desk.last("execute_reply")["payload"] == [{"source": "page", "data": {}}]


def test_below_parts_the_reply_is_the_first_error() -> None:
    desk = Desk("python3", "ir", "bash")
    desk.execute("%%parts\n%%bash --bg\n1\n%%r,py --bg\n2")
    desk.reply("ir", 1, "error", ename="E", evalue="no", traceback=[])
    desk.idle("ir", 1)
    desk.finish("python3", 1)
    desk.finish("bash", 1, "error")
    assert desk.last("execute_reply")["evalue"] == "ir: no"


def test_an_error_of_multi_s_own_is_in_the_reply_with_the_others() -> None:
    desk = running()
    desk.died("ir")
    desk.finish("python3", 1, "error")
    text = "ir died (SIGKILL); the next cell for it starts it again, empty."
    assert desk.last("execute_reply")["evalue"] == f"python3: error; {text}"


@pytest.mark.parametrize("content", [{}, {"status": "abort"}])
def test_a_reply_that_is_not_ok_is_no_success(content: Json) -> None:
    desk = running()
    desk.finish("python3", 1)
    desk.busy("ir", 1)
    desk.child("ir", "shell", "execute_reply", 1, **content)
    assert desk.idle("ir", 1)[0] in ("shell execute_reply of 1: error", "shell execute_reply of 1: aborted")


def test_a_failure_aborts_what_is_queued() -> None:
    desk = running()
    desk.execute("2")
    desk.finish("python3", 1, "error")
    assert "shell execute_reply of 2: aborted" in desk.finish("ir", 1)


def test_payloads_come_in_the_order_of_the_names_and_expressions_are_the_last_one_s() -> None:
    desk = Desk(*ALL)
    desk.execute("%%python,r\nx", user_expressions={"a": "a"})
    assert [sent.content()["user_expressions"] for sent in bodies(desk)] == [{}, {"a": "a"}]
    desk.busy("ir", 1)
    desk.reply("ir", 1, payload=[{"source": "page"}], user_expressions={"a": 1})
    desk.idle("ir", 1)
    desk.busy("python3", 1)
    desk.reply("python3", 1, payload=[{"source": "ask_exit"}], user_expressions={})
    desk.idle("python3", 1)
    reply = desk.last("execute_reply")
    assert reply["payload"] == [{"source": "ask_exit"}, {"source": "page"}]
    assert reply["user_expressions"] == {"a": 1}


def bodies(desk: Desk) -> list[Message]:
    return [m for name in ("python3", "ir") for m in desk.child_messages(name, "execute_request")]


def test_a_clear_output_is_not_passed_on() -> None:
    assert running().child("ir", "iopub", "clear_output", 1, wait=False) == []


def test_backends_are_started_side_by_side_before_the_body_runs() -> None:
    desk = Desk("python3")
    lines = desk.execute("%%python,r,bash\nx")
    assert lines[:2] == ["start ir", "start bash"]
    assert desk.timers == {("slow start", "1"): 10.0}
    assert desk.ready("bash") == []
    assert desk.fire("slow start", 1) == ["iopub stderr of 1: ir is still starting; interrupt the cell to give up."]
    assert sent(desk.ready("ir")) == ["python3 1", "ir 1", "bash 1"]
    assert desk.timers == {}


def test_a_start_that_fails_is_reported_while_another_goes_on() -> None:
    desk = Desk("python3")
    desk.execute("%%python,r,bash\nx")
    assert desk.start_failed("bash") == failed(1, "BackendStartError")
    assert desk.timers == {}
    assert desk.ready("ir") == []


def test_starts_can_be_given_up_together() -> None:
    desk = Desk("python3")
    desk.execute("%%bash --bg\n1")
    desk.execute("%%python,r,bash\nx")
    assert desk.press()[:4] == ["stop ir", *failed(2, "Interrupted")]
    assert desk.timers == {("slow start", "1"): 10.0}
    desk.execute("%%bash,r --bg\nx")
    lines = desk.press()
    assert [line for line in lines if line.startswith("stop")] == ["stop ir", "stop bash"]
    assert desk.in_flight == []


def test_each_child_runs_it_when_its_turn_comes() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    assert sent(desk.execute("%%python,r\n2")) == ["python3 2"]
    assert sent(desk.finish("ir", 1)) == ["ir 2"]


def test_a_child_that_is_done_takes_the_next_cell() -> None:
    desk = running(" --bg")
    desk.finish("python3", 1)
    assert sent(desk.execute("%%python\n2")) == ["python3 2"]
    assert sent(desk.execute("%%r --bg\n3")) == []


def test_a_child_whose_variables_are_copied_afterwards_does_not() -> None:
    desk = running(" -o bash:x --bg")
    desk.finish("python3", 1)
    assert sent(desk.execute("%%python\n2")) == []
    assert desk.finish("ir", 1) == ["copy x from python3 to bash as x_python3, x from ir to bash as x_ir of 1"]
    assert sent(desk.command_done(1)) == ["python3 2"]


def test_nothing_is_copied_after_an_error_of_one() -> None:
    desk = running(" -o bash:x")
    desk.finish("python3", 1, "error")
    assert desk.finish("ir", 1) == ended(1, "error")


def test_variables_go_to_each_but_their_source() -> None:
    desk = Desk(*ALL)
    assert "copy x from python3 to ir, x from python3 to bash of 1" in desk.execute("%%python,r,bash -i x\n1")


def test_a_stop_of_one_ends_that_part_alone() -> None:
    desk = Desk(*ALL)
    desk.execute("%%r --bg\n1")
    desk.execute("%%bash --bg\n2")
    desk.execute("%%r,bash --bg\n3")
    lines = desk.stop("ir")
    assert "iopub error of 3: BackendStopped" in lines
    assert "iopub idle of 3" not in lines
    assert sent(desk.finish("bash", 2)) == ["bash 3"]
    assert desk.finish("bash", 3) == ended(3, "error")


def test_the_button_reaches_all() -> None:
    assert running().press()[:2] == ["signal python3", "signal ir"]


def test_a_group_is_a_broadcast_and_one_of_it_is_not() -> None:
    config = configured("python3", "ir")
    workers = {f"worker[{i}]": replace(config.backends["ir"], name=f"worker[{i}]", group="worker") for i in range(2)}
    groups = {"worker": Group("worker", tuple(workers), ("w",))}
    desk = Desk(
        "python3",
        config=replace(config, backends={**config.backends, **workers}, groups=groups),
        kernel_info={name: {} for name in workers},
    )
    assert desk.execute("%%w\nx")[:2] == ["start worker[0]", "start worker[1]"]
    desk.ready("worker[0]")
    assert sent(desk.ready("worker[1]")) == ["worker[0] 1", "worker[1] 1"]
    desk.finish("worker[0]", 1)
    desk.finish("worker[1]", 1)
    assert sent(desk.execute("%%worker[1]\nx")) == ["worker[1] 2"]
    assert desk.stream("worker[1]", 2, "plain") == ["iopub stdout of 2: plain"]


def test_a_broadcast_may_be_silent() -> None:
    desk = Desk(*ALL)
    assert sent(desk.execute("%%python,r\nx", silent=True)) == ["python3 1", "ir 1"]
    desk.finish("python3", 1)
    assert desk.finish("ir", 1) == ended(1)
