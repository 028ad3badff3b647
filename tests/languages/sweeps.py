"""Real data sets there and back: each comes back exactly, or is refused, and then copied once the advice is followed.

`python -m tests.languages.sweeps` does all that are installed: of R packages, and of Python packages in the environment
`.venv/data` (`make sweeps` makes it); with `js` or `octave` as an argument by way of another language.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from multikernel.core.errors import TransferError

from .kernels import ADVICE, Kernels

SAME = Path(__file__).with_name("same.py")
DATA = Path(__file__).parents[2] / ".venv" / "data" / "bin" / "python"
R_PACKAGES = [
    "datasets",
    "MASS",
    "survival",
    "ggplot2",
    "dplyr",
    "nlme",
    "lattice",
    "zoo",
    "haven",
    "tibble",
    "data.table",
]

FIND_IN_R = """
.sets <- new.env()
for (package in c({packages})) if (requireNamespace(package, quietly = TRUE)) {{
  for (item in data(package = package)$results[, "Item"]) {{
    found <- new.env()
    file <- sub(".*\\\\((.*)\\\\)$", "\\\\1", item)
    try(suppressWarnings(data(list = file, package = package, envir = found)), silent = TRUE)
    name <- sub(" .*$", "", item)
    if (exists(name, envir = found, inherits = FALSE))
      assign(paste0(package, "::", name), get(name, envir = found), envir = .sets)
  }}
}}
for (path in list.files(system.file("examples", package = "haven"), full.names = TRUE)) {{
  read <- switch(tools::file_ext(path), sav = haven::read_sav, dta = haven::read_dta, sas7bdat = haven::read_sas)
  if (!is.null(read)) assign(basename(path), read(path), envir = .sets)
}}
cat(ls(.sets), sep = "\\n")
"""

FIND_IN_PYTHON = """
import json, warnings
warnings.simplefilter("ignore")
sets = {}

def add(name, load, *arguments, **options):
    try:
        sets[name] = load(*arguments, **options)
    except Exception:
        pass  # It is on the web, or needs a library that is not here.

import plotly.data, sklearn.datasets, statsmodels.datasets, vega_datasets
for name in dir(sklearn.datasets):
    if name.startswith("load_") and "file" not in name and "sample" not in name:
        add(name, lambda: getattr(sklearn.datasets, name)(as_frame=True).frame)
        add(f"{name} as arrays", lambda: dict(getattr(sklearn.datasets, name)()))
for name in dir(statsmodels.datasets):
    if hasattr(getattr(statsmodels.datasets, name), "load_pandas"):
        add(name, lambda: dict(getattr(statsmodels.datasets, name).load_pandas()))
for name in vega_datasets.local_data.list_datasets():
    add(f"vega {name}", getattr(vega_datasets.local_data, name.replace("-", "_")))
for name in dir(plotly.data):
    for kind in ("pandas", "polars", "pyarrow"):
        add(f"plotly {name} {kind}", lambda: getattr(plotly.data, name)(return_type=kind))
for name, frame in list(sets.items()):
    if hasattr(frame, "convert_dtypes"):
        add(f"{name} on pyarrow", lambda: frame.convert_dtypes(dtype_backend="pyarrow"))
print(json.dumps(list(sets)))
"""


@dataclass
class Sweep:
    """What became of data sets that went from one backend to another and back."""

    kernels: Kernels
    source: str
    other: str
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """What should not be: a data set that changed, or advice that does not work."""

    def check(self, name: str, take: str, compare: str) -> None:
        """Copy a data set there and back, given what makes it `x` and what fails unless `x` is `y`."""
        self.kernels.execute(self.source, take)
        kind = "exact"
        try:
            self._cross()
        except TransferError as refused:
            if not ADVICE.search(str(refused)):
                self.counts["refused"] += 1
                return
            kind = "exact when the advice is followed"
            try:
                self.kernels.follow(self.source, str(refused))
                self._cross()
            except (AssertionError, TransferError) as error:
                self.wrong.append(f"{name}: {refused} THEN {error}")
                return
        try:
            self.kernels.execute(self.source, compare)
        except AssertionError as error:
            self.wrong.append(f"{name} changed: {error}")
            return
        self.counts[kind] += 1

    def _cross(self) -> None:
        self.kernels.copy_there_and_back(self.source, "x", self.other, "y")


def sweep_r(kernels: Kernels, other: str, packages: list[str]) -> Sweep:
    """Return what became of the data sets of R packages."""
    sweep = Sweep(kernels, "r", other)
    found = kernels.execute("r", FIND_IN_R.format(packages=", ".join(f"'{name}'" for name in packages))).stream()
    for name in filter(None, found.split("\n")):
        same = f"if (!identical(x, y, num.eq = FALSE)) stop('{name}')"
        sweep.check(name, f"x <- get('{name}', envir = .sets); invisible()", same)
    return sweep


def sweep_python(kernels: Kernels, other: str) -> Sweep:
    """Return what became of the data sets of Python packages."""
    sweep = Sweep(kernels, "python", other)
    kernels.execute("python", SAME.read_text("utf-8"))
    for name in json.loads(kernels.execute("python", FIND_IN_PYTHON).stream().splitlines()[-1]):
        sweep.check(name, f"x = sets[{name!r}]", "assert same(x, y)")
    return sweep


def main() -> int:
    """Do all sweeps, and print what became of the data sets."""
    other = sys.argv[1] if len(sys.argv) > 1 else ""
    specs = {"python": str(DATA), "r": "ir", "js": "deno", "octave": "octave"}
    with Kernels({name: spec for name, spec in specs.items() if name in ("python", "r", other)}) as kernels:
        sweeps = [sweep_r(kernels, other or "python", R_PACKAGES), sweep_python(kernels, other or "r")]
    for sweep in sweeps:
        print(f"{sweep.source} by way of {sweep.other}: {dict(sweep.counts)}, wrong: {len(sweep.wrong)}")  # noqa: T201
        print(*sweep.wrong, sep="\n")  # noqa: T201
    return any(sweep.wrong for sweep in sweeps)


if __name__ == "__main__":
    raise SystemExit(main())
