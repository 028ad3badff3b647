"""What nbconvert's exporters make of a notebook that runs on Multi, without any option."""

import re
from pathlib import Path

import pytest
from nbconvert.exporters import (
    Exporter,
    HTMLExporter,
    LatexExporter,
    MarkdownExporter,
    NotebookExporter,
    RSTExporter,
    ScriptExporter,
    SlidesExporter,
)
from nbformat import NotebookNode
from traitlets.config import Config

from multikernel.exports.nbconvert_plugin import PREPROCESSOR, register
from multikernel.exports.preprocessor import MultiPreprocessor

from .notebooks import coloured, notebook

R = "f <- function(x) x %in% 'a'"
"""Python's lexer finds errors in it."""

MULTI = {"name": "python", "pygments_lexer": "multikernel", "file_extension": ".py", "nbconvert_exporter": "python"}

HERE = Path()

CELLS = ["x = None", f"%%r -i x\n{R}", "%%use r", R, "%%python\nNone", "%%parts\n%%bash\nfi\n%%python\nNone"]


def export(exporter: type[Exporter], content: NotebookNode, folder: Path = HERE, **config: object) -> str:
    """Return a notebook in another form."""
    made = exporter(config=Config(config))
    text, _ = made.from_notebook_node(content, {"metadata": {"name": "n", "path": str(folder)}})
    return str(text)


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
@pytest.mark.parametrize("language_info", [{}, MULTI, {"name": "python", "pygments_lexer": "ipython3"}])
def test_html_has_each_cell_in_its_language(exporter: type[Exporter], language_info: dict[str, str]) -> None:
    python, r, use, below, other, parts = coloured(export(exporter, notebook(*CELLS, **language_info)))
    assert python == [("n", "x"), ("o", "="), ("kc", "None")]
    assert r[0] == ("c c-Header", "%%r -i x")
    assert ("o", "%in%") in r
    assert use == [("c c-Header", "%%use r")]
    assert below == r[1:]
    assert other == [("c c-Header", "%%python"), ("kc", "None")]
    heads = ["%%parts", "%%bash", "%%python"]
    assert [text for kind, text in parts if kind == "c c-Header"] == heads
    assert [kind for kind, text in parts if text not in heads] == ["k", "kc"]


@pytest.mark.parametrize("template", ["classic", "basic"])
def test_every_template_has_them(template: str) -> None:
    html = export(HTMLExporter, notebook(*CELLS), HTMLExporter={"template_name": template})
    assert ("o", "%in%") in coloured(html)[3]
    assert 'class="err"' not in html


def test_latex_has_each_cell_in_its_language_although_its_template_hands_on_only_texts() -> None:
    latex = export(LatexExporter, notebook(*CELLS, "%%use python", R))
    assert r"\PY{c+cHeader}{\PYZpc{}\PYZpc{}use r}" in latex
    assert latex.count(r"\PY{o}{\PYZpc{}in\PYZpc{}}") == 2, "in R twice; the same text in Python is something else"
    assert r"\PY{k}{fi}" in latex
    assert r"\PY{err}" not in latex


def test_markdown_and_rst_name_each_cells_language() -> None:
    markdown = export(MarkdownExporter, notebook(*CELLS, **MULTI))
    assert re.findall(r"^```(\w+)", markdown, re.MULTILINE) == ["python", "r", "text", "r", "python", "text"]
    rst = export(RSTExporter, notebook(*CELLS, **MULTI))
    assert re.findall(r"code:: (\w+)", rst) == ["ipython3", "r", "text", "r", "ipython3", "text"]


def test_a_script_has_what_is_in_its_language_and_the_rest_as_comments() -> None:
    cells = [*CELLS, "%%python,r\nprint(1)", "%%use python\n%matplotlib inline", "%%python\n%%time\n1"]
    script = export(ScriptExporter, notebook(*cells, **MULTI))
    lines = [line for line in script.splitlines() if line.strip() and not line.startswith(("# In[", "#!", "# coding"))]
    assert lines == [
        *["x = None", "# %%r -i x", f"# {R}", "# %%use r", f"# {R}", "# %%python", "None"],
        *["# %%parts", "# %%bash", "# fi", "# %%python", "None", "# %%python,r", "print(1)", "# %%use python"],
        *["get_ipython().run_line_magic('matplotlib', 'inline')", "# %%python"],
        "get_ipython().run_cell_magic('time', '', '1\\n')",
    ]
    compile(script, "n.py", "exec")


def test_a_use_counts_even_if_its_cell_is_removed_but_not_if_it_failed() -> None:
    content = notebook("%%use r", R)
    content.cells[0].metadata.tags = ["setup"]
    (below,) = coloured(export(HTMLExporter, content, TagRemovePreprocessor={"remove_cell_tags": {"setup"}}))
    assert ("o", "%in%") in below
    content.cells[0].outputs = [NotebookNode(output_type="error", ename="A", evalue="", traceback=[])]  # type: ignore[no-untyped-call]
    assert ("o", "%in%") not in coloured(export(HTMLExporter, content))[1]


def test_the_config_beside_the_notebook_says_what_names_mean(tmp_path: Path) -> None:
    (tmp_path / "multikernel.yaml").write_text("default: s\nbackends:\n  s: {kernel: own, language: bash}\n", "utf-8")
    (tmp_path / "multikernel.yaml").chmod(0o644)
    html = export(HTMLExporter, notebook("fi", "%%s\nfi", "%%r\nNULL"), tmp_path)
    assert [cell[-1][0] for cell in coloured(html)] == ["k", "k", "kc"]


@pytest.mark.parametrize("exporter", [HTMLExporter, LatexExporter, MarkdownExporter, RSTExporter, ScriptExporter])
def test_notebooks_of_other_kernels_are_as_they_are_without_multi(exporter: type[Exporter]) -> None:
    content = notebook(*CELLS, "%%bash\nls", kernelspec="python3", name="python", pygments_lexer="ipython3")
    assert export(exporter, content) == export(exporter, content, MultiPreprocessor={"enabled": False})


@pytest.mark.parametrize(
    ("execute", "default"),
    [({}, None), ({"kernel_name": "multi"}, None), ({"kernel_name": "multi", "enabled": True}, "r")],
)
def test_the_kernel_that_is_to_run_the_notebook_counts(execute: dict[str, object], default: str | None) -> None:
    exporter = HTMLExporter(config=Config({"ExecutePreprocessor": execute}))  # type: ignore[no-untyped-call]
    content = notebook("%%use r", R, kernelspec=None)
    MultiPreprocessor(parent=exporter).preprocess(  # type: ignore[no-untyped-call]
        content, {"metadata": {"path": ""}}
    )
    assert getattr(content.cells[1].source, "default", None) == default


def test_a_notebook_that_stays_one_is_not_changed() -> None:
    content = notebook(*CELLS)
    assert "magics_language" not in export(NotebookExporter, content)


def test_multi_is_no_exporter(exporters: list[str]) -> None:
    assert "html" in exporters
    assert "multikernel" not in exporters


def test_it_is_registered_once_and_where_nbconvert_has_no_such_list_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register()
    assert Exporter().default_preprocessors.count(PREPROCESSOR) == 1  # type: ignore[no-untyped-call]
    monkeypatch.setattr(Exporter, "default_preprocessors", ())
    assert register().enabled is False
    monkeypatch.delattr(Exporter, "default_preprocessors")
    assert register().enabled is False
