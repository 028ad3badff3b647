"""What a child gets for a cell, and where a cursor in the one lies in the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..kernels.comments import comment_start
from ..kernels.table import KernelProfile
from .cell import Cell
from .lines import first_line

OWN_FIRST_LINE = ("%", "!", "?")
"""A body that begins with one of these has to begin on the first line (IPython's and metakernel's magics)."""

INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class ChildText:
    """What a child gets for a cell."""

    text: str
    shift: int = 0
    """Code points that were cut from the cell's beginning; negative: that were put there."""
    typed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """By each line above the body that became a comment for the child, what it is in the cell; of the same length."""

    def to_child(self, position: int) -> int:
        """Map a cursor in the cell to one in the text."""
        return max(0, position - self.shift)


def child_text(cell: Cell, profile: KernelProfile) -> ChildText:
    """Return the text for a child: the cell untouched where it has no header lines.

    A header line stays as a comment, so that neither lines nor cursors move; all above the body is cut where the body
    has to come first or the language has no two-character comment. IPython takes an indent off: that of the first line
    (7, 8) or what all lines have in common (9), so what stands above the body gets that of its first line. Of what
    stands above a part only the lines are left, as empty comments.
    """
    if not cell.header_lines:
        return ChildText(cell.code)
    first = first_line(cell.code, cell.body_start)
    above, body = cell.above, cell.code[cell.body_start :]
    if _comes_first(above[cell.start :], cell.code[first:], profile):
        return ChildText(cell.code[first:], first)
    lines = above.split("\n")
    others = above.count("\n", 0, cell.start)
    commented = [profile.line_comment] * others
    commented += [_as_comment(line, profile.line_comment) for line in lines[others:]]
    typed = {new.rstrip(): old.rstrip() for new, old in list(zip(commented, lines, strict=True))[others:] if new != old}
    typed.pop("", None)
    indent = INDENT.match(cell.code, first)[0] if profile.reads_as_ipython else ""  # type: ignore[index]
    top = "\n".join(indent + line if line.strip() else line for line in commented)
    return ChildText(top + body, len(above) - len(top), MappingProxyType(typed))


def question_text(cell: Cell, position: int) -> ChildText:
    """Return the text that a child is asked about, where the cursor is at a position: the body alone.

    An answer has no line numbers, and some kernels (fish, zsh, kotlin) complete from all that is above the cursor, so
    that a comment would count as code. Blank lines above the body stay only if the cursor is in them.
    """
    if not cell.header_lines:
        return ChildText(cell.code)
    first = first_line(cell.code, cell.body_start)
    start = first if position >= first else cell.body_start
    return ChildText(cell.code[start:], start)


def _comes_first(above: str, body: str, profile: KernelProfile) -> bool:
    """Whether a body has to begin on the first line of what the child gets; `body` has no blank lines at its beginning.

    IPython runs `exit` and `%autocall` only in cells of one line. A comment that ends with a backslash takes the next
    line with it in C and Tcl.
    """
    return (
        not profile.line_comment
        or body.lstrip().startswith(OWN_FIRST_LINE)
        or (profile.reads_as_ipython and len(body.splitlines()) == 1)
        or any(line.rstrip().endswith("\\") for line in above.split("\n"))
    )


def _as_comment(line: str, sign: str) -> str:
    """Return a line above a body as a comment in the body's language, of the same length.

    It begins in the first column, before it may get an indent.
    """
    text = line.rstrip()
    if not text or line.startswith(comment_start(sign)):
        return line
    return line.replace(text, " ") if len(text) == 1 else sign + line[2:]
