"""`multikernel doctor`: checks this machine, starts each backend once, and says how to fix what it finds."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_runtime_dir

from ... import __version__
from ...config.kernelspecs import InstalledKernelspec, all_kernelspecs
from ...config.lookup import find_config
from ...config.places import OwnPlaces
from ...config.settings import history_file, load_settings, own_places
from ...config.trust import command_to_trust
from ...core.config import BackendConfig, Config
from ...core.places import AttachedPlace, JobPlace, RunPlace, ServerPlace, SshPlace
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
    check_places,
    places_of,
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
    kernelspecs, config, own = all_kernelspecs(), load_settings(folder).config, own_places()
    try:
        for diagnosis in _checks(folder, runtime, config, kernelspecs, own):
            report(diagnosis)
        _try(config, kernelspecs, own, runtime, report)
    except KeyboardInterrupt:
        raise CommandError("interrupted; every kernel that it had started has ended") from None
    write("no problems found" if not problems else f"{problems} problem{'s' if problems > 1 else ''}")
    return WRONG if problems else FINE


def _checks(
    folder: Path,
    runtime: Path,
    config: Config,
    kernelspecs: dict[str, InstalledKernelspec],
    own: Sequence[OwnPlaces],
) -> Iterator[Diagnosis]:
    history, found = history_file(), find_config(folder)
    yield Diagnosis("ok", "versions", f"multikernel {__version__}, Python {sys.version.split()[0]}, {sys.executable}")
    yield from chain(
        check_kernelspecs(kernelspecs, config),
        check_encryption(kernelspecs),
        check_folder("runtime folder", runtime, "JUPYTER_RUNTIME_DIR"),
        check_folder("data folder", history.parent, "JUPYTER_DATA_DIR"),
        check_history(history),
        check_found_config(found, kernelspecs),
        check_places(own, found),
        check_backends(config, kernelspecs),
    )


def _try(
    config: Config,
    kernelspecs: dict[str, InstalledKernelspec],
    own: Sequence[OwnPlaces],
    runtime: Path,
    report: Callable[[Diagnosis], None],
) -> None:
    """Try every place, start every backend that passed the checks, and report each as soon as its outcome is known."""
    # No other subcommand needs the runtime.
    from .probe import is_too_long_for_ipc, probe_all

    if is_too_long_for_ipc(runtime):
        what = f"the path {runtime} is too long for sockets, so backends are reached over tcp"
        report(Diagnosis("note", "runtime folder", what, "set JUPYTER_RUNTIME_DIR to a shorter path"))
    # Who tries things out does not want to wait in a queue, nor to be billed for a node.
    all_backends = [each for each in config.by_entry().values() if not isinstance(each.place, JobPlace)]
    backends = [backend for backend in all_backends if _may_start(backend, kernelspecs)]
    tried = SshPlace | RunPlace | JobPlace | ServerPlace
    places = [place for place in places_of(own).values() if isinstance(place, tried)]
    attached = {backend.place for backend in backends if isinstance(backend.place, AttachedPlace)}
    others = [
        place
        for place in places_of(own).values()
        if isinstance(place, AttachedPlace) and not place.is_of_several and place not in attached
    ]
    observer = _Observer(Progress(len(places) + len(others) + len(backends)), config, report)
    try:
        probe_all([*places, *others], backends, runtime, observer)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        report(Diagnosis("problem", "backends", f"none can be started: {error}", "see the runtime folder above"))
    finally:
        observer.progress.erase()


def _may_start(backend: BackendConfig, kernelspecs: dict[str, InstalledKernelspec]) -> bool:
    """Whether a backend probably can start, and the user lets it."""
    return why_unusable(backend, kernelspecs) is None and command_to_trust(backend.needs_trust) is None


@dataclass(frozen=True, slots=True)
class _Observer:
    """Reports attempts, with the progress below."""

    progress: Progress
    config: Config
    report: Callable[[Diagnosis], None]

    def started(self, subject: str) -> None:
        self.progress.started(subject)

    def ended(self, probe: "Probe") -> None:
        with self.progress.ended(probe.subject):
            self.report(_diagnosis(probe, self.config))


def _diagnosis(probe: "Probe", config: Config) -> Diagnosis:
    found = probe.found
    kind, _, name = probe.subject.partition(" ")
    backend = config.backends[name] if kind == "backend" else None
    if found.error:
        what = found.error.rstrip(".") + (f"; its last output: {found.last_line}" if found.last_line else "")
        advice = ""
        if backend is not None and backend.place is None:
            advice = f"see whether it runs on its own: jupyter console --kernel {backend.kernel}"
        return Diagnosis("problem", probe.subject, what, advice)
    if found.startup_error and backend is not None:
        what = f"{found.kernel}: its startup code failed: {found.startup_error}"
        return Diagnosis(
            "problem", probe.subject, what, f"fix backends.{backend.group or name}.startup in {config.file}"
        )
    how = f"{found.kernel}, ready over {found.transport}" if found.kernel else "reached"
    return Diagnosis("ok", probe.subject, f"{how} in {probe.seconds:.1f} s")


DOCTOR = Subcommand(
    "doctor",
    "check this machine, try each place and start each backend once",
    "Check kernelspecs, encryption, Jupyter's folders and the config file for the working folder, try each of your\n"
    "places, then start each backend once, as a cell would, with its settings from that file. Each problem comes with\n"
    "a way to fix it.",
    lambda parser: None,
    _doctor,
)
