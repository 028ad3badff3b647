"""The code cells of a notebook that nbconvert exports."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .dialects import as_comment, without_magics
from .lexer import NO_LANGUAGE, CellText, lexer_name
from .reading import Reader, Reading, reader_of

MARK = "magics_language"
"""Metadata by which nbconvert's own preprocessor marks cells in other languages; the template of Markdown reads it."""


@dataclass(frozen=True, slots=True)
class ReadCell:
    """A code cell and what its text tells."""

    cell: NotebookNode
    reader: Reader
    reading: Reading


def read_cells(notebook: NotebookNode, kernelspec: str | None, folder: Path) -> list[ReadCell]:
    """Read a notebook's cells."""
    return list(_read(notebook, reader_of(kernelspec, folder)))


def mark_languages(cells: list[ReadCell], *, as_lexers: bool) -> None:
    """Mark each cell with its language, or with the name of Pygments' lexer for it; one of several is text."""
    for each in cells:
        languages = {
            each.reader.language(stretch.backends[0]) for stretch in each.reading.stretches if stretch.backends
        }
        language = languages.pop() if len(languages) == 1 else ""
        each.cell.metadata[MARK] = lexer_name(language) if as_lexers else language or NO_LANGUAGE


def _read(notebook: NotebookNode, reader: Reader) -> Iterator[ReadCell]:
    default = reader.default
    for cell in notebook.cells:
        if cell.cell_type == "code":
            reading = reader.read(cell.source, default)
            cell.source = CellText(cell.source, reader, default)
            yield ReadCell(cell, reader, reading)
            if not any(output.output_type == "error" for output in cell.outputs):
                default = reading.default_below


def comment_others(cells: list[ReadCell]) -> None:
    """Leave of each cell what is in the language of the notebook; all else becomes a comment of it."""
    for each in cells:
        language = each.reader.language(each.reader.default)
        code = str(each.cell.source)
        texts = []
        for stretch in each.reading.stretches:
            text = code[stretch.start : stretch.end]
            is_own = language in map(each.reader.language, stretch.backends)
            texts.append(without_magics(text, language) if is_own else as_comment(text, language))
        each.cell.source = "".join(texts)
