"""Large frames from Python to R and back, beside the fastest that a user would write: CSV by pyarrow and data.table."""

import time
from collections.abc import Callable

from ..contenders import Workshop
from ..measuring import Rows, in_turn

ROUNDS = 5

FRAMES = """
import os
import numpy as np, pandas as pd, pyarrow as pa, pyarrow.csv
from pyarrow import csv as _csv
_random = np.random.default_rng(1)
_n = 1_000_000
mixed = pd.DataFrame({
    "whole": _random.integers(0, 1_000_000, _n, dtype="int32"),
    "number": np.where(_random.random(_n) < 0.1, np.nan, _random.random(_n)),
    "text": pd.array(_random.choice(["plain", 'with "quotes"', "ü😀", None], _n), dtype="str"),
    "flag": _random.random(_n) < 0.5,
    "when": pd.to_datetime(_random.integers(0, 2_000_000_000, _n), unit="s", utc=True),
})
_words = [f"text number {_each}" for _each in _random.integers(0, 10**9, 5 * _n)]
texts = pd.DataFrame({"text": pd.array(_words, dtype="str")})
del _words
numbers = pd.DataFrame({name: _random.random(10 * _n) for name in "abc"}, copy=False)
_file = "/dev/shm/multikernel-bench.csv"
def _write(frame):
    _csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), _file)
"""

NAMES = {"mixed": "value_mixed", "texts": "value_texts", "numbers": "value_numbers"}


def measure(workshop: Workshop) -> Rows:
    """Each frame in both directions."""
    if not workshop.has_kernel("ir"):
        return {}
    rows: Rows = {}
    with workshop.start("multi") as running:
        running.get_ready(FRAMES)

        def cell(code: str) -> float:
            return running.client.run(code, patience=300).seconds

        def both(*codes: str) -> Callable[[], float]:
            def act() -> float:
                begin = time.perf_counter()
                for code in codes:
                    cell(code)
                return time.perf_counter() - begin

            return act

        for name, row in NAMES.items():
            rows[f"{row}_to_r"] = in_turn(
                ROUNDS,
                {
                    "multi": lambda name=name: cell(f"%%r -i {name}\nNULL"),  # type: ignore[misc]
                    "fread": both(
                        f"_write({name})", f"%%r\n{name} <- data.table::fread('/dev/shm/multikernel-bench.csv'); NULL"
                    ),
                },
            )
            rows[f"{row}_to_python"] = in_turn(
                ROUNDS,
                {
                    "multi": lambda name=name: cell(f"%%r -o back={name}\nNULL"),  # type: ignore[misc]
                    "fread": both(
                        f"%%r\ndata.table::fwrite({name}, '/dev/shm/multikernel-bench.csv'); NULL",
                        "back = pd.read_csv(_file, engine='pyarrow')",
                    ),
                },
            )
            cell(f"%%r\nrm({name}); invisible(gc())")
            cell(f"del back, {name}")
    return rows
