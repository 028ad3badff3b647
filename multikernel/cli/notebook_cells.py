"""What is wrong with a notebook's cells: Multi's own grammar, one cell after another, as if each had succeeded."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..commands import TABLE as COMMANDS
from ..config.kernelspecs import installed_kernelspecs
from ..core.cells.cell import Cell, parse, refuse_unknown_header
from ..core.config import Config, config_of_kernelspecs
from ..core.errors import MultiError
from ..core.kernels.table import DEFAULTS, KernelProfile
from .findings import Finding, Severity
from .installed import Installed, names_of, presumed_profile, why_unusable
from .notebook import CodeCell, Notebook

TAKE_BACKENDS = frozenset(name for name, command in COMMANDS.items() if re.search(r"\bbackend\b", command.usage))
"""The commands whose arguments are backends."""

BELOW_COMMENTS = re.compile(r"(?:[^\S\n]*(?:#[^\n]*)?\n)+%%")
"""A header line with nothing but comments above it, which is an error in IPython, too; in a string it is none."""


def check_cells(notebook: Notebook, config: Config | None, kernelspecs: dict[str, Installed]) -> list[Finding]:
    """Return what is wrong with a notebook's cells; without a config every installed kernelspec is a backend."""
    file, findings = str(notebook.file), []
    spec = kernelspecs.get((notebook.kernelspec or "").lower())
    if spec is not None and not spec.is_multi:
        what = f"its kernel is {notebook.kernelspec}, not a Multi; the cells are checked as Multi would take them"
        findings.append(Finding(file, "warning", what))
    session = _Session(config or config_of_kernelspecs(installed_kernelspecs()), kernelspecs)
    for cell in notebook.cells:
        for severity, what in session.run(cell):
            findings.append(Finding(file, severity, what, cell=cell.number, id=cell.id))
    return findings


class _Session:
    """What a kernel would know from cell to cell."""

    def __init__(self, config: Config, kernelspecs: dict[str, Installed]) -> None:
        self._config = config
        self._kernelspecs = kernelspecs
        self._names = names_of(config, kernelspecs)
        self._default = config.default
        self._used_in = 0
        """Number of the cell whose `%%use` made the default what it is."""

    def run(self, cell: CodeCell) -> Iterator[tuple[Severity, str]]:
        """Yield what is wrong with the next cell; one that is refused changes no default."""
        try:
            parsed = parse(cell.code, self._names, self._default)
            for line in parsed.commands:
                if line.name.lower() in TAKE_BACKENDS:
                    for operand in line.operands:
                        self._names.resolve(operand, self._default)
            target = parsed.target or self._default
            doubt = None if parsed.header_lines else self._refuse_unknown_header(parsed, target)
        except MultiError as error:
            yield "mistake", str(error)
            return
        if doubt is not None:
            yield "warning", doubt
        if parsed.runs_body and cell.code[parsed.body_start :].strip():
            if (why := why_unusable(self._config.backends[target], self._kernelspecs)) is not None:
                yield "mistake", f"{target}, which it runs on, could not start: {why}"
            if not parsed.header_lines and parsed.foreign is None and self._looks_like_another_language():
                language = self._names.languages.get(self._config.default, self._config.default)
                yield (
                    "warning",
                    f"it runs on {target} because of %%use in cell {self._used_in}, but formatters and jupytext take "
                    f"it for {language}: put %%{target} on top",
                )
        if parsed.new_default is not None:
            self._default, self._used_in = parsed.new_default, cell.number

    def _refuse_unknown_header(self, cell: Cell, target: str) -> str | None:
        """Raise HeaderError as the kernel would; return the error that comes only if the kernel has no `%%` magics."""
        profile = self._profile(target)
        known = profile or replace(DEFAULTS, cell_magics=True)
        if cell.foreign is None and BELOW_COMMENTS.match(cell.code):
            known = replace(known, refuses_late_magics=False)
        refuse_unknown_header(cell, target, known, self._names)
        try:
            refuse_unknown_header(cell, target, profile or DEFAULTS, self._names)
        except MultiError as error:
            return f"{error} (That is if {target} has no %% magics, which its kernelspec does not show.)"
        return None

    def _profile(self, backend: str) -> KernelProfile | None:
        return presumed_profile(self._kernelspecs.get(self._config.backends[backend].kernel.lower()))

    def _looks_like_another_language(self) -> bool:
        languages = self._names.languages
        return languages.get(self._default) != languages.get(self._config.default)
