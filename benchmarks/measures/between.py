"""Values between two hosts, beside OpenSSH's scp with the same bytes, and what others wait for meanwhile."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..contenders import Running
from ..measuring import Rows, Series, forget_peak, in_turn, peak_bytes, resident_bytes

ROUNDS = 5
ROWS, COLUMNS = 1_250_000, 10
"""100 MB of doubles."""
SIZE = ROWS * COLUMNS * 8

FRAME = f"import numpy as np, pandas as pd; big = pd.DataFrame(np.random.rand({ROWS}, {COLUMNS})).add_prefix('c')"
PATIENCE = 300.0
TIMES = 10
"""So many of them are 1 GB."""


def measure(multi: Running, folder: Path) -> Rows:
    """`far0`, `far1` and `farr` are on the other host, `main` is here; the folder has the hosts' ssh."""
    multi.run(f"%%main\n{FRAME}")
    multi.run("%%far0\nimport numpy as np, pandas")
    multi.run("%%farr\n1")
    times: dict[str, Callable[[], float]] = {
        "scp": partial(_scp, folder),
        "multi": lambda: multi.run("%%far0 -i main:big\n1"),
        "back": lambda: multi.run("%%main -i far0:big\n1"),
        "r": lambda: multi.run("%%farr -i main:big\n1"),
        "other": lambda: multi.run("%%far1 -i far0:big\n1"),
    }
    for act in times.values():
        act()
    series = in_turn(ROUNDS, times)
    beside = {name: {"multi": series[name], "scp": series["scp"]} for name in ("multi", "back", "r", "other")}
    rows = {f"between_{name}": each for name, each in beside.items()}
    return {**rows, **_memory(multi), **_wait(multi)}


def _scp(folder: Path) -> float:
    """Copy as many random bytes to there."""
    file = folder / "big"
    if not file.exists():
        file.write_bytes(os.urandom(SIZE))
    begin = time.perf_counter()
    # The protocol that needs no subsystem of sshd's.
    command = [shutil.which("scp") or "scp", "-O", "-q", "-S", str(folder / "bin" / "ssh"), str(file), "gpu1:/run/big"]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin


def _memory(multi: Running) -> Rows:
    """What the front holds at most while 1 GB goes past it, on top of what it holds anyway."""
    multi.run(f"%%far0\nhuge = np.zeros({TIMES * SIZE // 8})")
    before = resident_bytes(multi.front)
    forget_peak(multi.front)
    multi.client.run("%%far1 -i far0:huge\n1", PATIENCE)
    return {"between_memory": {"multi": [peak_bytes(multi.front) - before]}}


def _wait(multi: Running) -> Rows:
    """A trivial cell of another backend there while 1 GB goes to the first."""
    multi.run(f"%%main\nhuge = np.zeros({TIMES * SIZE // 8})")
    series: Series = {"idle": [multi.run("%%far1\n1") for _ in range(20)], "multi": []}
    multi.client.begin("%%far0 --bg -i main:huge\n1")
    waiting = time.perf_counter() + 3
    while time.perf_counter() < waiting:
        series["multi"].append(multi.run("%%far1\n1"))
    multi.client.run("%%wait", PATIENCE)
    return {"between_wait": series}
