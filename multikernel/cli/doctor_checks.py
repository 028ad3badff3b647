"""What `multikernel doctor` looks at without starting anything: each check yields lines, good and bad."""

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import zmq

from ..config.lookup import FoundConfig
from ..core.config import Config
from .check import NO_CONFIG, check_config
from .installed import Installed, program, why_unusable
from .subcommand import CommandError

LEAST_FREE = 50 << 20
"""Bytes that a folder should have left for sockets, connection files and the history."""

State = Literal["ok", "note", "problem"]
"""A note is worth knowing, and nothing is broken."""


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


def check_kernelspecs(kernelspecs: Mapping[str, Installed], config: Config) -> Iterator[Diagnosis]:
    """Look at every kernelspec; what is wrong with one is a problem if a backend is of it, else a note."""
    used = {backend.kernel.lower() for backend in config.backends.values()}
    for name, spec in kernelspecs.items():
        subject = f"kernelspec {name}"
        bad: State = "problem" if name in used or spec.is_multi else "note"
        if spec.fault:
            yield Diagnosis(bad, subject, spec.fault, f"mend it, or jupyter kernelspec remove {name}")
            continue
        path = program(spec, {})
        missing = _missing_resource(spec)
        if spec.is_local and path is None:
            what = f"there is no program {spec.argv[0]}"
            yield Diagnosis(bad, subject, what, f"install it anew, or jupyter kernelspec remove {name}")
        elif missing is not None:
            yield Diagnosis(bad, subject, f"its argv names {missing}, which is not there", "install it anew")
        elif not spec.language:
            yield Diagnosis(
                "note", subject, "it names no language", "only its own name leads to it, %%LANGUAGE does not"
            )
        elif spec.is_multi and not spec.has_encryption:
            advice = f"multikernel install --name {name}, with the options that it was made with, makes it anew"
            yield Diagnosis("note", subject, "it is of a Multi that could not encrypt yet", advice)
        else:
            yield Diagnosis("ok", subject, f"{spec.language}, {path or 'elsewhere'}")


def _missing_resource(spec: Installed) -> str | None:
    """Return a file of the kernelspec's own folder that it starts, and that is gone."""
    words = (
        word.replace("{resource_dir}", str(spec.folder)) for word in spec.argv if word.startswith("{resource_dir}")
    )
    return next((word for word in words if not os.path.exists(word)), None)


def check_encryption(kernelspecs: Mapping[str, Installed]) -> Iterator[Diagnosis]:
    """Say whether connections can be encrypted, and which kernelspecs say that theirs can."""
    if not zmq.has("curve"):
        what = f"libzmq {zmq.zmq_version()} has no CurveZMQ, so a server that asks for encryption cannot start Multi"
        yield Diagnosis("note", "encryption", what, "pip install --force-reinstall pyzmq brings one that has")
        return
    able = ", ".join(name for name, spec in kernelspecs.items() if spec.has_encryption) or "none"
    yield Diagnosis("ok", "encryption", f"CurveZMQ in libzmq {zmq.zmq_version()}; kernelspecs that have it: {able}")


def check_folder(subject: str, folder: Path, variable: str) -> Iterator[Diagnosis]:
    """Look whether a folder, or the one that it would be made in, can be used, and by the user alone.

    `variable` is what makes Jupyter use another one.
    """
    there = next(each for each in (folder, *folder.parents) if os.path.exists(each))
    if not there.is_dir():
        yield Diagnosis("problem", subject, f"{there} is not a folder", f"move it away, or set {variable}")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        advice = f"set {variable} to a folder of your own, or change {there}"
        yield Diagnosis("problem", subject, f"{there} cannot be written", advice)
        return
    status = there.stat()
    free = shutil.disk_usage(there).free
    if free < LEAST_FREE:
        yield Diagnosis("problem", subject, f"{there} has {free >> 20} MB left", "make room on its disk")
    elif there == folder and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Diagnosis("problem", subject, f"others can write {folder}", f"chmod go-w {folder}")
    else:
        yield Diagnosis("ok", subject, str(folder) if there == folder else f"{folder}, which will be made")


def check_history(file: Path) -> Iterator[Diagnosis]:
    """Look whether the history, if there is one, can be written, and is for the user alone."""
    subject = "history"
    if not os.path.exists(file):
        return
    if not os.access(file, os.R_OK | os.W_OK):
        yield Diagnosis("problem", subject, f"{file} cannot be written", f"chmod u+rw {file}, or chown it to you")
    elif file.stat().st_mode & 0o077:
        yield Diagnosis("problem", subject, f"others can read {file}", f"chmod 600 {file}")
    else:
        yield Diagnosis("ok", subject, str(file))


def check_found_config(found: FoundConfig | None, kernelspecs: dict[str, Installed]) -> Iterator[Diagnosis]:
    """Look at the config file that counts, as `multikernel check` does."""
    if found is None:
        yield Diagnosis("ok", "config", NO_CONFIG)
        return
    try:
        _, findings = check_config(found, kernelspecs)
    except CommandError as error:
        yield Diagnosis("problem", "config", str(error), "until then every installed kernelspec is a backend")
        return
    for finding in findings:
        yield Diagnosis("problem", "config", str(finding))
    if not findings:
        yield Diagnosis("ok", "config", str(found.path))


def check_backends(config: Config, kernelspecs: Mapping[str, Installed]) -> Iterator[Diagnosis]:
    """Say why backends cannot be started at all."""
    for name, backend in config.backends.items():
        if (why := why_unusable(backend, kernelspecs)) is not None:
            yield Diagnosis("problem", f"backend {name}", why)
