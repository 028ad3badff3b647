"""A kernel that sends outputs after its idle prints a mark behind them, and the cell ends when that is here."""

import pytest

from multikernel.core.config import BackendConfig, Config
from multikernel.core.errors import BackendError
from multikernel.core.exchanges import FLUSH_SECONDS, LONGEST_FLUSH_SECONDS, LONGEST_HOLD_SECONDS
from multikernel.core.kernels import deno
from multikernel.core.places import AttachedPlace

from .desk import Desk, configured

DENO = {"implementation": "Deno kernel"}


def desk_with_cell(code: str = "1", *, finishes: bool = True) -> Desk:
    """Return a desk whose child has finished cell 1, but for what is still to come."""
    desk = Desk("bash", config=configured("bash", "python3"), kernel_info={"bash": DENO})
    desk.execute(code)
    if finishes:
        desk.finish("bash", 1)
    return desk


def mark_of(desk: Desk, which: int = -1) -> str:
    """Return what the child was asked to print, the last one unless it is said which."""
    return [m.id for m in desk.child_messages("bash", "execute_request") if not m.id.isdigit()][which]


def test_a_cell_ends_when_the_mark_behind_its_outputs_is_here() -> None:
    desk = desk_with_cell(finishes=False)
    desk.reply("bash", 1)
    code = desk.idle("bash", 1)
    mark = mark_of(desk)
    assert code == [f"bash <- execute_request own: {deno.FLUSH.format(mark=mark)}"]
    content = desk.child_messages("bash")[-1].content()
    assert (content["silent"], content["store_history"], content["allow_stdin"]) == (True, False, False)
    assert desk.stream("bash", 1, "late") == ["iopub stdout of 1: late"]
    assert desk.timers == {("flush", "1@bash"): FLUSH_SECONDS}
    assert desk.stream("bash", mark, f"{mark}\n") == ["iopub idle of 1"]
    assert desk.finish("bash", mark) == []
    assert desk.timers == {}
    assert desk.logs == desk.drops == []


def test_the_answer_to_the_flush_alone_ends_nothing() -> None:
    desk = desk_with_cell()
    mark = mark_of(desk)
    assert desk.finish("bash", mark) == []
    assert desk.in_flight == ["1"]
    assert desk.stream("bash", mark, f"    {mark}\n") == ["iopub idle of 1"]


def test_the_next_cell_waits_for_the_mark() -> None:
    desk = desk_with_cell()
    desk.execute("2")
    assert [m.id for m in desk.child_messages("bash")] == ["1", mark_of(desk)]
    assert "bash <- execute_request 2: 2" in desk.stream("bash", "", mark_of(desk))


def test_what_comes_under_a_request_of_multi_belongs_to_the_cell_before_it() -> None:
    desk = desk_with_cell()
    mark = mark_of(desk)
    shown = desk.stream("bash", mark, "late")
    shown += desk.child("bash", "iopub", "execute_result", mark, execution_count=9, data={}, metadata={})
    assert shown[0] == "iopub stdout of 1: late"
    assert shown[1].startswith("iopub execute_result of 1")
    assert desk.last("execute_result")["execution_count"] == 1
    desk.run_silently("bash", 7, "own")
    own = desk.child_messages("bash")[-1].id
    assert desk.stream("bash", own, "later") == ["iopub stdout of 1: later"]
    assert desk.stream("bash", own, mark) == ["iopub idle of 1"]
    desk.finish("bash", own)
    assert desk.stream("bash", own, "in the background") == ["iopub stdout of 1: in the background"]
    assert desk.front_messages("stream")[-1].parent_frame == desk.child_messages("bash")[0].header_frame


def test_what_own_code_says_of_itself_goes_nowhere() -> None:
    desk = desk_with_cell()
    mark = mark_of(desk)
    assert desk.child("bash", "iopub", "error", mark, ename="E", evalue="", traceback=[]) == []
    assert desk.child("bash", "iopub", "execute_input", mark, code="", execution_count=1) == []
    assert desk.child("bash", "stdin", "input_request", mark, prompt="?") == []


def test_what_own_code_prints_in_a_new_process_belongs_to_no_cell_of_the_old_one() -> None:
    desk = desk_with_cell()
    desk.died("bash")
    desk.start("bash")
    desk.ready("bash")
    desk.run_silently("bash", 7, "own")
    assert desk.stream("bash", desk.child_messages("bash")[-1].id, "new") == []


