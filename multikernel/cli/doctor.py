"""`multikernel doctor`: what is wrong with this machine, and what to do about it; each backend is started once."""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

from .. import __version__
from ..config.lookup import find_config
from ..config.settings import history_file, load_settings
from ..core.config import Config
from ..core.printable import printable
from .doctor_checks import (
    Diagnosis,
    check_backends,
    check_encryption,
    check_folder,
    check_found_config,
    check_history,
    check_kernelspecs,
)
from .installed import Installed, installed, why_unusable
from .subcommand import FINE, WRONG, CommandError, Subcommand, say


def _doctor(options: argparse.Namespace) -> int:
    problems = 0
    try:
        for diagnosis in _examine(Path.cwd(), Path(jupyter_runtime_dir()), history_file()):
            say(printable(str(diagnosis)))
            # A start takes its time.
            sys.stdout.flush()
            problems += diagnosis.state == "problem"
    except KeyboardInterrupt:
        raise CommandError("it was interrupted; what it had started has ended") from None
    say("nothing is broken" if not problems else f"{problems} problem{'s' if problems > 1 else ''}")
    return WRONG if problems else FINE


def _examine(folder: Path, runtime: Path, history: Path) -> Iterator[Diagnosis]:
    kernelspecs = installed()
    config = load_settings(folder).config
    yield Diagnosis("ok", "versions", f"multikernel {__version__}, Python {sys.version.split()[0]}, {sys.executable}")
    yield from chain(
        check_kernelspecs(kernelspecs, config),
        check_encryption(kernelspecs),
        check_folder("runtime folder", runtime, "JUPYTER_RUNTIME_DIR"),
        check_folder("data folder", history.parent, "JUPYTER_DATA_DIR"),
        check_history(history),
        check_found_config(find_config(folder), kernelspecs),
        check_backends(config, kernelspecs),
        _start(config, kernelspecs, runtime),
    )


def _start(config: Config, kernelspecs: dict[str, Installed], runtime: Path) -> Iterator[Diagnosis]:
    """Start what nothing is known against."""
    # Only this subcommand needs the runtime.
    from ..probe import is_too_long_for_ipc, start_each

    if is_too_long_for_ipc(runtime):
        what = f"the path {runtime} is too long for sockets, so backends are reached over tcp"
        yield Diagnosis("note", "runtime folder", what, "give Jupyter a shorter JUPYTER_RUNTIME_DIR")
    usable = [backend for backend in config.backends.values() if why_unusable(backend, kernelspecs) is None]
    try:
        for trial in start_each(usable, runtime):
            subject, alone = f"backend {trial.backend}", config.backends[trial.backend].kernel
            if trial.error:
                what = trial.error.rstrip(".") + (f"; it said last: {trial.last_line}" if trial.last_line else "")
                yield Diagnosis("problem", subject, what, f"does it run alone? jupyter console --kernel {alone}")
            elif trial.startup_error:
                what = f"{trial.kernel}: its startup code failed: {trial.startup_error}"
                yield Diagnosis("problem", subject, what, f"mend backends.{trial.backend}.startup in {config.file}")
            else:
                yield Diagnosis("ok", subject, f"{trial.kernel}, ready over {trial.transport} in {trial.seconds:.1f} s")
    except OSError as error:
        yield Diagnosis("problem", "backends", f"none can be started: {error}", "see the runtime folder above")


DOCTOR = Subcommand(
    "doctor",
    "examine this machine, and start each backend once",
    "Examine kernelspecs, encryption, Jupyter's folders and the config file that counts for the working folder, and\n"
    "start each backend once, as a cell would, with what the config file says. Each problem is a line that says what\n"
    "to do about it.",
    lambda parser: None,
    _doctor,
)
