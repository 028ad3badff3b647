"""The table of docs/kernels.md, made of the outcomes of the tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .species import Species

COLUMNS = {
    "outputs": "outputs",
    "test_its_errors_are_as_alone": "errors",
    "test_its_errors_have_the_lines_of_the_cell": "lines",
    "magic": "its own `%%`",
    "comment": "only a comment",
    "test_a_header_alone_does_nothing": "only a header",
    "complete": "Tab",
    "inspect": "inspect",
    "interrupt": "interrupt",
    "test_it_is_started_once": "started once",
}
"""Check -> the head of its column."""


@dataclass
class Result:
    """What came of the tests of a kernel."""

    version: str = ""
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    """Check -> outcomes of its tests: `passed`, `failed`, `skipped`, `differs` where kernels.toml says why."""
    seconds: list[float] = field(default_factory=list)
    """Until the first cell ended: alone, below a header, as the default."""
    missing: str = ""
    """Why it could not be installed."""

    @property
    def is_unexplained(self) -> bool:
        """Whether there is a difference that kernels.toml does not explain."""
        return any("failed" in outcomes for outcomes in self.outcomes.values())


INTRODUCTION = """\
# Kernels that others wrote, alone and behind Multi

`make zoo` installs each kernel as far as PyPI, npm and Debian have it, and runs the same cells on it alone, below a
header line with its name (`%%name`), and without a header on a Multi whose default it is. What a front-end gets is
compared message by message: `=` means that it is the same in both ways, `≠` that it is not, and `-` that the kernel
alone has nothing there to compare (it knows no inspection, cannot be interrupted, has no `%%` lines). Execution counts,
addresses, times and Multi's note about a start that takes more than 10 s are left out, and `abort` counts as `aborted`,
the protocol's word for it. Where interrupt has `-`, Multi may do more than the kernel alone: it interrupts deno,
which a signal ends, by a message.

| column | what is compared |
|---|---|
| outputs | all outputs and the reply of cells that work |
| errors, lines | status and name of an error; the whole traceback, whose lines are those of the cell with its header |
| its own `%%` | a cell with a `%%` line of the kernel's own |
| only a comment | a cell that is nothing but a comment |
| only a header | nothing is sent, nothing is shown |
| Tab, inspect | the answers, with the cursor at the end of a cell |
| interrupt | a cell that would run for ever: how it ends, and whether the kernel lives on |
| started once | processes of the kernel from the first request to the last |
| start | seconds to the first cell's end, on a busy machine: alone, from the start; below a header; as default |
"""


def write_page(species: Mapping[str, Species], results: Mapping[str, Result], machine: Mapping[str, str]) -> str:
    """Return the page in Markdown: a row for each kernel, and why it differs."""
    rows = [["kernel", *COLUMNS.values(), "start"], ["---"] * (len(COLUMNS) + 2)]
    notes = []
    for name, result in results.items():
        if result.missing:
            continue
        marks = {check: _mark(result.outcomes.get(check, [])) for check in COLUMNS}
        took = " / ".join(f"{value:.1f}" for value in result.seconds)
        rows.append([f"{name} {result.version}".strip(), *marks.values(), took])
        for check, mark in marks.items():
            if mark == "≠":
                notes.append(f"- {name}, {COLUMNS[check]}: {species[name].differs.get(check, 'not explained.')}")
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    missing = [f"- {name}: {result.missing}" for name, result in results.items() if result.missing]
    caption = f"{machine['cpus']} CPUs, {machine['system']}, Python {machine['python']}."
    parts = [f"{INTRODUCTION}\n{table}", caption]
    if notes:
        parts.append("\n".join(["## Differences", "", *notes]))
    if missing:
        parts.append("\n".join(["## Not installed", "", *missing]))
    return "\n\n".join(parts) + "\n"


def _mark(outcomes: Sequence[str]) -> str:
    if not {"failed", "differs"}.isdisjoint(outcomes):
        return "≠"
    return "=" if "passed" in outcomes else "-"
