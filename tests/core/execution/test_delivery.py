"""What a child gets for a cell beside its text, and what changes in what it sends."""

from typing import Any

import pytest

from multikernel.core.kernels import r

from ..desk import Desk

UNKNOWN = "UsageError: Cell magic `%%{0}` not found."


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


def test_tracebacks_have_the_header_line_as_it_was_typed() -> None:
    desk = Desk("python3")
    desk.execute("%%python\nx = 1\n1/0")
    content: dict[str, Any] = {
        "ename": "E",
        "evalue": "",
        "traceback": ["      1 ##python\n      2 x = 1\n----> 3 1/0"],
    }
    desk.child("python3", "iopub", "error", 1, **content)
    desk.reply("python3", 1, "error", **content)
    for kind in ("error", "execute_reply"):
        assert desk.last(kind)["traceback"] == ["      1 %%python\n      2 x = 1\n----> 3 1/0"]


@pytest.mark.parametrize(("replace", "text"), [(True, "%%use python\n%%python\nx = 1"), (False, "%%python\nx = 1")])
def test_a_cell_that_the_child_writes_runs_where_this_one_did(replace: bool, text: str) -> None:
    desk = Desk("python3")
    desk.execute("%%use python\n%%python\n%load x.py")
    desk.command_done(1)
    payload = [{"source": "set_next_input", "text": "x = 1", "replace": replace}]
    desk.reply("python3", 1, payload=payload)
    assert desk.last("execute_reply")["payload"][0]["text"] == text


def test_a_magic_that_the_kernel_does_not_know_gets_a_hint_before_idle() -> None:
    desk = Desk("python3")
    desk.execute("%%rust\nfn main() {}")
    content: dict[str, Any] = {"ename": "UsageError", "evalue": UNKNOWN.format("rust"), "traceback": []}
    desk.child("python3", "iopub", "error", 1, **content)
    desk.reply("python3", 1, "error", **content)
    lines = desk.idle("python3", 1)
    assert lines[0].startswith("iopub stderr of 1: %%rust: no kernel for Rust is installed here.")
    assert lines[1] == "iopub idle of 1"


def test_a_magic_that_fails_gets_no_hint() -> None:
    desk = Desk("python3")
    desk.execute("%%time\n1/0")
    desk.child("python3", "iopub", "error", 1, ename="ZeroDivisionError", evalue="division by zero", traceback=[])
    assert desk.finish("python3", 1, "error") == ["shell execute_reply of 1: error", "iopub idle of 1"]


def test_a_hint_for_a_cell_whose_child_dies_is_forgotten() -> None:
    desk = Desk("python3")
    desk.execute("%%rust\nfn main() {}")
    desk.child("python3", "iopub", "error", 1, ename="UsageError", evalue=UNKNOWN.format("rust"), traceback=[])
    desk.died("python3")
    assert "Rust" not in desk.text_of(1)


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


def test_an_aborted_cell_has_a_count() -> None:
    desk = Desk("python3")
    desk.execute("1/0")
    desk.execute("2")
    desk.finish("python3", 1, "error")
    assert desk.last("execute_reply")["execution_count"] == 1


def test_what_a_cell_copies_to_is_started_before_its_body_runs() -> None:
    desk = Desk("python3", "ir")
    assert "start bash" in desk.execute("%%r -o bash:x\nx <- 1")
    assert desk.ready("bash") == ["ir <- execute_request 1: ##r -o bash:x\nx <- 1"]


def test_a_child_that_was_asked_to_end_has_not_died() -> None:
    desk = Desk("python3")
    desk.execute("exit")
    desk.finish("python3", 1)
    desk.died("python3", "exit code 0")
    desk.execute("2")
    desk.ready("python3")
    assert desk.text_of(2) == "python3 had ended and was restarted: it is new and empty.\n"
