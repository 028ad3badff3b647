"""Checks a notebook's cells in order with Multi's own grammar, as if each had succeeded."""

import re
from collections.abc import Iterator

from ..commands import TABLE as COMMANDS
from ..config.kernelspecs import InstalledKernelspec, installed_kernelspecs
from ..config.stated import names_of
from ..core.cells.cell import Cell
from ..core.cells.parser import parse, refuse_unknown_header
from ..core.config import Config, config_of_kernelspecs
from ..core.errors import MultiError
from .backends import profile_of_backend, severity_of, why_unusable
from .findings import Finding, Severity
from .notebook import CodeCell, Notebook

TAKE_BACKENDS = frozenset(name for name, command in COMMANDS.items() if re.search(r"\bbackend\b", command.usage))
"""The commands whose arguments are backends."""


def check_cells(
    notebook: Notebook, config: Config | None, kernelspecs: dict[str, InstalledKernelspec]
) -> list[Finding]:
    """Return the mistakes in a notebook's cells; without a config every installed kernelspec is a backend."""
    file, findings = str(notebook.file), []
    spec = kernelspecs.get((notebook.kernelspec or "").lower())
    if spec is not None and not spec.is_multi:
        what = f"its kernel is {notebook.kernelspec}, not a Multi; the cells are checked as if Multi ran them"
        findings.append(Finding(file, "warning", what))
    session = _Session(config or config_of_kernelspecs(installed_kernelspecs()), kernelspecs)
    for cell in notebook.cells:
        for severity, what in session.run(cell):
            findings.append(Finding(file, severity, what, cell=cell.number, id=cell.id))
    return findings


class _Session:
    """What the kernel would remember from cell to cell."""

    def __init__(self, config: Config, kernelspecs: dict[str, InstalledKernelspec]) -> None:
        self._config = config
        self._kernelspecs = kernelspecs
        self._names = names_of(config, kernelspecs)
        self._default = config.default
        self._used_in = 0
        """Number of the cell whose `%%use` set the current default."""

    def run(self, cell: CodeCell) -> Iterator[tuple[Severity, str]]:
        """Yield the mistakes in the next cell; a refused cell does not change the default."""
        try:
            parsed = parse(cell.code, self._names, self._default)
            for line in parsed.commands:
                if line.name.lower() in TAKE_BACKENDS:
                    self._names.resolve_all(line.operands)
            target = parsed.target or self._default
            profile = profile_of_backend(self._config.backends[target], self._kernelspecs)
            refuse_unknown_header(parsed, target, profile, self._names)
        except MultiError as error:
            yield "mistake", str(error)
            return
        if cell.code.strip():
            for backend in self._runs_on(parsed):
                config = self._config.backends[backend]
                if (why := why_unusable(config, self._kernelspecs)) is not None:
                    yield severity_of(config), f"its backend {backend} cannot start: {why}"
            is_headerless = not parsed.header_lines and parsed.foreign is None
            if is_headerless and self._looks_like_another_language():
                language = self._names.languages.get(self._config.default) or self._config.default
                yield (
                    "warning",
                    f"it runs on {target} because of %%use in cell {self._used_in}, but formatters and jupytext take "
                    f"it for {language}: put %%{target} at the top",
                )
        if parsed.new_default is not None:
            self._default, self._used_in = parsed.new_default, cell.number

    def _runs_on(self, cell: Cell) -> tuple[str, ...]:
        """Return the backends that run a cell's bodies."""
        targets = (body.targets or (self._default,) for body in cell.bodies if body.has_body)
        return tuple(dict.fromkeys(backend for backends in targets for backend in backends))

    def _looks_like_another_language(self) -> bool:
        languages = self._names.languages
        return languages.get(self._default) != languages.get(self._config.default)
