"""The table of docs/kernels.md, made of the outcomes of the tests."""

from collections.abc import Mapping, Sequence

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

Outcomes = Mapping[tuple[str, str], set[str]]
"""(Kernel, check) -> what came of its tests: `passed`, `failed`, `skipped`."""

INTRODUCTION = """\
# Kernels that others wrote, alone and behind Multi

`make zoo` installs each kernel as far as PyPI, npm and Debian have it, and runs the same cells on it alone, below a
header line with its name (`%%name`), and without a header on a Multi whose default it is. What a front-end gets is
compared message by message: `=` means that it is the same in both ways, `≠` that it is not, and `-` that the kernel
alone has nothing there to compare (it knows no inspection, cannot be interrupted, has no `%%` lines).

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
| start | seconds until the first cell ends: alone from the kernel's start; below a header; as the default |
"""


def write_page(
    outcomes: Outcomes, versions: Mapping[str, str], seconds: Mapping[str, Sequence[float]], machine: Mapping[str, str]
) -> str:
    """Return the page in Markdown."""
    rows = [["kernel", *COLUMNS.values(), "start"], ["---"] * (len(COLUMNS) + 2)]
    for name, version in versions.items():
        marks = [_mark(outcomes.get((name, check), set())) for check in COLUMNS]
        took = " / ".join(f"{value:.1f}" for value in seconds.get(name, []))
        rows.append([f"{name} {version}".strip(), *marks, took])
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    caption = f"{machine['cpus']} CPUs, {machine['system']}, Python {machine['python']}."
    return f"{INTRODUCTION}\n{table}\n\n{caption}\n"


def _mark(outcomes: set[str]) -> str:
    if "failed" in outcomes:
        return "≠"
    return "=" if "passed" in outcomes else "-"
