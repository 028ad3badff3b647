"""What a child gets for a cell beside its text, and what changes in what it sends."""

import pytest

from multikernel.core.kernels import r

from ..desk import Desk


def codes(desk: Desk, backend: str) -> list[str]:
    return [message.content()["code"] for message in desk.child_messages(backend, "execute_request")]


def test_a_cells_plots_have_its_size_and_the_next_ones_their_own() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -w 7 -h 5 -u in\nplot(1)")
    desk.finish("ir", 1, "error")
    desk.execute("%%r\nplot(2)")
    desk.finish("ir", 2)
    desk.execute("%%r\nplot(3)")
    size = r.plot_options({"width": "7", "height": "5", "units": "in"})
    assert size == "options(multikernel.plot = options(repr.plot.width = 7.0, repr.plot.height = 5.0))"
    assert codes(desk, "ir") == [size, "##r -w 7 -h 5 -u in\nplot(1)", r.RESET, "##r\nplot(2)", "##r\nplot(3)"]


def test_a_new_child_has_nothing_to_put_back() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r -w 700\nplot(1)")
    desk.died("ir")
    desk.start("ir")
    desk.ready("ir")
    desk.execute("%%r\nplot(2)")
    assert codes(desk, "ir")[-1] == "##r\nplot(2)"
    assert r.RESET not in codes(desk, "ir")


@pytest.mark.parametrize(
    ("plot", "options"),
    [
        ({"width": "720"}, "repr.plot.width = 10.0, repr.plot.res = 72.0"),
        ({"width": "720", "res": "144"}, "repr.plot.width = 5.0, repr.plot.res = 144.0"),
        ({"height": "25.4", "units": "mm"}, "repr.plot.height = 1.0"),
        ({"height": "2.54", "units": "cm", "res": "100"}, "repr.plot.height = 1.0, repr.plot.res = 100.0"),
        ({"res": "100"}, "repr.plot.res = 100.0"),
    ],
)
def test_plots_are_measured_in_inches_and_dots_per_inch(plot: dict[str, str], options: str) -> None:
    assert r.plot_options(plot) == f"options(multikernel.plot = options({options}))"


def test_a_header_without_a_body_is_neither_sent_nor_counted() -> None:
    desk = Desk("python3", "ir")
    assert desk.execute("%%r\n") == [
        "iopub busy of 1",
        "iopub execute_input of 1: [0] %%r\n",
        "shell execute_reply of 1: ok",
        "iopub idle of 1",
    ]
    assert (desk.stored, desk.backend("ir").cells_run) == ([], 0)
    desk.execute("%%backends")
    assert desk.stored == [(1, "%%backends")]


def test_an_aborted_cell_has_a_count_that_front_ends_show_as_none() -> None:
    desk = Desk("python3")
    desk.execute("1/0")
    desk.execute("2")
    desk.finish("python3", 1, "error")
    assert desk.last("execute_reply")["execution_count"] == 0


def test_what_a_cell_copies_to_is_started_before_its_body_runs() -> None:
    desk = Desk("python3", "ir")
    assert "start bash" in desk.execute("%%r -o bash:x\nx <- 1")
    assert desk.ready("bash") == ["check x from ir to bash of 1"]
    assert desk.command_done(1) == ["ir <- execute_request 1: ##r -o bash:x\nx <- 1"]


def test_a_child_that_was_asked_to_end_has_not_died() -> None:
    desk = Desk("python3")
    desk.execute("exit")
    desk.finish("python3", 1)
    desk.died("python3", "exit code 0")
    desk.execute("2")
    desk.ready("python3")
    assert desk.text_of(2) == "python3 had ended and was restarted: it is new and empty.\n"


def test_a_child_that_exits_while_a_cell_runs_has_died() -> None:
    desk = Desk("python3")
    desk.execute("os._exit(0)")
    desk.died("python3", "exit code 0")
    assert desk.last("error")["evalue"].startswith("python3 died (exit code 0);")
