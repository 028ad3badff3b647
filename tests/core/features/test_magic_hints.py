"""A cell whose `%%` line nobody knows gets a hint, below all that its child has published."""

import pytest

from ..desk import Desk


def unknown(desk: Desk, name: str, request: object = 1) -> None:
    """Say that an IPython does not know a magic."""
    text = f"UsageError: Cell magic `%%{name}` not found.\n"
    desk.child("python3", "iopub", "stream", request, name="stderr", text=text)


def test_the_hint_comes_last_and_once() -> None:
    desk = Desk("python3")
    desk.execute("%%pyton\nx")
    unknown(desk, "pyton")
    desk.reply("python3", 1, "error")
    assert desk.idle("python3", 1) == ["iopub stderr of 1: Did you mean %%python?", "iopub idle of 1"]
    assert desk.text_of(1).count("Did you mean") == 1


@pytest.mark.parametrize(
    ("code", "said"), [("%%time\n1/0", "other"), ("%%ruby\nx", "other"), ("x", "ruby"), ("%%python\n%%ruby\nx", "ruby")]
)
def test_what_fails_in_another_way_gets_none(code: str, said: str) -> None:
    desk = Desk("python3")
    desk.execute(code)
    unknown(desk, said)
    desk.reply("python3", 1, "error")
    assert desk.idle("python3", 1) == ["iopub idle of 1"]


def test_a_silent_cell_gets_none_and_late_output_neither() -> None:
    desk = Desk("python3")
    desk.execute("%%ruby\nx", silent=True)
    unknown(desk, "ruby")
    desk.finish("python3", 1, "error")
    unknown(desk, "ruby")
    assert "To get one" not in desk.text_of(1)


def test_a_child_that_dies_takes_its_hint_along() -> None:
    desk = Desk("python3")
    desk.execute("%%ruby\nx")
    unknown(desk, "ruby")
    desk.died("python3")
    assert "To get one" not in desk.text_of(1)
