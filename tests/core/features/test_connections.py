"""A child that cannot be reached for a while costs no output, no request, and no patience but its own."""

from ..desk import Desk

WHY = "ssh: connection timed out"


def lose(desk: Desk, backend: str = "python3", why: str = WHY) -> list[str]:
    """Say that the connection to a child has broken."""
    return desk._take(desk.router.lost(backend, why))


def find(desk: Desk, backend: str = "python3") -> list[str]:
    """Say that a child can be reached again."""
    return desk._take(desk.router.back(backend))


def running() -> Desk:
    """Return a desk where a cell runs on a child that is lost."""
    desk = Desk("python3")
    desk.execute("x")
    assert lose(desk) == []
    return desk


def test_a_cell_waits_and_says_so_after_a_while() -> None:
    desk = running()
    assert desk.timers == {("lost", "python3"): 10.0}
    note = f"python3 cannot be reached ({WHY}); the cell goes on when it can, and nothing is lost."
    assert desk.fire("lost", "python3") == [f"iopub stderr of 1: {note}"]
    assert find(desk) == []
    assert desk.timers == {}
    assert desk.busy("python3", 1) == []
    assert desk.stream("python3", 1, "missed\n") == ["iopub stdout of 1: missed"]
    assert desk.reply("python3", 1) == ["shell execute_reply of 1: ok"]
    assert desk.idle("python3", 1) == ["iopub idle of 1"]


def test_one_that_is_back_soon_is_not_mentioned() -> None:
    desk = running()
    assert find(desk) == []
    assert desk.timers == {}
    assert find(desk) == []
    assert not [line for line in desk.logs if "reached" in line]


def test_one_that_is_back_late_is_in_the_log() -> None:
    desk = running()
    desk.fire("lost", "python3")
    desk._take(desk.router.timer(("lost", "python3")))
    find(desk)
    assert [line for line in desk.logs if "reached" in line] == [
        f"python3: python3 cannot be reached: {WHY}",
        "python3: python3 can be reached again.",
    ]


def test_the_note_comes_once_and_under_cells_alone() -> None:
    desk = running()
    desk.execute("silent", silent=True, store_history=False)
    desk.request("unheard_of_request")
    desk.request("comm_open", comm_id="1", target_name="t")
    assert len(desk.fire("lost", "python3")) == 1
    desk.execute("%%python3 --bg\ny")
    desk.run_silently("python3", 1, "z")
    assert lose(desk, why="no route to host") == []
    desk._take(desk.router.timer(("lost", "python3")))
    assert desk.text_of(1).count("cannot be reached") == 1


def test_a_cell_that_comes_later_says_so_too() -> None:
    desk = Desk("python3")
    lose(desk)
    assert desk.fire("lost", "python3") == []
    desk.execute("x")
    (line,) = desk.fire("lost", "python3")
    assert line.startswith("iopub stderr of 1: python3 cannot be reached")


def test_a_silent_cell_is_left_alone() -> None:
    desk = Desk("python3")
    desk.execute("x", silent=True)
    lose(desk)
    assert desk.fire("lost", "python3") == []


def test_no_half_answer_is_made_up_while_the_other_half_cannot_come() -> None:
    desk = Desk("python3")
    desk.execute("x")
    desk.busy("python3", 1)
    desk.reply("python3", 1)
    half = desk.timer("half answered", 1)
    lose(desk)
    assert half not in desk.timers
    find(desk)
    assert desk.timers == {half: 5.0}
    assert desk.idle("python3", 1) == ["iopub idle of 1"]


def test_questions_get_an_empty_answer_at_once() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="a", cursor_pos=1)
    assert lose(desk) == ["iopub busy of 1", "shell complete_reply of 1: ok", "iopub idle of 1"]
    assert desk.request("inspect_request", code="a", cursor_pos=1)[1] == "shell inspect_reply of 2: ok"
    assert desk.request("is_complete_request", code="a")[1] == "shell is_complete_reply of 3: unknown"
    assert not desk.child_messages("python3", "inspect_request")


def test_questions_that_wait_for_a_start_do_too() -> None:
    desk = Desk()
    desk.request("complete_request", code="a", cursor_pos=1)
    assert lose(desk)[1] == "shell complete_reply of 1: ok"
    assert desk.ready("python3") == []


def test_tab_offers_the_last_list_of_variables() -> None:
    desk = Desk("python3", "ir")
    lose(desk)
    lines = desk.request("complete_request", code="%%r -i ", cursor_pos=7)
    assert lines[-1] == "iopub idle of 1"


# The interrupt button.

WAITS = f"python3 cannot be reached ({WHY}); the interrupt waits until it can. Interrupt again to give up."
GIVEN_UP = [
    "stop python3",
    *("iopub error of 1: BackendLost", "shell execute_reply of 1: error", "iopub idle of 1"),
]


def test_an_interrupt_waits_for_the_connection() -> None:
    desk = running()
    desk.request("comm_open", comm_id="1", target_name="t")
    lines = desk.press()
    assert lines[0] == f"iopub stderr of 1: {WAITS}"
    assert "signal python3" not in lines
    assert find(desk) == ["signal python3"]
    assert desk.timers == {("interrupt", "python3"): 10.0}
    assert find(desk) == []


def test_the_second_press_gives_the_backend_up() -> None:
    desk = running()
    desk.press()
    assert desk.press()[: len(GIVEN_UP)] == GIVEN_UP
    assert desk.last("error")["evalue"] == (
        f"python3 cannot be reached ({WHY}), so it was given up; the next cell for it starts it again, empty."
    )
    assert desk.timers == {}
    assert lose(desk) == []
    assert "start python3" in desk.execute("y")


def test_one_that_cannot_be_interrupted_is_not_restarted_in_the_dark() -> None:
    desk = Desk("bash", kernel_info={"bash": {"implementation": "xeus-python"}})
    desk.execute("%%bash\nx")
    lose(desk, "bash")
    assert "stop bash" not in desk.press()
    assert find(desk, "bash")[:2] == ["stop bash", "start bash"]


def test_a_child_that_was_lost_gets_time_to_react() -> None:
    desk = Desk("python3")
    desk.execute("x")
    desk.press()
    lose(desk)
    assert ("interrupt", "python3") not in desk.timers
    assert find(desk) == []
    assert desk.timers == {("interrupt", "python3"): 10.0}


def test_a_child_that_was_blamed_before_the_loss_was_noticed_is_not_restarted() -> None:
    desk = Desk("python3")
    desk.execute("x")
    desk.press()
    desk.fire("interrupt", "python3")
    lose(desk)
    assert "stop python3" not in desk.press()
    assert find(desk) == ["signal python3"]


def test_a_second_press_while_lost_is_not_the_first_ones_second() -> None:
    desk = running()
    desk.press()
    find(desk)
    lose(desk)
    assert "stop python3" not in desk.press()


def test_a_child_that_dies_is_no_longer_lost() -> None:
    desk = running()
    desk.press()
    desk.died("python3", "its host no longer has it")
    assert not desk.backend("python3").lost
    assert desk.timers == {}
    desk.start("python3")
    desk.ready("python3")
    desk.execute("y")
    lose(desk)
    assert "stop python3" not in desk.press()


def test_a_stopped_one_cannot_be_lost() -> None:
    desk = Desk("python3")
    desk.stop("python3")
    assert lose(desk) == []
    assert desk.timers == {}
