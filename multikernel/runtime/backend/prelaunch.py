"""The default backend's process, launched before the rest of the front is imported.

zmq, anyio and jupyter_client take as long to import as a kernel takes to start, so the two happen side by side. What is
launched is what jupyter_client (8.10) would launch, if the kernelspec asks for no more than a command; launch.py then
takes the process over. Whatever prevents that is ignored here: the usual launch follows, and reports it.
"""

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from ...core.config import BackendConfig, Kernelspec
from ...core.protocol.wire import Json
from ..folders import child_connection_file, make_private_folder, remove_connection_file
from .ipc import ipc_address
from .watchdog import Watchdog

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")

KILL_SECONDS = 2.0

PYTHON = ("python", "python3", f"python3.{sys.version_info.minor}")
"""These mean the Python that runs this, even if PATH leads to another one."""


@dataclass(frozen=True, slots=True)
class Prelaunched:
    """A process that runs, and that nothing has connected to yet."""

    process: "subprocess.Popen[bytes]"
    connection_file: str
    connection: Json
    """What is in that file."""
    output: int
    """File descriptor: what it writes to stdout and stderr."""

    def cancel(self) -> None:
        """Kill the process and what it has started, and remove its connection file."""
        with ExitStack() as certain:
            certain.callback(remove_connection_file, self.connection_file)
            certain.callback(os.close, self.output)
            certain.enter_context(suppress(ProcessLookupError, PermissionError, subprocess.TimeoutExpired))
            os.killpg(self.process.pid, SIGKILL)
            self.process.wait(KILL_SECONDS)


@contextmanager
def prelaunch(
    config: BackendConfig, kernelspec: Kernelspec | None, directory: str, connection_name: str, watchdog: Watchdog
) -> Iterator[dict[str, Prelaunched]]:
    """Launch a backend, where that is possible; yield it by its name. What is still in there at the end is killed.

    `connection_name` is that of the front's connection file.
    """
    prelaunched: dict[str, Prelaunched] = {}
    address = ipc_address(directory, kernelspec.command) if kernelspec is not None and kernelspec.command else None
    try:
        if kernelspec is not None and address is not None:
            file = child_connection_file(directory, connection_name)
            with suppress(OSError, ValueError, subprocess.SubprocessError):
                prelaunched[config.name] = _launch(config, kernelspec, file, address)
                watchdog.started(prelaunched[config.name].process.pid)
        yield prelaunched
    finally:
        for each in prelaunched.values():
            each.cancel()
            watchdog.ended(each.process.pid)


def _launch(config: BackendConfig, kernelspec: Kernelspec, connection_file: str, address: str) -> Prelaunched:
    environment = _environment(config, kernelspec)
    connection: Json = {
        **{name: number for number, name in enumerate(PORTS, 1)},
        "ip": address,
        "key": secrets.token_hex(32),
        "transport": "ipc",
        "signature_scheme": "hmac-sha256",
        "kernel_name": kernelspec.name,
        "jupyter_session": environment.get("JPY_SESSION_NAME", ""),
    }
    with ExitStack() as undo:
        undo.callback(remove_connection_file, connection_file)
        make_private_folder(Path(connection_file).parent)
        with open(connection_file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            json.dump(connection, file)
        output, write_end = os.pipe()
        undo.callback(os.close, output)
        try:
            process = subprocess.Popen(
                _arguments(kernelspec.command, connection_file),
                stdin=subprocess.PIPE,
                stdout=write_end,
                stderr=write_end,
                cwd=config.cwd,
                env=environment,
                start_new_session=True,
            )
        finally:
            os.close(write_end)
        undo.pop_all()
    assert process.stdin is not None
    process.stdin.close()
    return Prelaunched(process, connection_file, connection, output)


def _arguments(command: Sequence[str], connection_file: str) -> list[str]:
    """Return the command as `KernelManager.format_kernel_cmd` and `launch_kernel` make it."""
    program, *rest = command
    arguments = [sys.executable if program in PYTHON else program, *rest]
    known = {"{connection_file}": os.path.realpath(connection_file), "{prefix}": sys.prefix}
    return [
        os.path.expanduser(re.sub(r"\{\w+\}", lambda found: known.get(found[0], found[0]), each)) for each in arguments
    ]


def _environment(config: BackendConfig, kernelspec: Kernelspec) -> dict[str, str]:
    """Return the environment as `KernelProvisionerBase.pre_launch` and `launch_kernel` make it."""
    environment = {**os.environ, **config.env, "JPY_PARENT_PID": str(os.getpid())}
    if kernelspec.language.lower().startswith("python"):
        environment.pop("PYTHONEXECUTABLE", None)
    return environment
