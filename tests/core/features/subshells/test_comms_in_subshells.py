"""Comm messages in subshells: they wait for no cell of the main shell, and for their comm's opening."""

from .test_subshells import ASKING, create, created, make_desk, say, subshells_of


def test_a_comm_message_runs_in_its_subshell_and_is_never_refused() -> None:
    desk = make_desk()
    subshell = create(desk)
    desk.execute("1")
    desk.child("python3", "iopub", "comm_open", 2, comm_id="a", target_name="t")
    assert say(desk, subshell, "comm_msg", comm_id="a") == [ASKING]
    assert created(desk) == ["python3 <- comm_msg 3"]
    desk.request("delete_subshell_request", "control", subshell_id=subshell)
    assert say(desk, subshell, "comm_close", comm_id="a") == ["python3 <- comm_close 5"]
    assert subshells_of(desk, "python3", "comm_close") == ["absent"]


def test_a_comm_that_is_opened_in_a_subshell_waits_for_no_cell_of_the_main_shell() -> None:
    desk = make_desk()
    subshell = create(desk)
    desk.execute("1")
    desk.execute("2")
    assert say(desk, subshell, "comm_open", comm_id="a", target_name="t") == [ASKING]
    assert created(desk) == ["python3 <- comm_open 4", "python3 <- comm_info_request own"]
    assert subshells_of(desk, "python3", "comm_info_request") == ["twin"]


def test_a_comm_message_follows_its_comm_open_out_of_whichever_subshell() -> None:
    desk = make_desk()
    subshell = create(desk)
    desk.execute("1")
    desk.execute("2")
    desk.request("comm_open", comm_id="a", target_name="t")
    assert say(desk, subshell, "comm_msg", comm_id="a") == []
    desk.finish("python3", 2)
    lines = desk.finish("python3", 3)
    assert lines[-4:-1] == ["python3 <- comm_open 4", "python3 <- comm_info_request own", ASKING]
    assert created(desk) == ["python3 <- comm_msg 5"]


def test_a_comm_open_outlives_its_subshell() -> None:
    desk = make_desk()
    subshell = create(desk)
    for code in ("1", "2"):
        say(desk, subshell, "execute_request", code=code)
    assert say(desk, subshell, "comm_open", comm_id="a", target_name="t") == []
    lines = desk.request("delete_subshell_request", "control", subshell_id=subshell)
    assert "python3 <- comm_open 4" in lines
