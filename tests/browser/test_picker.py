"""The label below the prompt, and the menu that writes header lines."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]


@pytest.mark.long
def test_labels_say_where_a_cell_runs_that_is_not_on_the_default(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash")
    notebook = open_notebook("1", "%%BASH\nls", "%%use r", "x", "%%python,bash\n1", "%%backends")
    for index, text in ((1, "bash"), (2, "r"), (3, "r"), (4, "python,bash")):
        expect(notebook.label(index)).to_have_text(text)
    expect(notebook.label(3)).to_have_css("font-style", "italic")
    expect(notebook.label(3)).to_have_accessible_name("Backend: r, by %%use r above")
    notebook.editor(3).click()
    expect(notebook.label(0)).to_have_count(0)
    notebook.editor(0).click()
    expect(notebook.label(0)).to_have_text("python")
    expect(notebook.label(5)).to_have_count(0)
    assert not [error for error in notebook.errors if "multikernel" in error]


def test_a_backend_is_chosen_by_keyboard_alone(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash")
    notebook = open_notebook("1", "%%use r", "2")
    notebook.edit(0)
    notebook.pick("r")
    expect(notebook.lines(0)).to_have_text(["%%r", "1"])
    expect(notebook.label(0)).to_have_text("r")
    expect(notebook.editor(0)).to_be_focused()
    notebook.pick("bash")
    expect(notebook.lines(0)).to_have_text(["%%bash", "1"])
    for lines in (["%%r", "1"], ["1"]):
        notebook.page.keyboard.press("Control+z")
        expect(notebook.lines(0)).to_have_text(lines)
    notebook.pick("r")
    notebook.pick("Remove Header Line (python)")
    expect(notebook.lines(0)).to_have_text(["1"])
    notebook.edit(2)
    notebook.pick("python")
    expect(notebook.lines(2)).to_have_text(["%%python", "2"])
    notebook.pick("Remove Header Line (r)")
    expect(notebook.lines(2)).to_have_text(["2"])


def test_a_label_is_a_button(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash")
    notebook = open_notebook("%%r\n1")
    notebook.label(0).click()
    notebook.page.locator(".multi-Picker").get_by_role("menuitem").filter(has_text="bash").click()
    expect(notebook.lines(0)).to_have_text(["%%bash", "1"])
    notebook.editor(0).click()
    notebook.page.keyboard.press("Escape")
    notebook.pick("r")
    expect(notebook.lines(0)).to_have_text(["%%r", "1"])
    notebook.page.keyboard.press("Enter")
    expect(notebook.editor(0)).to_be_focused()


def test_options_are_kept_or_asked_about(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir", "bash")
    notebook = open_notebook("%%r -i x -w 5\nx")
    notebook.edit(0)
    notebook.pick("bash")
    notebook.button("Cancel").click()
    expect(notebook.lines(0)).to_have_text(["%%r -i x -w 5", "x"])
    notebook.pick("bash")
    notebook.button("Change").click()
    expect(notebook.lines(0)).to_have_text(["%%bash", "x"])
    notebook.edit(0).press("Home")
    notebook.editor(0).press("Backspace")
    notebook.editor(0).press_sequentially(" -i x\n")
    notebook.pick("r")
    expect(notebook.lines(0)).to_have_text(["%%r -i x", "x"])
    notebook.pick("Remove Header Line")
    expect(notebook.page.get_by_role("dialog")).to_contain_text("-i x")
    notebook.button("Remove").click()
    expect(notebook.lines(0)).to_have_text(["x"])


def test_a_cell_is_inserted_that_runs_where_this_one_does(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("%%r -o x\nx <- 1", "%%use r", "2")
    notebook.edit(0)
    notebook.pick("Insert Cell Below, Same Backend")
    expect(notebook.editor(1)).to_be_focused()
    notebook.page.keyboard.type("7")
    expect(notebook.lines(1)).to_have_text(["%%r", "7"])
    notebook.edit(3)
    notebook.pick("Insert Cell Below, Same Backend")
    notebook.language(4, "r")
    expect(notebook.lines(4)).to_have_text([""])
