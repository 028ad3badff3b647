"""What the tests export: names as a config makes them, cells, and pages of HTML in parts."""

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from multikernel.core.cells.command_names import NAMES
from multikernel.core.cells.names import Names
from multikernel.core.config import BackendConfig, Config
from multikernel.exports.reading import Reader, with_languages
from tests.e2e.notebooks import make_cell, make_notebook

LANGUAGES = {"python": "python", "py2": "python", "r": "r", "bash": "bash", "odd": "klingon", "mute": ""}


def reader_for(default: str = "python") -> Reader:
    """Return a reader with two Pythons, R, bash, a language that Pygments does not know, and one that is not stated."""
    backends = {name: BackendConfig(name, name) for name in LANGUAGES}
    return Reader(with_languages(Names(Config(backends, default), frozenset(NAMES), LANGUAGES)))


def notebook(*cells: str, kernelspec: str | None = "multi", **language_info: str) -> NotebookNode:
    """Return a notebook that has not run; a cell that begins with `#md` is a Markdown cell."""
    made = make_notebook()
    made.metadata = NotebookNode()  # type: ignore[no-untyped-call]
    if kernelspec is not None:
        made.metadata.kernelspec = {"name": kernelspec, "display_name": kernelspec, "language": "python"}
    if language_info:
        made.metadata.language_info = language_info
    for text in cells:
        cell = make_cell(text)
        if text.startswith("#md"):
            cell.cell_type = "markdown"
            del cell.outputs, cell.execution_count
        made.cells.append(cell)
    return made


def coloured(html: str) -> list[list[tuple[str, str]]]:
    """Return for each code cell what has a CSS class of Pygments: class and text, without spaces."""
    return [list(_spans(code)) for code in BeautifulSoup(html, "html.parser").select(".highlight pre")]


def _spans(code: Tag) -> Iterator[tuple[str, str]]:
    for span in code.find_all("span", class_=True):
        kind = " ".join(span["class"])
        if kind != "w":
            yield kind, span.get_text()
