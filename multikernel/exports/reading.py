"""Which backend runs which stretch of a cell, and what is the default below it, as far as the texts tell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..config.kernelspecs import all_kernelspecs, usable_kernelspecs
from ..config.stated import names_of, read_config_of_notebook
from ..core.cells.lines import header_line
from ..core.cells.names import Names
from ..core.cells.parser import parse
from ..core.config import BackendConfig, config_of_kernelspecs
from ..core.errors import MultiError
from ..core.kernels.installing import LANGUAGES


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a cell's text."""

    start: int
    """Offset."""
    end: int
    backends: tuple[str, ...] = ()
    """Those that run it; none for header lines and what stands between them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell's text tells."""

    stretches: tuple[Stretch, ...]
    """From the beginning of the text to its end."""
    default_below: str
    """The default backend of the next cell, if this one succeeds."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the cells of notebooks for which the same names hold."""

    names: Names

    @property
    def default(self) -> str:
        """The default backend of the first cell."""
        return self.names.config.default

    def language(self, backend: str) -> str:
        """Return a backend's language in lower case; empty if nobody states one."""
        return self.names.languages.get(backend, "")

    def read(self, code: str, default: str) -> Reading:
        """Read a cell; `default` is the default backend when its turn comes.

        One that the kernel would refuse has the backend of its first line, if it names one.
        """
        try:
            cell = parse(code, self.names, default)
        except MultiError:
            return Reading(tuple(self._refused(code, default)), default)
        bodies = [
            Stretch(body.body_start, len(body.code), body.targets or (default,))
            for body in cell.bodies
            if body.has_body
        ]
        return Reading(tuple(_with_headers(bodies, len(code))), cell.new_default or default)

    def _refused(self, code: str, default: str) -> Iterator[Stretch]:
        line = header_line(code, 0)
        if line is None or not self.names.is_known(line.name):
            yield Stretch(0, len(code), (default,))
            return
        try:
            backends = self.names.resolve_all(line.name.split(","))
        except MultiError:
            backends = (default,)
        start = min(line.end + 1, len(code))
        yield from _with_headers([Stretch(start, len(code), backends)], len(code))


def reader_of(kernelspec: str | None, folder: Path) -> Reader:
    """Return the reader for a notebook in `folder` that was saved with `kernelspec`.

    Names of languages that have no kernel here are known, too: a notebook is often exported where it does not run. A
    config file with mistakes counts as none, as for the kernel.
    """
    kernelspecs = all_kernelspecs()
    try:
        config = read_config_of_notebook(kernelspec, folder, kernelspecs)
    except MultiError:
        config = config_of_kernelspecs(usable_kernelspecs(kernelspecs))
    return Reader(with_languages(names_of(config, kernelspecs)))


def with_languages(names: Names, magics: frozenset[str] = frozenset()) -> Names:
    """Return names with those of well-known languages that mean nothing yet, but for `magics` of the kernel's own."""
    more = {}
    for called, _ in LANGUAGES.values():
        name, *aliases = called.split()
        if not magics.intersection((name, *aliases)) and not any(map(names.is_known, (name, *aliases))):
            more[name] = BackendConfig(name, "", aliases=tuple(aliases), language=name)
    config = replace(names.config, backends={**names.config.backends, **more})
    return Names(config, names.commands, {**names.languages, **{name: name for name in more}})


def _with_headers(bodies: list[Stretch], length: int) -> Iterator[Stretch]:
    """Yield bodies, and stretches for all that is between them."""
    position = 0
    for body in bodies:
        if position < body.start:
            yield Stretch(position, body.start)
        yield body
        position = body.end
    if position < length:
        yield Stretch(position, length)
