"""The text of a cell: header lines, the body, and what each asks for.

The grammar is the form of lines in `lines` and the loop in `parse`. What a name means is for `names` to decide, where
header lines cannot be for `misplaced`, and what a child gets for `child_text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import HeaderError, MultiError
from ..kernels.comments import comment_of_language
from ..kernels.table import KernelProfile
from ..wording import nearest, quote
from .command_names import RESERVED, WITHOUT_NOW
from .lines import NOW, HeaderLine, header_line, is_nothing
from .misplaced import refuse_below_code, refuse_below_magic, refuse_indented, refuse_unknown
from .names import Names
from .options import Options, Transfers, parse_options

USE = "use"


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
    options: Options = field(default_factory=Options)
    """Of the backend header."""
    foreign: HeaderLine | None = None
    """The line on top that has the form of a header but is not Multi's: a magic of the kernel, or a mistake."""
    has_body: bool = True
    """There is text for a child. Below a backend header comments are, below commands they are not.

    A cell without header lines has one whatever is in it: what an empty cell means is for its kernel to decide.
    """

    @property
    def header_lines(self) -> tuple[HeaderLine, ...]:
        """All of Multi's lines, from the top."""
        return self.commands if self.header is None else (*self.commands, self.header)

    @property
    def imports(self) -> Transfers:
        """What is copied before the body runs."""
        return self.options.imports

    @property
    def exports(self) -> Transfers:
        """What is copied after it has."""
        return self.options.exports

    @property
    def plot(self) -> Mapping[str, str]:
        """How big this cell's plots are; see `Options.plot`."""
        return self.options.plot

    @property
    def needs_backend(self) -> bool:
        """Whether there is something to do with a child: a body to run, or variables to copy."""
        return self.has_body or bool(self.imports or self.exports)

    @property
    def is_bare(self) -> bool:
        """Whether it is a backend header alone: nothing to do, and nothing to count."""
        return not (self.commands or self.needs_backend)

    @property
    def is_urgent(self) -> bool:
        """Whether it is not to wait for its turn."""
        return any(line.is_urgent for line in self.commands)

    @property
    def above(self) -> str:
        """All that stands above the body."""
        return self.code[: self.body_start]

    @property
    def header_of_next(self) -> str:
        """What sends a new cell to where this one's header does."""
        return "" if self.header is None else f"{self.header.text}\n"

    def header_line_at(self, position: int) -> HeaderLine | None:
        """Return Multi's line in which a cursor stands."""
        return next((line for line in self.header_lines if line.start <= position <= line.end), None)


def parse(code: str, names: Names, default: str) -> Cell:
    """Parse a cell; `default` is the default backend when the cell's turn comes.

    Raises HeaderError or BackendNotFound for a cell that cannot be right.
    """
    commands: list[HeaderLine] = []
    header = target = new_default = None
    body_start = 0
    options = Options()
    while header is None and (line := header_line(code, body_start)) is not None:
        if line.name.lower() in RESERVED:
            raise HeaderError(f"{line.text} is reserved for a command of a later version.")
        if names.is_command(line.name):
            _check_command(line, names)
            commands.append(line)
            if line.name.lower() == USE and line.operands:
                target = new_default = default = _used(line, names)
        elif (owner := names.find(line.name)) is not None:
            header, target, options = line, owner, parse_options(line, owner, names, default)
        else:
            break
        body_start = min(line.end + 1, len(code))
    if header is not None:
        has_body = bool(code[body_start:].strip())
    else:
        if line is None:
            refuse_indented(code, body_start, names, default)
        else:
            refuse_below_magic(code, line, names, default)
        has_body = not commands or not is_nothing(code[body_start:], _comment_sign(target, names))
    foreign = line if header is None else None
    cell = Cell(code, tuple(commands), header, target, new_default, body_start, options, foreign, has_body)
    if commands and target is None and has_body:
        raise HeaderError(
            f"There is code below {commands[-1].text}, but no backend to run it: add a line such as "
            f"%%{default} above the code, or move the code to a cell of its own."
        )
    if cell.is_urgent and cell.target is not None:
        raise HeaderError(f"A command with {NOW} does not wait for its turn, so it needs a cell of its own.")
    return cell


def is_urgent(code: str, names: Names, default: str) -> bool:
    """Whether a cell is not to wait for its turn; one that is refused does."""
    if NOW not in code:
        return False
    try:
        return parse(code, names, default).is_urgent
    except MultiError:
        return False


def has_header(code: str, names: Names) -> bool:
    """Whether the first line that is neither blank nor a comment is a header line of Multi's."""
    line = header_line(code, 0)
    return line is not None and names.is_known(line.name)


def refuse_unknown_header(cell: Cell, backend: str, profile: KernelProfile, names: Names) -> None:
    """Raise HeaderError for what means nothing in a cell that no backend header sends to `backend`.

    That is a `%%` line on top where the kernel is known to have none of its own, and a header line below code.
    """
    if cell.header is not None:
        return
    if cell.foreign is None:
        refuse_below_code(cell.code, cell.body_start, profile.is_python, names, backend)
    elif not profile.cell_magics:
        refuse_unknown(cell.foreign, names, backend)


def _comment_sign(target: str | None, names: Names) -> str | None:
    """Return the comment sign of a backend's language, empty if unknown; None without a backend."""
    return None if target is None else comment_of_language(names.languages.get(target, ""))


def _check_command(line: HeaderLine, names: Names) -> None:
    """Raise HeaderError for an unknown option of a command."""
    takes_now = line.name.lower() not in WITHOUT_NOW
    for index, word in enumerate(line.arguments):
        if word.startswith("-") and not (word == NOW and takes_now):
            if takes_now and nearest(word, [NOW]):
                meant = line.with_arguments(*line.arguments[:index], NOW, *line.arguments[index + 1 :])
                advice = f"; did you mean {meant}?"
            else:
                advice = f". The line without it: {line.with_arguments(*filter(names.is_known, line.operands))}"
            raise HeaderError(f"{line.text} takes no option {quote(word)}{advice}")


def _used(line: HeaderLine, names: Names) -> str:
    if len(line.operands) > 1:
        raise HeaderError(f"%%use takes one backend, not {len(line.operands)}.")
    return names.resolve(line.operands[0])
