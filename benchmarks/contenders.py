"""The child alone and everything that can stand in front of it, each in fresh processes of its own."""

import json
import math
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager

from .client import Client, Json, RequestFailed

PYTHON = "python3"

OTHERS = {"other": PYTHON, "r": "ir", **{f"p{number}": PYTHON for number in range(1, 33)}}
"""Backends of Multi besides `main`, its default; they start on first use."""

PORTS = range(12_000, 30_000)
"""Below the ephemeral ports of the system, so that a free port stays free until the kernel binds it."""

ENDS_SECONDS = 2.0

PROXY = Path(__file__).with_name("proxy.py")
HURRIED_MULTI = Path(__file__).with_name("hurried.py")


@dataclass(frozen=True)
class Contender:
    """One way to run a child kernel."""

    title: str
    module: str = ""
    """The module that `python -m` runs."""
    before_first: str = ""
    """Text to put before the first cell."""
    is_ours: bool = False
    """If it fails, the measure fails. Others may fail, ipykernel included: it drops messages when starved of CPU."""


CONTENDERS = {
    "alone": Contender("child alone"),
    "proxy": Contender("C proxy"),
    "multi": Contender("Multi", "multikernel", is_ours=True),
    "allthekernels": Contender("allthekernels", "allthekernels"),
    "sos": Contender("SoS", "sos_notebook.kernel", "%use Python3\n"),
}

WITHOUT_COLUMN = {
    # Multi, whose clock can be made to run a week in a minute.
    "hurried": Contender("Multi in a hurry", is_ours=True),
    "signing": Contender("a proxy that checks and signs"),
}
"""More that a Workshop can start, for some measures."""


@dataclass
class Running:
    """A running contender."""

    contender: Contender
    client: Client
    front: psutil.Process
    """The process in front of the child, or the child if it is alone."""
    start: float
    """`time.perf_counter` when its first process was started."""
    log: Path
    """The output of its processes."""
    is_fresh: bool = True
    failure: str = ""
    """Why it is no longer in the measure; empty if it is."""
    connection: Json = field(default_factory=dict)
    """What is in its connection file."""

    def cell(self, code: str) -> str:
        """Return the text of its next cell; the first one gets the text that goes before it."""
        before = self.contender.before_first if self.is_fresh else ""
        self.is_fresh = False
        return before + code

    def get_ready(self, code: str = "0") -> float:
        """Wait until it answers, and run a first cell, which starts the child if nothing else has.

        Return the seconds since its processes were started.
        """
        self.client.get_ready(self.start)
        self.client.run(self.cell(code))
        return time.perf_counter() - self.start

    def try_to(self, act: Callable[[], float]) -> float:
        """Return the result of an action, or NaN if the contender fails or has failed before."""
        if self.failure:
            return math.nan
        try:
            return act()
        except RequestFailed as error:
            if self.contender.is_ours:
                error.add_note(self.log.read_text("utf-8", "replace")[-2000:])
                raise
            self.failure = str(error)
            print(f"{self.contender.title} has failed and is left out of this measure: {error}", file=sys.stderr)
            return math.nan

    def run(self, code: str, outputs: int = 0) -> float:
        """Run a cell, wait for this many outputs and return the seconds; NaN if it fails."""
        return self.try_to(lambda: self.client.run(code, outputs=outputs).seconds)


Field = dict[str, Running]
"""The contenders in a measure, by their names in CONTENDERS."""