def test_code_that_fails_prints_no_mark_so_the_cell_is_held_for_a_while() -> None:
    desk = desk_with_cell()
    desk.reply("bash", mark_of(desk), "error")
    assert desk.timers == {("idle delay", "1@bash"): 0.03, ("half answered", f"{mark_of(desk)}@bash"): 5.0}
    assert desk.stream("bash", 1, "late") == ["iopub stdout of 1: late"]
    assert desk.fire("idle delay", 1) == []
    assert desk.fire("idle delay", 1) == ["iopub idle of 1"]
    assert desk.logs == ["bash: outputs of this execute_request may come after its idle"]


def test_code_that_was_not_sent_prints_no_mark() -> None:
    desk = desk_with_cell()
    desk._take(desk.router.undeliverable("bash", desk.child_messages("bash")[-1], BackendError("no")))
    assert desk.fire("idle delay", 1) == ["iopub idle of 1"]


def test_a_silent_child_gives_its_mark_up() -> None:
    desk = desk_with_cell()
    assert desk.fire("flush", 1) == ["iopub idle of 1"]
    assert desk.logs == ["bash: outputs of this execute_request may come after its idle"]
    desk.execute("2")
    assert desk.stream("bash", 2, mark_of(desk)) == []
    desk.finish("bash", 2)
    assert desk.reply("bash", mark_of(desk, 0), "error") == []
    assert desk.stream("bash", 2, mark_of(desk)) == ["iopub idle of 2"]


def test_a_child_that_still_sends_is_waited_for_but_not_for_ever() -> None:
    desk = desk_with_cell()
    waited, story = 0.0, list[str]()
    while not story:
        desk.stream("bash", 1, "late")
        waited += desk.timers["flush", "1@bash"]
        story = desk.fire("flush", 1)
    assert story == ["iopub idle of 1"]
    assert waited == LONGEST_FLUSH_SECONDS


def test_a_child_that_dies_before_its_mark_ends_the_cell_once() -> None:
    desk = desk_with_cell()
    assert desk.died("bash") == ["iopub idle of 1"]
    assert desk.timers == {}
    assert len(desk.logs) == 1


def test_a_large_output_is_not_looked_into() -> None:
    desk = desk_with_cell()
    assert desk.stream("bash", 1, mark_of(desk) + " " * 1000) == [f"iopub stdout of 1: {mark_of(desk)}"]


def test_only_cells_are_flushed() -> None:
    desk = Desk("bash", config=configured("bash"), kernel_info={"bash": DENO})
    desk.request("complete_request", code="x", cursor_pos=1)
    desk.child("bash", "shell", "complete_reply", 1)
    assert desk.idle("bash", 1) == ["iopub idle of 1"]


def attached_desk() -> Desk:
    """Return a desk whose child is somebody else's, who would see a mark; it has finished cell 1."""
    place = AttachedPlace("own", "/k.json")
    config = Config({"mine": BackendConfig("mine", "", place=place)}, "mine")
    desk = Desk("mine", config=config, kernel_info={"mine": DENO})
    desk.execute("1")
    desk.finish("mine", 1)
    return desk


def test_an_attached_child_is_held_while_it_sends() -> None:
    desk = attached_desk()
    assert desk.timers["idle delay", "1@mine"] == 0.03
    assert desk.stream("mine", 1, "late") == ["iopub stdout of 1: late"]
    assert desk.fire("idle delay", 1) == []
    assert desk.fire("idle delay", 1) == ["iopub idle of 1"]
    assert desk.timers == {}


def test_an_attached_child_that_says_things_for_ever_ends_its_cell_all_the_same() -> None:
    desk = attached_desk()
    delays, story = list[float](), list[str]()
    while not story:
        desk.stream("mine", 1, "late")
        delays.append(desk.timers["idle delay", "1@mine"])
        story = desk.fire("idle delay", 1)
    assert story == ["iopub idle of 1"]
    assert delays[:6] == pytest.approx([0.03, 0.03, 0.06, 0.12, 0.24, 0.48])
    assert max(delays) == 0.5
    assert LONGEST_HOLD_SECONDS <= sum(delays) < LONGEST_HOLD_SECONDS + 0.5
