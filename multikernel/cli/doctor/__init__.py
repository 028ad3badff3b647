"""`multikernel doctor`: checks this machine, starts each backend once, and says how to fix what it finds."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_runtime_dir

from ... import __version__
from ...config.kernelspecs import InstalledKernelspec, all_kernelspecs
from ...config.lookup import find_config
from ...config.settings import history_file, load_settings
from ...core.config import Config
from ...core.printable import printable
from ..backends import why_unusable
from ..subcommand import FINE, WRONG, CommandError, Subcommand, write
from .checks import (
    Diagnosis,
    check_backends,
    check_encryption,
    check_folder,
    check_found_config,
    check_history,
    check_kernelspecs,
)
from .progress import Progress

if TYPE_CHECKING:
    from .probe import Probe


def _doctor(options: argparse.Namespace) -> int:
    problems = 0

    def report(diagnosis: Diagnosis) -> None:
        nonlocal problems
        write(printable(str(diagnosis)))
        sys.stdout.flush()
        problems += diagnosis.state == "problem"

    folder, runtime = Path.cwd(), Path(jupyter_runtime_dir())
    kernelspecs, config = all_kernelspecs(), load_settings(folder).config
    try:
        for diagnosis in _checks(folder, runtime, config, kernelspecs):
            report(diagnosis)
        _start_backends(config, kernelspecs, runtime, report)
    except KeyboardInterrupt:
        raise CommandError("interrupted; every kernel that it had started has ended") from None
    write("no problems found" if not problems else f"{problems} problem{'s' if problems > 1 else ''}")
    return WRONG if problems else FINE


def _checks(
    folder: Path, runtime: Path, config: Config, kernelspecs: dict[str, InstalledKernelspec]
) -> Iterator[Diagnosis]:
    history = history_file()
    yield Diagnosis("ok", "versions", f"multikernel {__version__}, Python {sys.version.split()[0]}, {sys.executable}")
    yield from chain(
        check_kernelspecs(kernelspecs, config),
        check_encryption(kernelspecs),
        check_folder("runtime folder", runtime, "JUPYTER_RUNTIME_DIR"),
        check_folder("data folder", history.parent, "JUPYTER_DATA_DIR"),
        check_history(history),
        check_found_config(find_config(folder), kernelspecs),
        check_backends(config, kernelspecs),
    )


def _start_backends(
    config: Config,
    kernelspecs: dict[str, InstalledKernelspec],
    runtime: Path,
    report: Callable[[Diagnosis], None],
) -> None:
    """Start every backend that passed the checks, and report each as soon as it is ready or has failed."""
    # No other subcommand needs the runtime.
    from .probe import is_too_long_for_ipc, probe_all

    if is_too_long_for_ipc(runtime):
        what = f"the path {runtime} is too long for sockets, so backends are reached over tcp"
        report(Diagnosis("note", "runtime folder", what, "set JUPYTER_RUNTIME_DIR to a shorter path"))
    usable = [backend for backend in config.by_entry().values() if why_unusable(backend, kernelspecs) is None]
    observer = _Observer(Progress(len(usable)), config, report)
    try:
        probe_all(usable, runtime, observer)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        report(Diagnosis("problem", "backends", f"none can be started: {error}", "see the runtime folder above"))
    finally:
        observer.progress.erase()


@dataclass(frozen=True, slots=True)
class _Observer:
    """Reports starts, with the progress below."""

    progress: Progress
    config: Config
    report: Callable[[Diagnosis], None]

    def started(self, backend: str) -> None:
        self.progress.started(backend)

    def ended(self, probe: "Probe") -> None:
        with self.progress.ended(probe.backend):
            self.report(_diagnosis(probe, self.config))


def _diagnosis(probe: "Probe", config: Config) -> Diagnosis:
    subject = f"backend {probe.backend}"
    if probe.error:
        what = probe.error.rstrip(".") + (f"; its last output: {probe.last_line}" if probe.last_line else "")
        alone = f"jupyter console --kernel {config.backends[probe.backend].kernel}"
        return Diagnosis("problem", subject, what, f"see whether it runs on its own: {alone}")
    if probe.startup_error:
        what = f"{probe.kernel}: its startup code failed: {probe.startup_error}"
        entry = config.backends[probe.backend].group or probe.backend
        return Diagnosis("problem", subject, what, f"fix backends.{entry}.startup in {config.file}")
    return Diagnosis("ok", subject, f"{probe.kernel}, ready over {probe.transport} in {probe.seconds:.1f} s")


DOCTOR = Subcommand(
    "doctor",
    "check this machine, and start each backend once",
    "Check kernelspecs, encryption, Jupyter's folders and the config file for the working folder, then start each\n"
    "backend once, as a cell would, with its settings from that file. Each problem comes with a way to fix it.",
    lambda parser: None,
    _doctor,
)
