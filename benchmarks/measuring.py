"""What measures share: taking turns, and the CPU and memory of a process."""

import random
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import psutil

from .contenders import Field

Series = dict[str, list[float]]
"""Contender -> its result in each round."""
Rows = dict[str, Series]
"""Key in rows.ROWS -> the results for it."""


def in_turn(rounds: int, actions: Mapping[str, Callable[[], float]]) -> Series:
    """Let each contender act once per round, in random order, and return the results of its action."""
    series: Series = {name: [] for name in actions}
    names = list(actions)
    for _ in range(rounds):
        random.shuffle(names)
        for name in names:
            series[name].append(actions[name]())
    return series


def seconds_of(field: Field, code: str) -> dict[str, Callable[[], float]]:
    """Return, for each contender, an action that runs a cell and returns its seconds."""
    return {name: partial(running.run, code) for name, running in field.items()}


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time that a process has used so far, without its children."""
    times = process.cpu_times()
    return float(times.user + times.system)


def resident_bytes(process: psutil.Process) -> float:
    """Return the memory of a process, without its children."""
    return float(process.memory_info().rss)


def forget_peak(process: psutil.Process) -> None:
    """Reset the peak memory of a process to what it uses now (proc(5), clear_refs)."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5", "ascii")


def peak_bytes(process: psutil.Process) -> float:
    """Return the peak memory of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return float(found[1]) * 1024 if found else float("nan")
