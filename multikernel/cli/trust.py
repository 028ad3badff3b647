"""`multikernel trust`: lets a config file beside notebooks start something elsewhere."""

import argparse
from pathlib import Path

from ..config.kernelspecs import installed_kernelspecs
from ..config.lookup import FILE_NAME, as_found
from ..config.settings import read_config_file
from ..config.trust import distrust, trust
from ..core.config import BackendConfig
from ..core.places import AttachedPlace, JobPlace, ProvisionerPlace, RunPlace, ServerPlace, SshPlace, UnusablePlace
from ..core.printable import printable
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, write


def _trust(options: argparse.Namespace) -> int:
    file = Path(options.file)
    if file.is_dir():
        raise CommandError(f"{file} is a folder: name the file, as in {file / FILE_NAME}", UNUSABLE)
    if options.remove:
        was_trusted = distrust(file)
        write(printable(f"{file.absolute()} {'is no longer' if was_trusted else 'was not'} trusted"))
        return FINE
    if not file.exists():
        raise CommandError(f"there is no file {file}", UNUSABLE)
    found = as_found(file)
    if not found.came_with_notebook:
        raise CommandError(f"{file} is your own, on Jupyter's config path, and needs no trust")
    config = read_config_file(found, Path.cwd(), installed_kernelspecs())
    assert config.stamp is not None
    trust(config.stamp)
    elsewhere = [(name, backend) for name, backend in config.by_entry().items() if backend.needs_trust is not None]
    for name, backend in elsewhere:
        write(printable(f"{name}: {_where(backend)}"))
    # Another environment may have other kernelspecs, so that what leads nowhere here does so there.
    what = "These may start" if elsewhere else "It starts nothing elsewhere now"
    write(printable(f"Trusted {config.stamp.file}. {what}; if the file changes, you are asked again."))
    return FINE


def _where(backend: BackendConfig) -> str:
    """Return where a backend runs, without the words of commands and options, which may be secrets."""
    kernel = backend.kernel
    match backend.place:
        case SshPlace(name, target):
            return f"{kernel} at {name}, by ssh {target}"
        case RunPlace(name, command):
            return f"{kernel} at {name}, by {command[0]}"
        case JobPlace(name, engine, way):
            return f"{kernel} at {name}, in a job of {engine}" + (f", by ssh {way.target}" if way else "")
        case AttachedPlace(name, file):
            return f"the kernel of {file}, at {name}"
        case ProvisionerPlace(name, provisioner):
            return f"{kernel} at {name}, by {provisioner}"
        case ServerPlace(name, url):
            return f"{kernel} at {name}, the server {url}"
        case UnusablePlace(name):
            return f"{kernel} at {name}, which cannot be used yet; see multikernel check"
        case None:
            return f"the kernelspec {kernel}, which leads elsewhere"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=f"a {FILE_NAME} beside notebooks, or above them")
    parser.add_argument("--remove", action="store_true", help="trust it no longer")


TRUST = Subcommand(
    "trust",
    "let a config file beside notebooks start kernels elsewhere",
    f"Let the backends of a {FILE_NAME} that lies beside notebooks, or above them, start on other machines.\n"
    "Such a file can have come from anywhere, so until then they do not; once it changes, you are asked again.\n"
    "A file of your own, on Jupyter's config path or named by $MULTIKERNEL_CONFIG, needs no trust.",
    _add_arguments,
    _trust,
)
