"""What the kernel says of its backends: the panel, the item of the status bar, and the warning of a drift."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenNotebook, Site
from .notebook_page import NotebookPage

Need = Callable[..., None]


def open_panel(notebook: NotebookPage) -> Locator:
    """Show the panel and return it."""
    notebook.edit(0)
    notebook.pick("Show Backends")
    panel = notebook.page.get_by_role("region", name="Backends")
    expect(panel).to_be_visible()
    return panel


def backend(panel: Locator, name: str) -> Locator:
    """Return the line of a backend."""
    return panel.locator(f"[data-backend='{name}']")


def test_the_panel_shows_and_starts_and_stops_backends(open_notebook: OpenNotebook, need: Need) -> None:
    need("bash", "ir")
    notebook = open_notebook("1", "%%bash\nread -t 1000 < <(sleep 1000)", "%%use bash")
    panel = open_panel(notebook)
    expect(backend(panel, "python")).to_contain_text("default")
    expect(backend(panel, "python")).to_contain_text("ready")
    expect(backend(panel, "bash")).to_contain_text("stopped")
    panel.get_by_role("button", name="Start bash").click()
    expect(backend(panel, "bash")).to_contain_text("ready")
    notebook.run(1)
    expect(backend(panel, "bash")).to_contain_text("busy")
    panel.get_by_role("button", name="Restart bash").click()
    expect(notebook.outputs(1).last).to_contain_text("BackendStopped")
    expect(backend(panel, "bash")).to_contain_text("ready")
    panel.get_by_role("button", name="Log of bash").click()
    expect(panel.locator("pre")).not_to_be_empty()
    panel.get_by_role("button", name="Stop bash").click()
    expect(backend(panel, "bash")).to_contain_text("stopped")
    notebook.finish(2)
    expect(backend(panel, "bash")).to_contain_text("default")


def test_variables_are_listed_after_a_cell_and_used_in_another(open_notebook: OpenNotebook, need: Need) -> None:
    need("bash")
    notebook = open_notebook("heights = list(range(5))\nname = 'x'", "%%bash\necho", "%%bash\nweight=5")
    panel = open_panel(notebook)
    notebook.finish(0)
    python, bash = (panel.get_by_role("region", name=f"Variables of {name}") for name in ("python", "bash"))
    expect(python.get_by_role("row")).to_have_text([re.compile("Name"), re.compile("heights"), re.compile("name")])
    notebook.finish(2)
    expect(bash).to_contain_text("weight")
    panel.get_by_role("searchbox").fill("hei")
    expect(python.get_by_role("row")).to_have_count(2)
    notebook.edit(1)
    panel.get_by_role("button", name="Use heights of python").click()
    expect(notebook.lines(1)).to_have_text(["%%bash -i heights", "echo"])


@pytest.mark.long
def test_nothing_runs_while_the_panel_is_open(open_notebook: OpenNotebook, site: Site) -> None:
    count = "get_ipython().events.register('post_execute', lambda: runs.append(1))"
    notebook = open_notebook(f"runs = []\n{count}", "len(runs)")
    panel = open_panel(notebook)
    notebook.finish(0)
    expect(panel.get_by_role("region", name="Variables of python")).to_contain_text("runs")
    stands_still(notebook.page, lambda: site.kernels()[0]["last_activity"], seconds=5)
    notebook.finish(1)
    # One for the first cell, and at most one for the list of variables after it.
    notebook.shows(1, re.compile("^[12]$"))


def stands_still(page: Page, read: Callable[[], str], *, seconds: int) -> None:
    """Wait until what is read has not changed for so many seconds; it has to within a minute."""
    still, before = 0, read()
    for _ in range(60):
        page.wait_for_timeout(1000)
        still, before = (still + 1, before) if (now := read()) == before else (0, now)
        if still == seconds:
            return
    raise AssertionError("it does not stand still")


@pytest.mark.long
def test_a_default_that_is_not_what_the_text_says_is_told(open_notebook: OpenNotebook, need: Need, site: Site) -> None:
    need("bash")
    notebook = open_notebook("1", "%%use bash", "echo $((6 * 7))")
    drift = "would run on python now; the text says bash"
    notebook.edit(2)
    expect(notebook.label(2)).to_have_accessible_name(f"Backend: {drift}")
    if site.front == "lab":
        expect(notebook.page.locator(".multi-Status")).to_have_text(drift)
    notebook.finish(1)
    notebook.edit(2)
    expect(notebook.label(2)).to_have_accessible_name("Backend: bash, by %%use bash above")
    if site.front == "lab":
        expect(notebook.page.locator(".multi-Status")).to_have_text("Multi: bash")
    notebook.button("Restart the kernel").click()
    with notebook.connects():
        notebook.button("Confirm Kernel Restart").click()
    notebook.is_ready()
    notebook.edit(2)
    expect(notebook.label(2)).to_have_accessible_name(f"Backend: {drift}")
    notebook.pick("Write “%%bash” into the Cell")
    expect(notebook.lines(2)).to_have_text(["%%bash", "echo $((6 * 7))"])
    notebook.finish(2)
    notebook.shows(2, "42")
