"""The text of a cell: header lines, the body, and where a cursor in the one lies in the other.

The grammar is one regular expression and the loop in `parse`; what a name means is for `names` to say. Offsets are
Unicode code points, as everywhere in the messaging specification since 5.2.
"""

import re
from dataclasses import dataclass

from ..errors import HeaderError
from ..kernels.table import KernelProfile
from ..wording import did_you_mean, nearest
from .names import RESERVED, Names
from .options import Transfers, parse_options

HEADER_LINE = re.compile(r"^%%(?P<name>[A-Za-z0-9_.+#-]+)(?P<arguments>[^\S\n][^\n]*)?$", re.MULTILINE)
BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)*")
USE = "use"
NOW = "--now"
"""On a command: do it now, not when the queue gets there."""

OWN_FIRST_LINE = ("%", "!", "?")
"""A body that begins with one of these has to begin on the first line (IPython's and metakernel's magics)."""


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One `%%name arguments` line."""

    name: str
    arguments: tuple[str, ...]
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
        """It as errors name it."""
        return f"%%{self.name}"

    @property
    def operands(self) -> tuple[str, ...]:
        """A command's arguments without its options."""
        return tuple(argument for argument in self.arguments if argument != NOW)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in parts."""

    code: str
    commands: tuple[HeaderLine, ...] = ()
    header: HeaderLine | None = None
    """The backend header."""
    target: str | None = None
    """Backend that the body is for, by the header or by `%%use`; None: the default."""
    new_default: str | None = None
    """Backend that `%%use` makes the default."""
    body_start: int = 0
    imports: Transfers = ()
    """What is copied before the body runs."""
    exports: Transfers = ()
    """What is copied after it has."""
    foreign: HeaderLine | None = None
    """The line on top that has the form of a header but is not Multi's: a magic of the kernel, or a mistake."""

    @property
    def header_lines(self) -> tuple[HeaderLine, ...]:
        """All of Multi's lines, from the top."""
        return self.commands if self.header is None else (*self.commands, self.header)

    @property
    def runs_body(self) -> bool:
        """Whether something is for a child to run: all but a cell of commands alone."""
        return self.header is not None or not self.commands or bool(self.code[self.body_start :].strip())

    @property
    def is_urgent(self) -> bool:
        """Whether it is not to wait for its turn."""
        return any(line.is_urgent for line in self.commands)

    def header_line_at(self, position: int) -> HeaderLine | None:
        """Return Multi's line in which a cursor stands."""
        return next((line for line in self.header_lines if line.start <= position <= line.end), None)


@dataclass(frozen=True, slots=True)
class ChildText:
    """What a child gets for a cell; `shift` code points were cut from its beginning."""

    text: str
    shift: int

    def to_child(self, position: int) -> int:
        """Map a cursor in the cell to one in the text."""
        return max(0, position - self.shift)


def parse(code: str, names: Names, default: str) -> Cell:
    """Take a cell apart; `default` is the backend that is it when the cell's turn comes.

    Raises HeaderError or BackendNotFound for a cell that cannot be right.
    """
    commands: list[HeaderLine] = []
    header = target = new_default = None
    body_start = 0
    imports: Transfers = ()
    exports: Transfers = ()
    while header is None and (line := _header_line(code, body_start)) is not None:
        if line.name.lower() in RESERVED:
            raise HeaderError(f"%%{line.name} is reserved for a command of a later version.")
        if names.is_command(line.name):
            commands.append(line)
            if line.name.lower() == USE and line.operands:
                target = new_default = default = _used(line, names, default)
        elif (owner := names.find(line.name, default)) is not None:
            imports, exports = parse_options(line.name, line.arguments, owner, names, default)
            header, target = line, owner
        else:
            break
        body_start = min(line.end + 1, len(code))
    foreign = line if header is None else None
    cell = Cell(code, tuple(commands), header, target, new_default, body_start, imports, exports, foreign)
    if commands and target is None and cell.runs_body:
        raise HeaderError(
            f"There is code below %%{commands[-1].name}, but no backend to run it: add a line such as "
            f"%%{default} above the code, or move the code to a cell of its own."
        )
    if cell.is_urgent and cell.runs_body:
        raise HeaderError(f"A command with {NOW} does not wait for its turn, so it needs a cell without code.")
    return cell


def child_text(cell: Cell, profile: KernelProfile) -> ChildText:
    """Return the text for a child: the cell untouched where it has no header lines.

    A header line stays as a comment, so that neither lines nor cursors move; it is cut where the body has to come
    first or the language has no two-character comment.
    """
    lines = cell.header_lines
    if not lines:
        return ChildText(cell.code, 0)
    first = BLANK_LINES.match(cell.code, cell.body_start).end()  # type: ignore[union-attr]
    if not profile.line_comment or cell.code.startswith(OWN_FIRST_LINE, first):
        return ChildText(cell.code[first:], first)
    text = cell.code
    for line in lines:
        text = text[: line.start] + profile.line_comment + text[line.start + 2 :]
    return ChildText(text, 0)


def refuse_unknown_header(cell: Cell, backend: str, profile: KernelProfile, names: Names) -> None:
    """Raise HeaderError for a line of the form of a header that means nothing, here or to the child.

    It is called for the backend that a cell without header lines is going to.
    """
    if cell.foreign is not None and not profile.cell_magics:
        name = cell.foreign.name
        raise HeaderError(
            f"%%{name} is neither a command nor a backend{did_you_mean(nearest(name, names.all()))}, "
            f"and {backend} has no %% magics. Known are: {', '.join(names.all())}."
        )
    if profile.refuses_late_magics:
        return
    for match in HEADER_LINE.finditer(cell.code):
        name = match["name"]
        if names.is_known(name):
            line = cell.code.count("\n", 0, match.start()) + 1
            raise HeaderError(
                f"Line {line}: %%{name} has to be on top of the cell, with nothing but header lines above it. "
                f"If it is meant as text for {backend}, put %%{backend} on top."
            )


def _header_line(code: str, start: int) -> HeaderLine | None:
    """Return the header line at `start`, blank lines skipped."""
    match = HEADER_LINE.match(code, BLANK_LINES.match(code, start).end())  # type: ignore[union-attr]
    if match is None:
        return None
    return HeaderLine(match["name"], tuple((match["arguments"] or "").split()), match.start(), match.end())


def _used(line: HeaderLine, names: Names, default: str) -> str:
    if len(line.operands) > 1:
        raise HeaderError(f"%%use takes one backend, not {len(line.operands)}.")
    return names.resolve(line.operands[0], default)
