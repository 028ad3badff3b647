"""The text of a cell, read: the grammar is the form of lines in `lines` and the loop in `parse`.

What a name means is for `names` to decide, where header lines cannot be for `misplaced`, and what a child gets for
`child_text`.
"""

from ..errors import HeaderError, MultiError
from ..kernels.comments import comment_of_language
from ..kernels.table import KernelProfile
from ..wording import nearest, quote
from .cell import Cell
from .command_names import PARTS, WITHOUT_NOW
from .lines import NOW, HeaderLine, header_line, is_nothing, line_number, lines_in
from .misplaced import refuse_below_code, refuse_below_magic, refuse_indented, refuse_unknown
from .names import Names
from .options import BACKGROUND, Options, parse_options, parse_parts_options

USE, WAIT = "use", "wait"


def parse(code: str, names: Names, default: str) -> Cell:
    """Parse a cell; `default` is the default backend when the cell's turn comes.

    Raises HeaderError or BackendNotFound for a cell that cannot be right.
    """
    commands: list[HeaderLine] = []
    header = new_default = None
    targets: tuple[str, ...] = ()
    parts: tuple[Cell, ...] = ()
    body_start = 0
    options = Options()
    while header is None and (line := header_line(code, body_start)) is not None:
        below = min(line.end + 1, len(code))
        if names.is_command(line.name):
            _check_command(line, names)
            commands.append(line)
            if line.name.lower() == WAIT:
                names.resolve_all(line.operands)
            if line.name.lower() == USE and line.operands:
                new_default = default = _used(line, names)
                targets = (default,)
        elif line.name.lower() == PARTS:
            header, options, parts = line, parse_parts_options(line), _parts(code, below, names, default)
        elif owners := _targets(line, names):
            header, targets, options = line, owners, parse_options(line, owners, names, default)
        else:
            break
        body_start = below
    if header is not None:
        has_body = header.name.lower() != PARTS and bool(code[body_start:].strip())
    else:
        if line is None:
            refuse_indented(code, body_start, names, default)
        else:
            refuse_below_magic(code, line, names, default)
        has_body = not commands or not is_nothing(code[body_start:], _comment_sign(targets, names))
    foreign = line if header is None else None
    cell = Cell(
        code, tuple(commands), header, targets, new_default, body_start, options, foreign, has_body, parts=parts
    )
    _refuse_contradictions(cell, default)
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


def _targets(line: HeaderLine, names: Names) -> tuple[str, ...]:
    """Return the backends that a header line names, or none for a line that is not Multi's.

    HeaderError for a list that names one twice, or has anything but backends, or a space in it.
    """
    listed = line.name.split(",")
    if len(listed) == 1:
        return names.find_all(line.name)
    if not names.is_known(line.name):
        return ()
    if not listed[-1]:
        joined = "".join((line.name, *line.arguments[:1])).rstrip(",")
        raise HeaderError(f"{line.text}: write the names without spaces, as in %%{joined}.")
    targets: list[str] = []
    for name in listed:
        if names.is_command(name) or name.lower() == PARTS:
            raise HeaderError(f"{line.text}: %%{name} is not a backend; only backends run a cell together.")
        found = names.resolve_all([name])
        if twice := [backend for backend in found if backend in targets]:
            raise HeaderError(f"{line.text} names {twice[0]} twice.")
        targets += found
    return tuple(targets)


def _parts(code: str, start: int, names: Names, default: str) -> tuple[Cell, ...]:
    """Return the parts below `%%parts`, but for empty ones; HeaderError for what belongs to none."""
    lines = [line for line in lines_in(code, start) if names.is_known(line.name)]
    if not is_nothing(code[start : lines[0].start if lines else len(code)], None):
        if (unknown := header_line(code, start)) is not None:
            names.resolve_all(unknown.name.split(","))
        raise HeaderError(
            f"There is code between %%{PARTS} and the first part: put a line such as %%{default} above it."
        )
    parts = []
    for line, end in zip(lines, [*(line.start for line in lines), len(code)][1:], strict=True):
        if names.is_command(line.name) or line.name.lower() == PARTS:
            raise HeaderError(
                f"Line {line_number(code, line.start)}: {line.text} cannot be a part; put commands above %%{PARTS}."
            )
        targets = _targets(line, names)
        below = min(line.end + 1, end)
        has_body = bool(code[below:end].strip())
        options = parse_options(line, targets, names, default)
        parts.append(
            Cell(code[:end], (), line, targets, body_start=below, options=options, has_body=has_body, start=line.start)
        )
    return tuple(parts)


def _refuse_contradictions(cell: Cell, default: str) -> None:
    """Raise HeaderError for header lines that do not go together."""
    if cell.commands and not cell.targets and cell.has_body:
        raise HeaderError(
            f"There is code below {cell.commands[-1].text}, but no backend to run it: add a line such as "
            f"%%{default} above the code, or move the code to a cell of its own."
        )
    if cell.is_urgent and (cell.targets or cell.header):
        raise HeaderError(f"A command with {NOW} does not wait for its turn, so it needs a cell of its own.")
    if cell.new_default is not None and cell.is_in_background:
        raise HeaderError(
            f"{BACKGROUND} and %%{USE} do not go together: cells below would run on {cell.new_default} or not, as the "
            f"time goes. Put %%{USE} {cell.new_default} into a cell of its own."
        )


def _comment_sign(targets: tuple[str, ...], names: Names) -> str | None:
    """Return the comment sign of a backend's language, empty if unknown; None without a backend."""
    return comment_of_language(names.languages.get(targets[0], "")) if targets else None


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
