"""Notebooks side by side, and pages that come back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]

STEPS = """\
%%python
import pathlib, time
for step in range(3):
    while not pathlib.Path(f'step{step}').exists():
        time.sleep(0.02)
    print('step', step, flush=True)"""


@pytest.mark.long
def test_two_notebooks_run_side_by_side(open_notebook: OpenNotebook, need: Need, folder: Path) -> None:
    need("ir")
    one, two = (
        open_notebook(f"x = '{name}'", f"%%r\nwhile (!file.exists('{name}')) Sys.sleep(0.02)\ncat('{name}')", "x")
        for name in ("one", "two")
    )
    one.run(0, 1)
    two.run(0, 1)
    expect(two.prompt(1)).to_have_text("[*]:")
    (folder / "two").touch()
    two.shows(1, "two")
    two.finish(2)
    two.shows(2, "'two'")
    expect(one.prompt(1)).to_have_text("[*]:")
    (folder / "one").touch()
    one.shows(1, "one")
    one.finish(2)
    one.shows(2, "'one'")


def test_a_running_cell_goes_on_when_the_page_reconnects_or_is_reloaded(
    open_notebook: OpenNotebook, folder: Path
) -> None:
    notebook = open_notebook(STEPS, "step * 10")
    notebook.run(0)
    (folder / "step0").touch()
    notebook.shows(0, "step 0")
    with notebook.connects():
        notebook.menu("Kernel", "Reconnect to Kernel")
    expect(notebook.status("busy")).to_be_visible()
    (folder / "step1").touch()
    notebook.shows(0, "step 0 step 1")
    expect(notebook.prompt(0)).to_have_text("[*]:")
    with notebook.connects():
        notebook.page.reload()
    expect(notebook.status("busy")).to_be_visible()
    notebook.run(1)
    expect(notebook.prompt(1)).to_have_text("[*]:")
    expect(notebook.status("busy")).to_be_visible()
    (folder / "step2").touch()
    notebook.shows(1, "20")
    notebook.has_run(1, count=2)
    notebook.is_ready()
