"""Lines of a cell: which have the form of a header line, which are comments, and what stands between.

What a header line means depends on names, which `cell` looks up; this is the form of lines alone. Offsets are Unicode
code points, as everywhere in the messaging specification since 5.2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..kernels.comments import comment_start
from .command_names import TARGET

HEADER_SIGN = "%%"
TARGETS = re.sub(r"\((?!\?)", "(?:", rf"{TARGET.pattern}(,{TARGET.pattern})*,?")
"""One name or several; a comma at the end is a space too much behind it."""
HEADER_LINE = re.compile(rf"^%%(?P<name>{TARGETS})(?P<arguments>[^\S\n][^\n]*)?$", re.MULTILINE)

INDENTED_HEADER_LINE = re.compile(rf"[^\S\n]+%%(?P<name>{TARGETS})(?:[^\S\n][^\n]*)?$", re.MULTILINE)
BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")
GAP = re.compile(r"(?:[^\S\n]*(?:(?:#|//|--|;;)[^\n]*)?\n)*")
"""What may stand above a header line: blank lines and comments, of whichever language."""
COMMENT_IN_ANY = re.compile(r"#(?![A-Za-z0-9_!(\[])|//|--(?![A-Za-z0-9_(])|;;")
"""What begins a comment and is nothing else anywhere: `#r "nuget: X"` is a directive, `--x` an expression."""
COMMENT_IN_SOME = re.compile(r"#|//|--|;;")
NOW = "--now"
"""On a command: do it now, not when the queue gets there."""


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One `%%name arguments` line."""

    name: str
    """One name, or several with commas between them."""
    arguments: tuple[str, ...]
    """Its words, up to one that begins with `#`."""
    start: int
    """Offset of its `%%`."""
    end: int
    """Offset of its line end."""

    @property
    def is_urgent(self) -> bool:
        """Whether a command is to be done at once."""
        return NOW in self.arguments

    @property
    def text(self) -> str:
        """How errors name it."""
        return f"%%{self.name}"

    @property
    def operands(self) -> tuple[str, ...]:
        """A command's arguments without its options."""
        return tuple(argument for argument in self.arguments if argument != NOW)

    def with_arguments(self, *arguments: str) -> str:
        """Return the line with other words behind its name, for an error to suggest."""
        return " ".join((self.text, *arguments))


def header_line(code: str, start: int) -> HeaderLine | None:
    """Return what has the form of a header line at `start`, blank lines and comments skipped."""
    match = HEADER_LINE.match(code, end_of_gap(code, start))
    return None if match is None else _line(match)


def lines_in(code: str, start: int) -> Iterator[HeaderLine]:
    """Yield every line from `start` on that has the form of a header line."""
    yield from map(_line, HEADER_LINE.finditer(code, start))


def _line(match: re.Match[str]) -> HeaderLine:
    words = (match["arguments"] or "").split()
    comment = next((index for index, word in enumerate(words) if word.startswith("#")), len(words))
    return HeaderLine(match["name"], tuple(words[:comment]), match.start(), match.end())


def end_of_gap(code: str, start: int) -> int:
    """Return the offset below blank lines and comments."""
    return GAP.match(code, start).end()  # type: ignore[union-attr]


def first_line(code: str, start: int) -> int:
    """Return the offset of the first line that is not blank."""
    return BLANK_LINES.match(code, start).end()  # type: ignore[union-attr]


def line_number(code: str, position: int) -> int:
    """Return the number of a line, from 1."""
    return code.count("\n", 0, position) + 1


def is_nothing(text: str, sign: str | None) -> bool:
    """Whether a text is blank but for comments, in a language whose sign is empty if unknown; None: in any language."""
    return all(not line or _is_comment(line, sign) for line in map(str.strip, text.split("\n")))


def _is_comment(line: str, sign: str | None) -> bool:
    if sign is None:
        return COMMENT_IN_SOME.match(line) is not None
    return COMMENT_IN_ANY.match(line) is not None or bool(sign and line.startswith(comment_start(sign)))
