"""The checks of `multikernel doctor` that start nothing: each yields lines, good and bad."""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import zmq

from ...config.kernelspecs import InstalledKernelspec, is_provisioner
from ...config.lookup import FoundConfig
from ...config.places import OwnPlaces
from ...config.stated import stated_language
from ...core.config import Config
from ...core.places import AttachedPlace, Place, ProvisionerPlace, ServerPlace
from ..backends import program, why_unusable
from ..check import NO_CONFIG, check_config
from ..subcommand import CommandError

LEAST_FREE = 50 << 20
"""Bytes that should be free in a folder, for sockets, connection files and the history."""

State = Literal["ok", "note", "problem"]
"""A note is worth knowing, but nothing is broken."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the report."""

    state: State
    subject: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.state:<7}  {self.subject}: {self.what}" + (f"; {self.advice}" if self.advice else "")


def check_kernelspecs(kernelspecs: Mapping[str, InstalledKernelspec], config: Config) -> Iterator[Diagnosis]:
    """Check every kernelspec; a fault is a problem if a backend uses the kernelspec, else a note."""
    used = {backend.kernel.lower() for backend in config.backends.values()}
    for name, spec in kernelspecs.items():
        subject = f"kernelspec {name}"
        languages = _languages(spec, config)
        bad: State = "problem" if name in used or spec.is_multi else "note"
        if spec.fault:
            yield Diagnosis(bad, subject, spec.fault, f"fix it, or run jupyter kernelspec remove {name}")
            continue
        path = program(spec, {})
        missing = _missing_resource(spec)
        if spec.is_local and path is None:
            what = f"its program {spec.argv[0]} does not exist"
            yield Diagnosis(bad, subject, what, f"reinstall the kernel, or run jupyter kernelspec remove {name}")
        elif missing is not None:
            yield Diagnosis(bad, subject, f"its argv names {missing}, which does not exist", "reinstall the kernel")
        elif "" in languages:
            yield Diagnosis(
                "note", subject, "it names no language, so no %%LANGUAGE header leads to it, only its own name"
            )
        elif spec.is_multi and not _has_encryption(spec):
            advice = f"reinstall it with its original options: multikernel install --name {name} …"
            yield Diagnosis("note", subject, "it was installed by a version of Multi without encryption", advice)
        else:
            yield Diagnosis("ok", subject, f"{', '.join(languages)}, {path or 'elsewhere'}")


def _languages(spec: InstalledKernelspec, config: Config) -> list[str]:
    """Return the languages of a kernelspec's backends, or its own if it has none; empty where none is stated."""
    backends = [] if spec.is_multi else config.backends.values()
    used = [backend for backend in backends if backend.kernel.lower() == spec.name]
    return sorted({stated_language(backend, spec) for backend in used}) or [spec.language]


def _missing_resource(spec: InstalledKernelspec) -> str | None:
    """Return a file in the kernelspec's own folder that its argv names but that does not exist."""
    words = (
        word.replace("{resource_dir}", str(spec.folder)) for word in spec.argv if word.startswith("{resource_dir}")
    )
    return next((word for word in words if not os.path.exists(word)), None)


def check_encryption(kernelspecs: Mapping[str, InstalledKernelspec]) -> Iterator[Diagnosis]:
    """Report whether connections can be encrypted, and which kernelspecs support it."""
    if not zmq.has("curve"):
        what = f"libzmq {zmq.zmq_version()} lacks CurveZMQ, so a server that requires encryption cannot start Multi"
        yield Diagnosis("note", "encryption", what, "run pip install --force-reinstall pyzmq")
        return
    able = ", ".join(name for name, spec in kernelspecs.items() if _has_encryption(spec)) or "none"
    yield Diagnosis("ok", "encryption", f"CurveZMQ in libzmq {zmq.zmq_version()}; kernelspecs that support it: {able}")


