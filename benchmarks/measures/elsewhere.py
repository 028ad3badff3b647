"""A backend on another host, made of namespaces as for the tests, beside a local one and OpenSSH's own tunnels."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from tests.elsewhere.hosts import missing, open_hosts

from ..client import Client, Json
from ..contenders import Running, Workshop
from ..measuring import Rows, Series, in_turn
from . import between, workers

ROUNDS = 60
STARTS = 3
LARGE_ROUNDS = 6
MANY = 32
START_SECONDS = 3.0
PATIENCE = 300.0

LARGE = "print('x' * 20_000_000)"

PLACES: Json = {
    "places": {"gpu": {"ssh": "gpu1", "python": sys.executable}},
    "backends": {f"far{number}": {"kernel": "python3", "at": "gpu"} for number in range(MANY)},
}
R: Json = {"farr": {"kernel": "ir", "at": "gpu"}}


def measure(workshop: Workshop) -> Rows:
    """The same cells here and there, and on many workers."""
    return {**_measure_hosts(workshop), **workers.measure(workshop)}


def _measure_hosts(workshop: Workshop) -> Rows:
    if why := missing():
        print(f"elsewhere is left out: {why}", file=sys.stderr)
        return {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hosts")))
        hosts = stack.enter_context(open_hosts(folder))
        stack.enter_context(_first_in_path(hosts.bin))
        config = _with_tunnel(stack.enter_context(_tunnel(folder)))
        multi = stack.enter_context(workshop.open("multi", config=config))["multi"]
        few = stack.enter_context(workshop.open("multi", config=config))["multi"]
        rows = {**_starts(few), **_cells(multi), **_large(multi), **between.measure(multi, folder)}
        return {**rows, **_many(multi, few)}


def _starts(multi: Running) -> Rows:
    """The first cell of a backend there, less that of a backend here and, as it connects, a login."""
    on_top: Series = {"multi": []}
    waits: Series = {"multi": [], "local": []}
    for number in range(STARTS):
        begin = time.perf_counter()
        subprocess.run(["ssh", "gpu1", "true"], stdin=subprocess.DEVNULL, check=True)
        login = time.perf_counter() - begin
        here, there = multi.run(f"%%p{2 * number + 1}\n1"), multi.run(f"%%far{2 * number}\n1")
        on_top["multi"].append(max(0.0, there - here - login))
        waits["local"].append(_longest_wait(multi, f"p{2 * number + 2}"))
        waits["multi"].append(_longest_wait(multi, f"far{2 * number + 1}"))
    return {"elsewhere_start": on_top, "elsewhere_wait": waits}


def _longest_wait(multi: Running, backend: str) -> float:
    """Return how much longer than usual a cell takes at most while another backend starts."""
    usual = min(multi.run("1") for _ in range(10))
    multi.client.begin(f"%%{backend} --bg\n1")
    until = time.perf_counter() + START_SECONDS
    longest = 0.0
    while time.perf_counter() < until:
        longest = max(longest, multi.run("1") - usual)
    return longest


def _cells(multi: Running) -> Rows:
    """A trivial cell."""
    multi.run("%%far0\n1")
    series = in_turn(ROUNDS, {"local": lambda: multi.run("%%main\n1"), "multi": lambda: multi.run("%%far0\n1")})
    on_top = [max(0.0, there - here) for here, there in zip(series["local"], series["multi"], strict=True)]
    return {"elsewhere_cell": series, "elsewhere_cell_on_top": {"multi": on_top}}


def _large(multi: Running) -> Rows:
    """20 MB of output."""
    backends = {"local": "main", "tunnel": "tunnel", "multi": "far0"}
    actions = {name: partial(multi.run, f"%%{backend}\n{LARGE}") for name, backend in backends.items()}
    return {"elsewhere_20mb": in_turn(LARGE_ROUNDS, actions)}


def _many(multi: Running, few: Running) -> Rows:
    """A trivial cell while 32 backends there run, and while few do."""
    multi.client.run(f"%%start {' '.join(PLACES['backends'])}", PATIENCE)
    actions = {"far": lambda: few.run("%%far0\n1"), "multi": lambda: multi.run("%%far0\n1")}
    return {"elsewhere_32": in_turn(ROUNDS, actions)}


@contextmanager
def _first_in_path(folder: Path) -> Iterator[None]:
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


@contextmanager
def _tunnel(folder: Path) -> Iterator[Path]:
    """Run a kernel there that is reached as others reach theirs, by a tunnel for each port; yield a connection file."""
    channels = ("shell", "iopub", "stdin", "control", "hb")
    there = {f"{channel}_port": 20_000 + number for number, channel in enumerate(channels)}
    here = {f"{channel}_port": number for number, channel in enumerate(channels, 1)}
    common = {"key": secrets.token_hex(16), "signature_scheme": "hmac-sha256"}
    file = folder / "tunnel.json"
    file.write_text(json.dumps({**common, **there, "transport": "tcp", "ip": "127.0.0.1"}))
    forwards = [f"-L{folder}/t-{here[port]}:127.0.0.1:{number}" for port, number in there.items()]
    command = f"exec {sys.executable} -m ipykernel_launcher -f {file}"
    quiet = subprocess.DEVNULL
    start = time.perf_counter()
    process = subprocess.Popen(["ssh", *forwards, "gpu1", command], stdin=quiet, stdout=quiet, stderr=quiet)
    connection = {**common, **here, "transport": "ipc", "ip": f"{folder}/t"}
    client = Client(connection)
    try:
        client.get_ready(start)
        file.write_text(json.dumps(connection))
        yield file
    finally:
        client.close()
        process.kill()
        process.wait()


def _with_tunnel(file: Path) -> Json:
    """Return the config with a backend that is attached to the kernel behind the tunnels."""
    places = {**PLACES["places"], "tunnels": {"connection_file": str(file)}}
    return {"places": places, "backends": {**PLACES["backends"], **R, "tunnel": {"at": "tunnels"}}}
