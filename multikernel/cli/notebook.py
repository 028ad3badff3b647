"""A notebook file: its code cells, and what stands between them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .subcommand import UNUSABLE, CommandError


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A code cell; its number counts cells of all types, from 1."""

    number: int
    id: str | None
    code: str
    text_above: str = ""
    """Of the Markdown cells between it and the code cell above."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """The parts of a notebook that matter here."""

    file: Path
    kernelspec: str | None
    """Name of the kernelspec that it was saved with."""
    cells: tuple[CodeCell, ...]
    text_below: str = ""
    """Of the Markdown cells below the last code cell."""


def read_notebook(file: Path) -> Notebook:
    """Read a notebook of nbformat 4; CommandError if it is not one."""
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror or error}", UNUSABLE) from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file} is not a notebook: {error}", UNUSABLE) from None
    if isinstance(content, dict) and "worksheets" in content:
        raise CommandError(f"{file} has the old nbformat 3: open it in Jupyter and save it first", UNUSABLE)
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise CommandError(f"{file} is not a notebook: it has no list of cells", UNUSABLE)
    metadata: Any = content.get("metadata")
    kernelspec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    name = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    *code_cells, end = _code_cells(file, cells)
    return Notebook(file, name if isinstance(name, str) else None, tuple(code_cells), end.text_above)


def _code_cells(file: Path, cells: list[Any]) -> Iterator[CodeCell]:
    """Yield the code cells, and an empty one at the end."""
    texts: list[str] = []
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            raise CommandError(f"{file} is not a notebook: cell {number} is not an object", UNUSABLE)
        if cell.get("cell_type") == "markdown":
            texts.append(_source(file, number, cell))
        elif cell.get("cell_type") == "code":
            identity = cell.get("id")
            code = _source(file, number, cell)
            yield CodeCell(number, identity if isinstance(identity, str) else None, code, "\n\n".join(texts))
            texts = []
    yield CodeCell(len(cells) + 1, None, "", "\n\n".join(texts))


def _source(file: Path, number: int, cell: dict[str, Any]) -> str:
    source = cell.get("source")
    lines: list[Any] = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise CommandError(f"{file} is not a notebook: the source of cell {number} is not text", UNUSABLE)
    return "".join(lines)
