"""A cell in parts: header lines, the body, and what each asks for. What makes one of a text is `parser`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .lines import HeaderLine
from .options import Exports, Imports, Options


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in parts."""

    code: str
    commands: tuple[HeaderLine, ...] = ()
    header: HeaderLine | None = None
    """The backend header, or `%%parts`."""
    targets: tuple[str, ...] = ()
    """Backends that the body is for, by the header or by `%%use`; none: the default."""
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
    start: int = 0
    """Offset of the header line of a part: what stands above belongs to other parts."""
    parts: tuple["Cell", ...] = ()
    """Below `%%parts`: each with its header and its body, in the text up to the body's end."""

    @property
    def header_lines(self) -> tuple[HeaderLine, ...]:
        """All of Multi's lines, from the top."""
        own = self.commands if self.header is None else (*self.commands, self.header)
        return own + tuple(line for part in self.parts for line in part.header_lines)

    @property
    def target(self) -> str | None:
        """The first backend that the body is for; None: the default."""
        return self.targets[0] if self.targets else None

    @property
    def bodies(self) -> tuple["Cell", ...]:
        """What children have to do with it: the cell itself, or those of its parts that have something to do."""
        return tuple(cell for cell in self.parts or (self,) if cell.has_body or cell.imports or cell.exports)

    @property
    def is_in_background(self) -> bool:
        """Whether the next cell, or the next part, does not wait for it."""
        return self.options.is_in_background

    @property
    def imports(self) -> Imports:
        """What is copied before the body runs."""
        return self.options.imports

    @property
    def exports(self) -> Exports:
        """What is copied after it has."""
        return self.options.exports

    @property
    def plot(self) -> Mapping[str, str]:
        """How big this cell's plots are; see `Options.plot`."""
        return self.options.plot

    @property
    def needs_backend(self) -> bool:
        """Whether there is something to do with a child: a body to run, or variables to copy."""
        return bool(self.bodies)

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

    def part_at(self, position: int) -> "Cell":
        """Return the part in which a cursor stands, or the cell itself where it has no parts."""
        above = [part for part in self.parts if part.start <= position]
        return above[-1] if above else self

    def header_line_at(self, position: int) -> HeaderLine | None:
        """Return Multi's line in which a cursor stands."""
        return next((line for line in self.header_lines if line.start <= position <= line.end), None)
