"""How far a copy is: one line under the cell, renewed in place, from when it takes long."""

from tests.core.desk import Desk

MB = 1_000_000


def copying() -> Desk:
    """Return a desk with a copy that goes on."""
    desk = Desk("python3", "ir")
    desk.execute("%%r -i x\nx")
    return desk


def test_a_short_copy_shows_nothing() -> None:
    desk = copying()
    assert desk.carried(1, 5 * MB, 9 * MB) == []
    assert not any("stderr" in line for line in desk.command_done(1))
    assert not [key for key in desk.timers if "copy" in key[0]]


def test_a_line_is_renewed_in_place() -> None:
    desk = copying()
    desk.carried(1, 5 * MB, 900 * MB)
    desk.fire("copy shown", 1)
    assert desk.carried(1, 5 * MB, 900 * MB) == []
    desk.carried(1, 120 * MB, 900 * MB)
    desk.carried(1, 120 * MB, 99 * MB)
    desk.command_done(1)
    desk.finish("ir", 1)
    line = "Copying x from python3 to ir: "
    assert desk.text_of(1) == f"{line}5 of 900 MB\r{line}120 of 900 MB\r{line}120 of 99 MB \n"


def test_where_nothing_goes_to_another_machine_there_is_only_the_later_line() -> None:
    desk = copying()
    assert desk.fire("copy shown", 1) == []
    assert "Still copying" in desk.fire("slow copy", 1)[0]
    desk = copying()
    desk.fire("copy shown", 1)
    desk.carried(1, 5 * MB, 9 * MB)
    assert desk.fire("slow copy", 1) == []


def test_a_copy_that_has_ended_has_no_line() -> None:
    desk = copying()
    desk.fire("copy shown", 1)
    desk.carried(1, 5 * MB, 9 * MB)
    desk.press()
    assert desk.carried(7, 5, 9) == []
    assert not any("Copying" in line for line in desk.died("ir"))
    assert desk.carried(1, 6 * MB, 9 * MB) == []


def test_a_note_has_a_line_of_its_own() -> None:
    desk = copying()
    desk.fire("copy shown", 1)
    desk.carried(1, 5 * MB, 9 * MB)
    desk._take(desk.router.lost("ir", "no route"))
    desk.fire("lost", "ir")
    desk.execute("%%wait")
    desk.carried(1, 6 * MB, 9 * MB)
    lines = desk.text_of(1).split("\n")
    assert lines[0] == "Copying x from python3 to ir: 5 of 9 MB"
    assert lines[1].startswith("ir cannot be reached (no route)")
    assert lines[2] == "Copying x from python3 to ir: 6 of 9 MB"
    assert desk.carried(1, 10, 10) == [], "less than a megabyte is not worth a line"


def test_a_note_below_another_cell_leaves_the_line_where_it_is() -> None:
    desk = Desk("python3", "ir", "bash")
    desk.execute("%%r --bg -i x\nx")
    desk.fire("copy shown", 1)
    desk.carried(1, 5 * MB, 9 * MB)
    desk.execute("%%bash\ny")
    desk._take(desk.router.lost("bash", "no route"))
    desk.fire("lost", "bash")
    assert desk.text_of(2).startswith("bash cannot be reached")
    desk.carried(1, 6 * MB, 9 * MB)
    assert desk.text_of(1).count("\n") == 0


def test_a_timer_of_a_copy_that_has_just_ended_says_nothing() -> None:
    desk = copying()
    desk.command_done(1)
    for kind in ("copy shown", "slow copy"):
        desk.timers[kind, "1"] = 1
        assert desk.fire(kind, 1) == []
