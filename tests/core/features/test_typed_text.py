"""What children send about a cell has its header lines as they were typed."""

from ..desk import Desk

TRACEBACK = ["---", "Cell In[1], line 3\n      1 ##python\n      2 x = 0\n----> 3 1 / x\n"]
CODE = "%%python\nx = 0\n1 / x"


def test_tracebacks_show_the_header_line_as_it_was_typed() -> None:
    desk = Desk("python3")
    desk.execute(CODE)
    desk.child("python3", "iopub", "error", 1, ename="E", evalue="e", traceback=TRACEBACK)
    desk.reply("python3", 1, "error", ename="E", evalue="e", traceback=TRACEBACK)
    for message in ("error", "execute_reply"):
        assert desk.last(message)["traceback"] == [TRACEBACK[0], TRACEBACK[1].replace("##", "%%")]


def test_a_cell_without_header_lines_is_shown_as_the_child_shows_it() -> None:
    desk = Desk("python3")
    desk.execute("##python\nx = 0\n1 / x")
    desk.child("python3", "iopub", "error", 1, ename="E", evalue="e", traceback=TRACEBACK)
    payload = [{"source": "set_next_input", "text": "x", "replace": True}]
    desk.reply("python3", 1, "error", ename="E", evalue="e", traceback=TRACEBACK, payload=payload)
    assert desk.last("error")["traceback"] == desk.last("execute_reply")["traceback"] == TRACEBACK
    assert desk.last("execute_reply")["payload"] == payload


def test_an_error_that_comes_when_the_cell_is_over_stays() -> None:
    desk = Desk("python3")
    desk.execute(CODE)
    desk.finish("python3", 1)
    desk.child("python3", "iopub", "error", 1, ename="E", evalue="e", traceback=TRACEBACK)
    assert desk.last("error")["traceback"] == TRACEBACK


def test_the_next_cell_runs_where_this_one_did() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%use r\n%%python\n%load f.py")
    desk.command_done(1)
    loaded = [{"source": "set_next_input", "text": "# %load f.py\nx", "replace": True}]
    desk.reply("python3", 1, payload=loaded)
    text = desk.last("execute_reply")["payload"][0]["text"]
    assert text == "%%use r\n%%python\n# %load f.py\nx"
