"""JupyterLab's debugger."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook

DOUBLE = "%%python\ndef double(n):\n    twice = n * 2\n    return twice\n\ndouble(21)"


@pytest.mark.parametrize("site", ["lab"], indirect=True)
def test_a_breakpoint_in_a_cell_with_a_header_stops_it(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook("1", DOUBLE)
    notebook.finish(0)
    notebook.button("Enable Debugger").click()
    notebook.breakpoint_gutter(1, line=3).click()
    expect(notebook.breakpoint_gutter(1, line=3).get_by_label("Breakpoint")).to_be_visible()
    notebook.run(1)
    frames = notebook.page.get_by_role("region", name="Callstack").get_by_role("listitem")
    expect(frames).to_have_text([re.compile(r"^double.*:3$"), re.compile(r"^<module>.*:6$")])
    variables = notebook.page.get_by_role("region", name="Variables")
    expect(variables.get_by_role("treeitem")).to_have_text(["n21"])
    expect(notebook.lines(1).nth(2)).to_have_class(re.compile("highlight"))
    notebook.button("Next (F10)").click()
    expect(frames.first).to_have_text(re.compile(r"^double.*:4$"))
    expect(variables.get_by_role("treeitem")).to_have_text(["n21", "twice42"])
    expect(notebook.prompt(1)).to_have_text("[*]:")
    notebook.button("Continue (F9)").click()
    notebook.shows(1, "42")
    expect(frames).to_have_count(0)