class Workshop:
    """Starts contenders: with a folder for their files, and the Pythons in which the peers are installed."""

    def __init__(self, folder: Path, peers: dict[str, Path]) -> None:
        """Take an empty folder, and the Python of each installed peer."""
        self._folder = folder
        self._pythons = {"multi": Path(sys.executable), **peers}
        self._numbers = count()
        self._specs = _write_kernelspecs(folder / "jupyter")
        self._profile = folder / "ipython"
        self._profile.mkdir()
        with self.start("alone") as running:
            running.get_ready()
        # Only a user's first IPython creates a profile and a history.
        self._profile = folder / "0-alone" / "ipython"

    def has(self, name: str) -> bool:
        """Whether a contender is installed."""
        return name in self._pythons or not _contender(name).module

    def has_kernel(self, name: str) -> bool:
        """Whether a kernelspec is installed."""
        return name in self._specs

    @contextmanager
    def open(
        self, *names: str, kernel: str = PYTHON, first_cell: str = "0", config: Json | None = None
    ) -> Iterator[Field]:
        """Start contenders side by side and run a first cell on each; end them all on exit.

        Peers that are not installed are left out. `config` has more backends for Multi, and their places.
        """
        with ExitStack() as stack:
            started = {name: stack.enter_context(self.start(name, kernel, config)) for name in names if self.has(name)}
            for running in started.values():
                running.try_to(partial(running.get_ready, first_cell))
            yield started

    @contextmanager
    def start(self, name: str, kernel: str = PYTHON, config: Json | None = None) -> Iterator[Running]:
        """Start one contender in front of a kernel without waiting for it; end all its processes on exit."""
        folder = self._folder / f"{next(self._numbers)}-{name}"
        shutil.copytree(self._profile, folder / "ipython")
        key = secrets.token_hex(16)
        connection = _write_connection_file(folder / "front.json", key)
        # The C proxy signs nothing, so the child has the same key.
        _write_connection_file(folder / "child.json", key)
        client = Client(connection)
        start = time.perf_counter()
        processes = [
            self._run(argv, folder, kernel, config or {}) for argv in self._command_lines(name, folder, kernel)
        ]
        try:
            log = folder / "log.txt"
            yield Running(_contender(name), client, processes[-1], start, log, connection=connection)
        finally:
            client.close()
            _end(processes)

    def _command_lines(self, name: str, folder: Path, kernel: str) -> list[list[str]]:
        """Return the command lines of a contender's processes, with the front last."""
        front = folder / "front.json"
        if name == "alone":
            return [self._child(kernel, front)]
        if name in ("proxy", "signing"):
            child, options = folder / "child.json", ["--sign"] if name == "signing" else []
            return [self._child(kernel, child), [sys.executable, "-P", str(PROXY), str(child), str(front), *options]]
        if name == "hurried":
            return [[sys.executable, "-P", str(HURRIED_MULTI), "-f", str(front)]]
        return [[str(self._pythons[name]), "-P", "-m", CONTENDERS[name].module, "-f", str(front)]]

    def _child(self, kernel: str, connection_file: Path) -> list[str]:
        return [word.replace("{connection_file}", str(connection_file)) for word in self._specs[kernel]["argv"]]

    def _run(self, argv: Sequence[str], folder: Path, kernel: str, more: Json) -> psutil.Popen:
        others = {name: {"kernel": spec} for name, spec in OTHERS.items() if self.has_kernel(spec)}
        backends = {"main": {"kernel": kernel}, **others, **more.get("backends", {})}
        config = {"default": "main", **more, "backends": backends}
        (folder / "multikernel.yaml").write_text(json.dumps(config), "utf-8")
        environment = {
            **os.environ,
            **self._specs[kernel].get("env", {}),
            "JUPYTER_PATH": str(self._folder / "jupyter"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "IPYTHONDIR": str(folder / "ipython"),
            # They end with this process, however it ends.
            "JPY_PARENT_PID": str(os.getpid()),
            "MULTIKERNEL_CONFIG": str(folder / "multikernel.yaml"),
            "ATK_DEFAULT_KERNEL": kernel,
        }
        # Installed packages have bytecode, so Multi's sources must be allowed to have it too.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with (folder / "log.txt").open("ab") as log:
            return psutil.Popen(
                argv,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # As in jupyter_client; Linux divides CPU time between sessions.
                start_new_session=True,
            )


def _contender(name: str) -> Contender:
    return WITHOUT_COLUMN.get(name) or CONTENDERS[name]


def _write_kernelspecs(folder: Path) -> dict[str, Json]:
    """Copy the kernelspecs, so that they name the same interpreter in every contender's environment."""
    specs = {}
    for name, entry in KernelSpecManager().get_all_specs().items():
        spec = specs[name] = entry["spec"]
        if spec["argv"][0] in ("python", "python3"):
            spec["argv"][0] = sys.executable
        target = folder / "kernels" / name / "kernel.json"
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(spec), "utf-8")
    return specs


_ports = iter(PORTS[secrets.randbelow(len(PORTS) // 2) :])


def _free_port() -> int:
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def _write_connection_file(path: Path, key: str) -> Json:
    ports = {f"{channel}_port": _free_port() for channel in ("shell", "control", "stdin", "iopub", "hb")}
    connection = {"transport": "tcp", "ip": "127.0.0.1", **ports}
    connection |= {"key": key, "signature_scheme": "hmac-sha256", "kernel_name": ""}
    path.touch(mode=0o600)
    path.write_text(json.dumps(connection), "utf-8")
    return connection


def _end(processes: Sequence[psutil.Popen]) -> None:
    """Kill processes and everything they started; their own shutdown is not measured.

    What they started gets a moment to exit by itself, so that Multi's watchdog can clean up.
    """
    family: list[psutil.Process] = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            family += process.children(recursive=True)
            process.kill()
    psutil.wait_procs(processes)
    _, left = psutil.wait_procs(family, timeout=ENDS_SECONDS)
    for member in left:
        with suppress(psutil.NoSuchProcess):
            member.kill()
