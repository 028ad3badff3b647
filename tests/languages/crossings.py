"""The table of docs/variables.md: what Python's values are in the other languages, as their kernels say.

`python -m tests.languages.crossings` rewrites it.
"""

import re
from pathlib import Path

from multikernel.core.errors import TransferError

from .kernels import Kernels

PAGE = Path(__file__).parents[2] / "docs" / "variables.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"

KERNELSPECS = {"python": "python3", "r": "ir", "javascript": "deno", "octave": "octave", "bash": "bash"}
TITLES = {"r": "R", "javascript": "JavaScript", "octave": "Octave", "bash": "bash"}

SETUP = """
import datetime, decimal, zoneinfo
import numpy as np, pandas as pd, polars as pl
moment = datetime.datetime(2024, 2, 29, 12)
berlin = moment.replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
frame = pd.DataFrame({"n": [1, 2], "s": ["a", None]})
"""

VALUES = [
    "None",
    "True",
    "5",
    "2**40",
    "2**70",
    "0.1",
    "float('nan')",
    "1 + 2j",
    "'text'",
    r"'a\0b'",
    "b'bytes'",
    "datetime.date(2024, 2, 29)",
    "datetime.time(12, 30)",
    "moment",
    "berlin",
    "datetime.timedelta(hours=1)",
    "[1, 2, 3]",
    "[1.5, None]",
    "['a', 'b']",
    "[1, 'a', None]",
    "(1, 'a')",
    "{1, 2}",
    "{'a': 1, 'b': 'x'}",
    "{'a': {'b': [1, 'x']}}",
    "{1: 'a', None: 'b'}",
    "np.float32(1.5)",
    "np.array([1, 2, 3])",
    "np.array([1.5, 2.5])",
    "np.arange(6).reshape(2, 3)",
    "np.array([2**60])",
    "np.array(['2024-02-29'], dtype='M8[s]')",
    "pd.Categorical(['a', 'b', 'a'])",
    "frame",
    "frame.set_index('s')",
    "frame.groupby('s').n.sum()",
    "pd.DataFrame([[1, 2]], columns=[1, 'a'])",
    "pl.DataFrame({'n': [1, None]})",
    "decimal.Decimal('1.50')",
    "[decimal.Decimal('1.50'), None]",
    "pd.Period('2024-02')",
    "pd.cut([1, 9], [0, 5, 10])",
    "np.ma.masked_array([1, 2], mask=[0, 1])",
    "pl.Series([[1, 2], None])",
    "lambda: 1",
]

SAY = {
    "r": "cat(paste(class(x), collapse = ' '), if (is.double(x) && !is.object(x)) '(double)')",
    "octave": "printf('%s %s', class(x), mat2str(size(x)))",
    "bash": "declare -p x",
}


def in_language(kernels: Kernels, language: str) -> str:
    """Return what x is in a language, short."""
    if language == "javascript":
        # Deno sends what a cell writes, and its result too, even after idle.
        said = next(variable.kind for variable in kernels.variables(language) if variable.name == "x")
    else:
        said = kernels.execute(language, SAY[language]).stream().strip()
    if language == "bash":
        said = re.sub(r"^declare (-\S+) x=?", lambda found: {"-a": "", "-A": ""}.get(found[1], ""), said)
    text = said.replace("|", "\\|").splitlines()[0] if said else ""
    return f"`{text}`" if len(text) < 40 else f"`{text[:37]}…`"


def table(kernels: Kernels) -> str:
    """Return the table, each value sent to each language and back."""
    languages = list(TITLES)
    lines = [f"| Python | {' | '.join(TITLES.values())} |", "|---" * (len(languages) + 1) + "|"]
    kernels.execute("python", SETUP)
    for value in VALUES:
        kernels.execute("python", f"x = {value}")
        cells = []
        for language in languages:
            try:
                kernels.copy("python", "x", language)
                cells.append(in_language(kernels, language))
            except TransferError:
                cells.append("refused")
        shown = value.replace("|", "\\|")
        lines.append(f"| `{shown}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into the page."""
    with Kernels(KERNELSPECS) as kernels:
        found = table(kernels)
    page = PAGE.read_text("utf-8")
    head, tail = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
    PAGE.write_text(f"{head}\n{found}\n{tail}", "utf-8")


if __name__ == "__main__":
    main()
