"""Restarts leak nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ..e2e.kernel import PATIENCE, Kernel, open_kernel
from ..e2e.processes import Stopwatch, family, front

Need = Callable[..., None]

BACKENDS = ("python3", "ir", "bash", "deno")
RESTARTS = {False: 3, True: 50}
"""Whether everything is tested -> how many."""

MEMORY_LIMIT = 10_000_000
"""Bytes that Multi may have more in the end; the allocator's own."""


def holdings(kernel: Kernel, runtime: Path) -> dict[str, int]:
    """Return how much of everything the front has that could leak."""
    process = front(kernel)
    return {
        "file descriptors": process.num_fds(),
        "threads": process.num_threads(),
        "ports": len([each for each in process.net_connections() if each.laddr]),
        "processes": len(family(kernel)),
        "files": len(list(runtime.rglob("*"))),
    }


def settled_holdings(kernel: Kernel, runtime: Path) -> dict[str, int]:
    """Return them when they have been the same for a second: zmq connects and closes in threads of its own."""
    watch, unchanged = Stopwatch(), Stopwatch()
    found = holdings(kernel, runtime)
    while unchanged.seconds < 1:
        assert watch.seconds < PATIENCE, found
        now = holdings(kernel, runtime)
        if now != found:
            found, unchanged = now, Stopwatch()
    return found


def test_restarts_leak_nothing(
    tmp_path: Path, need: Need, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    need(*BACKENDS)
    count = RESTARTS[request.config.getoption("every_fault", False)]
    with open_kernel("multi", env={"JUPYTER_RUNTIME_DIR": str(tmp_path)}) as kernel:
        for number in range(-len(BACKENDS), count):
            if number == 0:
                before, memory = settled_holdings(kernel, tmp_path), front(kernel).memory_info().rss
            backend = BACKENDS[number % len(BACKENDS)]
            assert kernel.run(f"%%restart {backend}").content["status"] == "ok"
        watch = Stopwatch()
        while any(now > before[what] for what, now in holdings(kernel, tmp_path).items()):
            assert watch.seconds < PATIENCE, (before, holdings(kernel, tmp_path))
        growth = front(kernel).memory_info().rss - memory
        assert growth < MEMORY_LIMIT
    what = f"{count} restarts, in turn of {', '.join(BACKENDS)}"
    record_property("figure", [what, f"no more {', '.join(before)} than before; {growth / 1e6:.1f} MB more memory"])
