"""`multikernel check`: finds mistakes in a config file, or in the header lines of a notebook."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ..config.kernelspecs import InstalledKernelspec, all_kernelspecs, usable_kernelspecs
from ..config.lookup import FILE_NAME, FoundConfig, as_found, find_config
from ..config.mistakes import ConfigError
from ..config.settings import read_config_file
from ..config.stated import config_of_notebook
from ..config.trust import command_to_trust, trust_command
from ..config.values import Value
from ..config.yaml_nodes import MAX_BYTES, compose, position
from ..core.config import Config
from ..core.places import UnusablePlace
from .backends import is_place_at_fault, severity_of, why_unusable
from .findings import Finding, of_mistakes
from .notebook import read_notebook
from .notebook_cells import check_cells
from .subcommand import FINE, UNUSABLE, WRONG, CommandError, Subcommand, write, write_json

NO_CONFIG = "no multikernel.yaml applies here, so every installed kernelspec is a backend"


def _check(options: argparse.Namespace) -> int:
    kernelspecs = all_kernelspecs()
    file = None if options.file is None else Path(options.file)
    if file is not None and not file.is_file():
        what = f"{file} is a folder, not a config file or a notebook" if file.is_dir() else f"there is no file {file}"
        raise CommandError(what, UNUSABLE)
    if file is not None and file.suffix == ".ipynb":
        found, findings = _check_notebook(file, kernelspecs)
    else:
        found = find_config(Path.cwd()) if file is None else _as_found(file)
        findings = [] if found is None else check_config(found, kernelspecs)[1]
    is_wrong = any(finding.severity == "mistake" for finding in findings)
    config = None if found is None else str(found.path.absolute())
    if options.json:
        write_json(
            {
                "file": None if file is None else str(file),
                "config": config,
                "ok": not is_wrong,
                "findings": [asdict(finding) for finding in findings],
            }
        )
        return WRONG if is_wrong else FINE
    for finding in findings:
        write(str(finding))
    if not findings:
        write(NO_CONFIG if found is None and file is None else f"{file or config}: no mistakes")
    return WRONG if is_wrong else FINE


def _as_found(file: Path) -> FoundConfig:
    """Return a file as the kernel would find it: one with another name has to be named by the user."""
    return as_found(file) if file.name == FILE_NAME else FoundConfig(file, came_with_notebook=False)


def check_config(
    found: FoundConfig, kernelspecs: dict[str, InstalledKernelspec]
) -> tuple[Config | None, list[Finding]]:
    """Return the config, or None if it cannot be used at all, and all mistakes in it."""
    try:
        text = replace(found, came_with_notebook=False).read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{found.path} cannot be read: {found.why_unreadable(error)}", UNUSABLE) from None
    try:
        config = read_config_file(found, Path.cwd(), usable_kernelspecs(kernelspecs))
    except ConfigError as error:
        return None, list(of_mistakes(error.file, error.mistakes))
    return config, list(dict.fromkeys(_unusable_backends(text, config, kernelspecs)))


def _unusable_backends(text: bytes, config: Config, kernelspecs: dict[str, InstalledKernelspec]) -> Iterator[Finding]:
    """Yield what keeps a backend from starting, at the position of its `at` or its `kernel`."""
    if config.is_of_kernelspecs:
        return
    root = compose(text, [])
    assert config.file is not None
    assert root is not None
    entries = Value(root, "", []).entries("")["backends"].value.entries("")
    for name, backend in config.by_entry().items():
        if isinstance(backend.place, UnusablePlace) and isinstance(backend.place.error, ConfigError):
            yield from of_mistakes(backend.place.error.file, backend.place.error.mistakes)
        elif (why := why_unusable(backend, kernelspecs)) is not None:
            settings = entries[name].value.entries("")
            wrong = settings["at" if is_place_at_fault(backend) else "kernel"].value
            line, column = position(wrong.node.start_mark)
            yield Finding(config.file, severity_of(backend), why, line, column, wrong.path)
    waiting = [name for name, backend in config.by_entry().items() if command_to_trust(backend.needs_trust)]
    if waiting and config.stamp is not None:
        what = f"{', '.join(waiting)} will not start before you run {trust_command(config.stamp.file)}"
        yield Finding(config.file, "warning", what)


def _check_notebook(
    file: Path, kernelspecs: dict[str, InstalledKernelspec]
) -> tuple[FoundConfig | None, Sequence[Finding]]:
    """Return the config that applies to a notebook, and the mistakes in it or else in the notebook."""
    notebook = read_notebook(file)
    found = config_of_notebook(notebook.kernelspec, file.absolute().parent, kernelspecs)
    config, findings = (None, []) if found is None else check_config(found, kernelspecs)
    if found is not None and config is None:
        return found, findings
    return found, check_cells(notebook, config, kernelspecs)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="a config file or a notebook (.ipynb); default: the config file that applies to the working folder",
    )
    parser.add_argument("--json", action="store_true", help="print JSON; docs/command-line.md lists its keys")


CHECK = Subcommand(
    "check",
    "find mistakes in a config file or a notebook",
    "In a config file, find all mistakes and kernelspecs that are not installed. In a notebook, find cells that Multi\n"
    "would refuse and, as warnings, cells below a %%use without a header line of their own, which tools such as\n"
    "formatters and jupytext take for the notebook's language. This starts no kernel and runs no cell.",
    _add_arguments,
    _check,
)
