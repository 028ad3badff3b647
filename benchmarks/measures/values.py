"""Transfers between backends: a frame, an array, an integer, and the memory that a large frame takes."""

import time
from collections.abc import Callable

import psutil

from ..contenders import Workshop
from ..measuring import Rows, forget_peak, in_turn, peak_bytes, resident_bytes

ROUNDS = 5
INTEGERS = 40
FRAME_ROUNDS = 3
GIGABYTE_ROWS = 12_500_000
"""With ten columns of doubles, a gigabyte."""

FRAME = """
import numpy as np, pandas as pd, time, os
_random = np.random.default_rng(1)
_n = 1_000_000
df = pd.DataFrame({
    "whole": _random.integers(0, 1_000_000, _n, dtype="int32"),
    "number": np.where(_random.random(_n) < 0.1, np.nan, _random.random(_n)),
    "text": pd.array(_random.choice(["plain", 'with "quotes"', "two\\nlines", "ü😀", None], _n), dtype="str"),
    "flag": _random.random(_n) < 0.5,
    "when": pd.to_datetime(_random.integers(0, 2_000_000_000, _n), unit="s", utc=True),
})
array = _random.random(1_000_000)
n = 5
"""

ARROW = """
import pyarrow as pa, pyarrow.ipc
for _ in range(2):
    with pa.OSFile("/dev/shm/multikernel-bench.arrow", "wb") as _file:
        _table = pa.Table.from_pandas(df, preserve_index=False)
        with pa.ipc.new_file(_file, _table.schema) as _writer:
            _writer.write(_table)
    with pa.OSFile("/dev/shm/multikernel-bench.arrow", "rb") as _file:
        _back = pa.ipc.open_file(_file).read_all().to_pandas()
os.remove("/dev/shm/multikernel-bench.arrow")
"""
"""There and back with pyarrow alone: two writes and two reads, as many as on the way to R and back.

This is a lower bound for the same bytes, not what R can reach: nothing here has to create a million strings.
"""

SOS_WAY = """
_text = "array = c(" + ",".join(repr(float(_x)) for _x in array) + ")"
open("/dev/shm/multikernel-bench.R", "w").write(_text)
"""
"""SoS writes a value as source text, which the other language parses.

This imitates it at its best: SoS's own `%get` (sos-r 0.20.3) takes several times as long, and with numpy 2 it produces
text that R cannot read.
"""


def measure(workshop: Workshop) -> Rows:
    """From Python to R and back."""
    if not workshop.has_kernel("ir"):
        return {}
    with workshop.start("multi") as running:
        running.get_ready(FRAME)
        client = running.client

        def cell(code: str) -> float:
            return client.run(code, patience=300).seconds

        def frame() -> float:
            return cell("%%r -i df -o back=df\nNULL")

        def csv() -> float:
            # The same names as in `frame`, since the objects in a session slow down its garbage collection.
            begin = time.perf_counter()
            cell("df.to_csv('/dev/shm/multikernel-bench.csv', index=False)")
            cell(
                "%%r\ndf <- read.csv('/dev/shm/multikernel-bench.csv')\n"
                "write.csv(df, '/dev/shm/multikernel-bench.csv', row.names = FALSE); NULL"
            )
            cell("back = pd.read_csv('/dev/shm/multikernel-bench.csv'); os.remove('/dev/shm/multikernel-bench.csv')")
            return time.perf_counter() - begin

        def by_text() -> float:
            seconds = cell(SOS_WAY)
            return seconds + cell("%%r\nsource(f <- '/dev/shm/multikernel-bench.R'); unlink(f)")

        cell("%%r -i n\nNULL")
        frames = in_turn(FRAME_ROUNDS, {"multi": frame, "arrow": lambda: cell(ARROW), "csv": csv})
        arrays = in_turn(ROUNDS, {"multi": lambda: cell("%%r -i array\nNULL"), "text": by_text})
        integers = in_turn(INTEGERS, {"with": lambda: cell("%%r -i n\nNULL"), "without": lambda: cell("%%r\nNULL")})
        added = [one - other for one, other in zip(integers["with"], integers["without"], strict=True)]
        memory = _memory(running.front, cell)
    return {
        "value_frame": {"multi": frames["multi"], "csv": frames["csv"]},
        "value_frame_arrow": {"multi": frames["multi"], "arrow": frames["arrow"]},
        "value_array": arrays,
        "value_integer": {"multi": added, "trip": integers["without"]},
        **{f"value_memory_{name}": {"multi": [amount]} for name, amount in memory.items()},
    }


def _memory(front: psutil.Process, cell: Callable[[str], float]) -> dict[str, float]:
    """Return each process's peak extra memory during the transfer of a 1 GB frame, as a multiple of its size."""
    cell(f"big = pd.DataFrame({{name: _random.random({GIGABYTE_ROWS}) for name in 'abcdefghij'}}, copy=False)")
    processes = {"front": front}
    for child in front.children():
        words = " ".join(child.cmdline())
        processes.update({"python": child} if "ipykernel" in words else {"r": child} if "IRkernel" in words else {})
    before = {name: resident_bytes(process) for name, process in processes.items()}
    for process in processes.values():
        forget_peak(process)
    cell("%%r -i big\nNULL")
    size = GIGABYTE_ROWS * 80
    return {name: (peak_bytes(process) - before[name]) / size for name, process in processes.items()}
