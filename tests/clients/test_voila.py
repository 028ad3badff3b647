"""Voila: a notebook as a page, with a slider whose value goes to R."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.notebooks import make_notebook, write_notebook

from .servers import get, open_server

CELLS = (
    "import ipywidgets\nslider = ipywidgets.IntSlider(7, description='how many')\nslider",
    "%%r\ncat('R says', 6 * 7)",
    "%%bash\necho hi from bash",
)


@pytest.mark.long
def test_a_page_has_a_slider_and_the_outputs_of_every_backend(tmp_path: Path, need: Callable[..., None]) -> None:
    need("ir", "bash")
    write_notebook(make_notebook(*CELLS), tmp_path / "page.ipynb")
    with open_server(tmp_path, "voila", "page.ipynb", "--no-browser") as url:
        page = get(url)
    assert "R says 42" in page
    assert "hi from bash" in page
    assert "application/vnd.jupyter.widget-view+json" in page
    assert "IntSlider(value=7" in page
