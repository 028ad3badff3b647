"""Pygments' lexer for cells: header lines are quiet, and each body is coloured in the language of its backend.

`language_info` of the kernel names it, so nbconvert, Sphinx and jupyter console ask Pygments for it, which finds it by
its entry point. They ask for each cell on its own, so what a `%%use` above means is known only where the text is a
`CellText`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Text, Whitespace, _TokenType
from pygments.util import ClassNotFound

from ..core.kernels.table import LEXER, language_info
from .reading import Reader, reader_of

Tokens = Iterator[tuple[int, _TokenType, str]]

LINE = re.compile(r"[^\n]*\n|[^\n]+")

NO_LANGUAGE = "text"
"""Pygments' lexer that leaves all plain."""

HEADER = Comment.Header
"""Of a style that does not know it, it has the comments' colour; in HTML, its class is `c-Header`."""


class CellText(str):
    """The text of a cell that knows what its notebook says: the names, and the default backend of its turn.

    nbconvert's templates hand on nothing but a cell's text (LaTeX), and it gets to the lexer as it is.
    """

    reader: Reader
    default: str

    def __new__(cls, text: str, reader: Reader, default: str) -> "CellText":
        """Take the text, and what it knows."""
        self = super().__new__(cls, text)
        self.reader, self.default = reader, default
        return self

    def __deepcopy__(self, memo: object) -> "CellText":
        """Return itself: slides are made from a copy of the notebook."""
        return self


class MultiLexer(Lexer):
    """For the text of a cell of a notebook that runs on Multi."""

    name = "Multi"
    aliases = [LEXER]  # noqa: RUF012

    def __init__(self, **options: Any) -> None:
        """Take Pygments' options."""
        super().__init__(**options)
        self._cell: CellText | None = None

    def get_tokens(self, text: str, unfiltered: bool = False) -> Iterator[tuple[_TokenType, str]]:
        """Yield token types and texts; where no notebook is known, the config of the working folder holds."""
        if isinstance(text, CellText):
            self._cell = text
        return super().get_tokens(text, unfiltered)

    def get_tokens_unprocessed(self, text: str) -> Tokens:
        """Yield offsets, token types and texts."""
        reader = self._cell.reader if self._cell is not None else _reader_for_folder(Path.cwd())
        default = self._cell.default if self._cell is not None else reader.default
        for stretch in reader.read(text, default).stretches:
            part = text[stretch.start : stretch.end]
            tokens = _body(part, reader.language(stretch.backends[0])) if stretch.backends else _headers(part)
            for offset, kind, value in tokens:
                yield stretch.start + offset, kind, value


def lexer_name(language: str) -> str:
    """Return the name of Pygments' lexer for a backend's language; NO_LANGUAGE where it has none."""
    for name in (str(language_info(language).get("pygments_lexer", "")), language, NO_LANGUAGE):
        with suppress(ClassNotFound):
            get_lexer_by_name(name)
            break
    return name


@cache
def _reader_for_folder(folder: Path) -> Reader:
    return reader_of(None, folder)


@cache
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(lexer_name(language))


def _body(text: str, language: str) -> Tokens:
    """Yield the tokens of a body. What its lexer does not understand is plain: no lexer knows a whole language."""
    for offset, kind, value in _lexer(language).get_tokens_unprocessed(text):
        yield offset, Text if kind is Error else kind, value


def _headers(text: str) -> Tokens:
    position = 0
    for line in LINE.findall(text):
        content = line.rstrip()
        if content:
            yield position, HEADER if content.startswith("%%") else Comment.Single, content
        if content != line:
            yield position + len(content), Whitespace, line[len(content) :]
        position += len(line)
