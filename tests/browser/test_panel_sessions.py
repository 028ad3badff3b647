"""The panel over what happens to the connection, beside another page, and beside another client."""

import re
from collections.abc import Callable
from pathlib import Path

import papermill
import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook, Site
from .notebook_page import NotebookPage
from .servers import DOCUMENTS
from .test_panel import backend, open_panel

Need = Callable[..., None]

pytestmark = pytest.mark.long


def test_the_panel_comes_back_after_a_reconnect_a_restart_and_a_reload(open_notebook: OpenNotebook, need: Need) -> None:
    need("bash")
    notebook = open_notebook("1", "%%bash\necho")
    panel = open_panel(notebook)
    with notebook.connects():
        notebook.menu("Kernel", "Reconnect to Kernel")
    notebook.is_ready()
    notebook.finish(1)
    expect(backend(panel, "bash")).to_contain_text("ready")
    notebook.button("Restart the kernel").click()
    with notebook.connects():
        notebook.button("Confirm Kernel Restart").click()
    notebook.is_ready()
    expect(backend(panel, "bash")).to_contain_text("stopped")
    notebook.finish(1)
    expect(backend(panel, "bash")).to_contain_text("ready")
    notebook.save()
    with notebook.connects():
        notebook.page.reload()
    notebook.is_ready()
    expect(backend(open_panel(notebook), "bash")).to_contain_text("ready")


def test_two_pages_show_the_same_kernel(open_notebook: OpenNotebook, need: Need, site: Site, folder: Path) -> None:
    need("bash")
    notebook = open_notebook("1", "%%bash\necho")
    notebook.save()
    path = folder / "0.ipynb"
    other = NotebookPage(site.context.new_page(), f"{site.url}/{DOCUMENTS[site.front]}/{path.relative_to(site.root)}")
    panels = [open_panel(page) for page in (notebook, other)]
    assert [kernel["name"] for kernel in site.kernels()].count("multi") == 1
    notebook.finish(1)
    for panel in panels:
        expect(backend(panel, "bash")).to_contain_text("ready")
    panels[1].get_by_role("button", name="Stop bash").click()
    for panel in panels:
        expect(backend(panel, "bash")).to_contain_text("stopped")
    other.page.close()
    # JupyterLab complains so of every comm that another page has opened, such as a widget's.
    notebook.errors[:] = [error for error in notebook.errors if not error.startswith("Comm not found")]
    notebook.finish(1)
    expect(backend(panels[0], "bash")).to_contain_text("ready")


def test_papermill_runs_the_notebook_beside_an_open_panel(
    open_notebook: OpenNotebook, need: Need, folder: Path
) -> None:
    need("bash")
    notebook = open_notebook("6 * 7", "%%bash\necho here", "%%use bash", "echo $((6 * 7))")
    panel = open_panel(notebook)
    notebook.finish(0, 1)
    expect(backend(panel, "bash")).to_contain_text("ready")
    notebook.save()
    done = papermill.execute_notebook(folder / "0.ipynb", None, progress_bar=False, cwd=folder)
    texts = [str(output.get("text") or output["data"]["text/plain"]) for cell in done.cells for output in cell.outputs]
    assert [re.sub(r"\s", "", text) for text in texts] == ["42", "here", "42"]
    notebook.finish(1)
    expect(backend(panel, "python")).to_contain_text("default")