def _has_encryption(spec: InstalledKernelspec) -> bool:
    """Whether a kernelspec claims CurveZMQ (jupyter_client 8.10, `KernelManager._kernel_supports_curve_encryption`)."""
    metadata = spec.metadata
    if spec.is_native:
        from ipykernel.kernelspec import get_kernel_dict

        metadata = get_kernel_dict()["metadata"]
    supported = metadata.get("supported_encryption")
    names = supported if isinstance(supported, list) else [supported]
    return "curve" in {str(name).strip().lower() for name in names}


def check_folder(subject: str, folder: Path, variable: str) -> Iterator[Diagnosis]:
    """Check that a folder, or the one it would be created in, is writable, by the user alone, and not full.

    `variable` is the environment variable with which Jupyter uses another one.
    """
    there = next(each for each in (folder, *folder.parents) if os.path.exists(each))
    if not there.is_dir():
        yield Diagnosis("problem", subject, f"{there} is not a folder", f"rename it, or set {variable}")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        advice = f"make it writable, or set {variable} to a folder of your own"
        yield Diagnosis("problem", subject, f"{there} is not writable", advice)
        return
    status = there.stat()
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        yield Diagnosis("problem", subject, f"only {free >> 20} MB are free in {there}", "free up space on its disk")
    elif there == folder and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Diagnosis("problem", subject, f"other users can write to {folder}", f"run chmod go-w {folder}")
    else:
        yield Diagnosis("ok", subject, str(folder) if there == folder else f"{folder}, which Multi will create")


def check_history(file: Path) -> Iterator[Diagnosis]:
    """Check that the history, if there is one, is writable, and readable by the user alone."""
    subject = "history"
    if not os.path.exists(file):
        return
    if not os.access(file, os.R_OK | os.W_OK):
        yield Diagnosis(
            "problem", subject, f"{file} is not writable", f"run chmod u+rw {file}, or chown it to yourself"
        )
    elif file.stat().st_mode & 0o077:
        yield Diagnosis("problem", subject, f"other users can read {file}", f"run chmod 600 {file}")
    else:
        yield Diagnosis("ok", subject, str(file))


def check_found_config(found: FoundConfig | None, kernelspecs: dict[str, InstalledKernelspec]) -> Iterator[Diagnosis]:
    """Check the config file that applies, as `multikernel check` does."""
    if found is None:
        yield Diagnosis("ok", "config", NO_CONFIG)
        return
    try:
        _, findings = check_config(found, kernelspecs)
    except CommandError as error:
        yield Diagnosis("problem", "config", str(error), "until that is fixed, every installed kernelspec is a backend")
        return
    for finding in findings:
        yield Diagnosis("problem" if finding.severity == "mistake" else "note", "config", str(finding))
    if not findings:
        yield Diagnosis("ok", "config", str(found.path))


def places_of(own: Iterable[OwnPlaces]) -> dict[str, Place]:
    """Return the user's places by name in lower case; of those with one name, the first counts."""
    merged: dict[str, Place] = {}
    for each in own:
        merged = {**each.places, **merged}
    return merged


def check_places(own: Iterable[OwnPlaces], found: FoundConfig | None) -> Iterator[Diagnosis]:
    """Report places whose provisioner is not installed, and mistakes in the user's files but that which applies."""
    for each in own:
        for mistake in each.mistakes if found is None or each.file != str(found.path) else ():
            yield Diagnosis("problem", "places", f"{each.file}:{mistake}")
        for place in each.places.values():
            if isinstance(place, ProvisionerPlace) and not is_provisioner(place.provisioner):
                what = f"the provisioner {place.provisioner!r} is not installed"
                yield Diagnosis("problem", f"place {place.name}", what, "install it in this environment")


def check_backends(config: Config, kernelspecs: Mapping[str, InstalledKernelspec]) -> Iterator[Diagnosis]:
    """Report the backends that cannot start at all, unless that is said of their places, which are tried."""
    for name, backend in config.by_entry().items():
        is_tried = isinstance(backend.place, ServerPlace) or (
            isinstance(backend.place, AttachedPlace) and not backend.place.is_of_several
        )
        if not is_tried and (why := why_unusable(backend, kernelspecs)) is not None:
            yield Diagnosis("problem", f"backend {name}", why)
