"""One script for each backend of a notebook: its cells in order, and comments that say what else the notebook does.

What a variable is copied from is not there in a script, so a comment says where it has to be set.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..core.cells.cell import Cell
from ..core.cells.names import Names
from ..core.cells.parser import parse
from ..core.cells.transfers import Gather, Scatter, Transfer
from ..core.errors import MultiError
from .dialects import as_comment, without_magics


@dataclass(frozen=True, slots=True)
class Source:
    """A code cell."""

    number: int
    """Among cells of all types, from 1."""
    code: str
    text_above: str = ""
    """Of the Markdown cells between it and the code cell above."""


@dataclass(slots=True)
class Script:
    """What one backend runs."""

    backend: str
    language: str
    """In lower case; may be empty."""
    pieces: list[str] = field(default_factory=list)
    cells: int = 0
    """How many have code for it."""

    @property
    def code(self) -> str:
        """All of it, without a first line for the shell."""
        return "\n".join(self.pieces)

    def add(self, *parts: str, is_code: bool = False) -> None:
        """Add a piece, each part of which ends with a line end or is empty."""
        if piece := "".join(parts):
            self.pieces.append(piece)
            self.cells += is_code


class RefusedCell(Exception):
    """A cell that the kernel would refuse, so that nobody can tell where it runs."""


def scripts_of(sources: Iterable[Source], names: Names, text_below: str = "") -> list[Script]:
    """Return the scripts of all backends that run code, in the order of their first; RefusedCell if that is not clear.

    `text_below` is that of the Markdown cells below the last code cell.
    """
    default = names.config.default
    scripts: defaultdict[str, Script] = _Scripts(names)
    for source in sources:
        try:
            cell = parse(source.code, names, default)
        except MultiError as error:
            raise RefusedCell(f"cell {source.number}: {error}") from None
        _add(source, cell, default, names, scripts)
        default = cell.new_default or default
    scripts[default].add(as_comment(text_below, scripts[default].language))
    return [script for script in scripts.values() if script.cells]


class _Scripts(defaultdict[str, Script]):
    """Backend -> script; asked for one that is not there, makes it."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, backend: str) -> Script:
        self[backend] = Script(backend, self._names.languages.get(backend, ""))
        return self[backend]


def _add(source: Source, cell: Cell, default: str, names: Names, scripts: defaultdict[str, Script]) -> None:
    """Add a cell to the scripts of all that it concerns."""
    title = f"Cell {source.number}"
    bodies = cell.bodies if source.code.strip() else ()
    if not bodies:
        for backend in _concerned(cell, names) or (default,):
            script = scripts[backend]
            script.add(as_comment(source.text_above, script.language))
            script.add(_comments(script, title, source.code) if source.code.strip() else "")
    for body in bodies:
        targets = body.targets or (default,)
        is_first = body is bodies[0]
        above = body.above if is_first else body.above[body.start :]
        for backend in targets:
            script = scripts[backend]
            code = without_magics(body.code[body.body_start :].strip("\n"), script.language)
            script.add(as_comment(source.text_above, script.language) if is_first else "")
            script.add(
                _comments(script, title, above),
                _copies(script, body.imports),
                f"{code.rstrip()}\n" if body.has_body else "",
                _copies(script, body.exports),
                is_code=body.has_body,
            )
        copies = (*body.imports, *body.exports)
        for backend in dict.fromkeys(end for copy in copies for end in copy.backends if end not in targets):
            script = scripts[backend]
            script.add(_comments(script, f"{title}, on {', '.join(targets)}"), _copies(script, copies))


def _concerned(cell: Cell, names: Names) -> tuple[str, ...]:
    """Return the backends that the commands of a cell without a body name."""
    found: list[str] = list(cell.targets)
    for line in cell.commands:
        for word in line.operands:
            try:
                found += names.find_all(word)
            except MultiError:
                continue
    return tuple(dict.fromkeys(found))


def _comments(script: Script, *texts: str) -> str:
    return "".join(as_comment(text, script.language) for text in texts)


def _copies(script: Script, copies: Sequence[Transfer | Scatter | Gather]) -> str:
    """Return comments for the copies that a backend has a part in."""
    return "".join(as_comment(line, script.language) for line in _lines(script.backend, copies))


def _lines(backend: str, copies: Sequence[Transfer | Scatter | Gather]) -> Iterator[str]:
    for copy in copies:
        if backend in copy.targets:
            yield f"Set {copy.new_name} here: the notebook copies {copy.text}."
        elif backend in copy.sources:
            yield f"Here the notebook copies {copy.text}."
