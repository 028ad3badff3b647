"""`multikernel install` and `uninstall`: kernelspecs of Multi, each with or without its own config file."""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.paths import SYSTEM_JUPYTER_PATH

from ..config.kernelspecs import InstalledKernelspec, all_kernelspecs, kernelspecs_in, usable_kernelspecs
from ..config.lookup import FILE_NAME, VARIABLE, FoundConfig
from ..config.mistakes import ConfigError
from ..config.settings import read_config_file
from ..config.stated import config_of_multi, stated_language
from ..core.config import Config, config_of_kernelspecs
from .backends import why_unusable
from .shipped import shipped
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, write, write_error

NAME = "multi"
LOGOS = ("logo-32x32.png", "logo-64x64.png", "logo-svg.svg")
KERNELSPEC_NAME = re.compile(r"[._-]*[a-z0-9][a-z0-9._-]*")
"""What jupyter_client accepts (8.10, `kernelspec._is_valid_kernel_name`), in lower case; except `..`, for which it
would remove the parent folder."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to install."""

    name: str
    display_name: str
    language: str
    env: dict[str, str]
    has_debugger: bool


def _install(options: argparse.Namespace) -> int:
    config_file = None if options.config is None else _absolute(Path(options.config))
    env = _environment(options.env, config_file)
    name, label = _names(options.name, config_file)
    found = all_kernelspecs()
    config = _config(config_file, found)
    language = _language(config, found)
    display_name = options.display_name or (f"Multi ({label})" if label else "Multi")
    folder = _kernels_folder(options)
    for other in (kernelspecs_in([folder]).get(name), found.get(name)):
        if other is not None:
            _check_may_replace(other, config_file, is_asked_for=options.name is not None)
    destination = _write(_Plan(name, display_name, language, env, _has_debugger(config, found)), options)
    write(f"Installed the kernelspec {name} in {destination}; launchers show it as {display_name!r}")
    if folder.resolve() not in {Path(known).resolve() for known in KernelSpecManager().kernel_dirs}:
        write_error(f"Jupyter does not look there unless JUPYTER_PATH contains {folder.parent}")
    return FINE


def _environment(pairs: list[list[str]], config_file: Path | None) -> dict[str, str]:
    env: dict[str, str] = dict(pairs)
    for key in env:
        if key == VARIABLE:
            raise CommandError(f"--env {VARIABLE}: use --config FILE instead, which also checks the file", UNUSABLE)
        if not key or "=" in key:
            raise CommandError(f"--env {key!r}: not a valid name for an environment variable", UNUSABLE)
    if config_file is not None:
        # jupyter_client expands what follows a `$`.
        env[VARIABLE] = str(config_file).replace("$", "$$")
    return env


def _names(asked: str | None, config_file: Path | None) -> tuple[str, str]:
    """Return the kernelspec's name and its label in launchers, which is empty for the plain Multi.

    Both come from the user, or else from the config file's name or, for a multikernel.yaml, from its folder's.
    """
    if asked is not None:
        name = asked.lower()
        if not KERNELSPEC_NAME.fullmatch(name):
            raise CommandError(
                f"--name {asked!r}: use only letters A to Z, digits and . _ - in the name of a kernelspec; "
                f"--display-name sets what launchers show",
                UNUSABLE,
            )
        return name, "" if name == NAME else asked.removeprefix(f"{NAME}-")
    if config_file is None:
        return NAME, ""
    label = config_file.parent.name if config_file.name == FILE_NAME else config_file.stem
    suffix = re.sub(r"[^a-z0-9._-]+", "-", label.lower()).strip("-")
    if not suffix:
        raise CommandError(f"cannot derive a kernelspec name from {config_file}: add --name NAME", UNUSABLE)
    return f"{NAME}-{suffix}", label


def _absolute(file: Path) -> Path:
    return file.parent.resolve() / file.name


def _config(config_file: Path | None, found: dict[str, InstalledKernelspec]) -> Config:
    """Return the config that the kernel will use, and print warnings; CommandError if it has mistakes."""
    if config_file is None:
        return config_of_kernelspecs(usable_kernelspecs(found))
    if not config_file.is_file():
        raise CommandError(f"there is no file {config_file}", UNUSABLE)
    try:
        own = FoundConfig(config_file, came_with_notebook=False)
        config = read_config_file(own, Path.cwd(), usable_kernelspecs(found))
    except ConfigError as error:
        write_error(str(error))
        raise CommandError("not installed, because the config file has mistakes") from None
    for name, backend in config.by_entry().items():
        if (why := why_unusable(backend, found)) is not None:
            write_error(f"{config.file}: warning: {name} cannot start: {why}")
    return config


def _language(config: Config, found: dict[str, InstalledKernelspec]) -> str:
    """Return the language of the default backend, as the config or its kernelspec spells it."""
    default = config.backends[config.default]
    if default.language:
        return default.language
    spec = found.get(default.kernel.lower())
    if default.place is not None and (spec is None or not spec.language):
        raise CommandError(
            f"{config.file}: add the language of the default backend, {default.name}: it is elsewhere, and Multi's "
            f"kernelspec has to state one"
        )
    if spec is None or spec.is_multi or spec.fault:
        raise CommandError(
            f"{config.file}: install the kernelspec {default.kernel!r} first: the language of the default backend, "
            f"{default.name}, depends on it"
        )
    return stated_language(default, spec)


def _has_debugger(config: Config, found: dict[str, InstalledKernelspec]) -> bool:
    """Whether a backend has a debugger: front-ends offer one if the kernelspec claims it."""
    specs = (found.get(backend.kernel.lower()) for backend in config.backends.values())
    return any(spec is not None and not spec.is_multi and spec.has_debugger for spec in specs)


def _check_may_replace(other: InstalledKernelspec, config_file: Path | None, *, is_asked_for: bool) -> None:
    """Refuse to replace or hide another kernel, or to replace another config's Multi without being asked by name."""
    if not other.is_multi:
        raise CommandError(f"{other.name} is another kernel, in {other.folder}: choose another --name")
    used = config_of_multi(other)
    if used != config_file and not is_asked_for:
        what = "a Multi without a config file" if used is None else f"the Multi for {used}"
        raise CommandError(
            f"{other.name}, in {other.folder}, is {what}: use --name {other.name} to replace it, or another "
            f"--name to keep both"
        )


def _write(plan: _Plan, options: argparse.Namespace) -> str:
    content = {
        "argv": [sys.executable, "-P", "-m", "multikernel", "-f", "{connection_file}"],
        "display_name": plan.display_name,
        "language": plan.language,
        "interrupt_mode": "message",
        "metadata": {"multikernel": True, "debugger": plan.has_debugger, "supported_encryption": ["curve"]},
        **({"env": plan.env} if plan.env else {}),
    }
    with tempfile.TemporaryDirectory() as temporary:
        # A folder inside, since install_kernel_spec would copy the temporary one's private mode.
        source = Path(temporary) / plan.name
        source.mkdir()
        (source / "kernel.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        for name in LOGOS:
            if (logo := shipped("kernelspec", name)) is not None:
                shutil.copyfile(logo, source / name)
        try:
            return KernelSpecManager().install_kernel_spec(
                str(source), plan.name, user=options.user, prefix=options.prefix
            )
        except OSError as error:
            hint = "" if options.user or options.prefix else "; add --user or --sys-prefix"
            raise CommandError(f"cannot write to {_kernels_folder(options)}: {error.strerror or error}{hint}") from None


def _kernels_folder(options: argparse.Namespace) -> Path:
    """Return the folder that `KernelSpecManager.install_kernel_spec` writes to."""
    if options.user:
        return Path(KernelSpecManager().user_kernel_dir)
    if options.prefix:
        return Path(os.path.abspath(options.prefix)) / "share" / "jupyter" / "kernels"
    return Path(SYSTEM_JUPYTER_PATH[0]) / "kernels"


def _uninstall(options: argparse.Namespace) -> int:
    name = options.name.lower()
    is_anywhere = not (options.user or options.prefix)
    found = all_kernelspecs() if is_anywhere else kernelspecs_in([_kernels_folder(options)])
    spec = found.get(name)
    if spec is None:
        where = "" if is_anywhere else f" in {_kernels_folder(options)}"
        multis = ", ".join(other.name for other in found.values() if other.is_multi)
        installed = f"installed Multis: {multis}" if multis else "no Multi is installed"
        raise CommandError(f"there is no kernelspec {options.name!r}{where}; {installed}")
    if spec.error:
        raise CommandError(f"{name} is not removed, since it may not be a Multi: {spec.error}")
    if not spec.is_multi:
        raise CommandError(
            f"{name}, in {spec.folder}, is not a Multi; to remove it, run jupyter kernelspec remove {name}"
        )
    try:
        KernelSpecManager(kernel_dirs=[str(spec.folder.parent)]).remove_kernel_spec(name)
    except OSError as error:
        raise CommandError(f"cannot remove {spec.folder}: {error.strerror or error}") from None
    write(f"Removed the kernelspec {name} from {spec.folder}")
    if (other := all_kernelspecs().get(name)) is not None:
        write_error(f"Jupyter now finds another {name}, in {other.folder}")
    return FINE


def _filled(path: str) -> str:
    if not path:
        raise argparse.ArgumentTypeError("the path is empty")
    return path


def _add_place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="install for you only")
    place.add_argument(
        "--sys-prefix",
        dest="prefix",
        action="store_const",
        const=sys.prefix,
        help=f"install into this environment, {sys.prefix.replace('%', '%%')}",
    )
    place.add_argument("--prefix", metavar="P", type=_filled, help="install into P/share/jupyter/kernels")


def _add_install_arguments(parser: argparse.ArgumentParser) -> None:
    _add_place(parser)
    parser.add_argument(
        "--name",
        metavar="N",
        help="name of the kernelspec; default: multi or, with --config, multi- and the name of the file, or of its "
        f"folder if the file is called {FILE_NAME}",
    )
    parser.add_argument("--display-name", metavar="D", help="what launchers show; default: Multi or Multi (NAME)")
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="make this Multi always use this config file; if it has mistakes, nothing is installed",
    )
    parser.add_argument(
        "--env",
        metavar=("K", "V"),
        nargs=2,
        action="append",
        default=[],
        help="set an environment variable for this Multi and all its backends; may be repeated",
    )


def _add_uninstall_arguments(parser: argparse.ArgumentParser) -> None:
    _add_place(parser)
    parser.add_argument("--name", metavar="N", default=NAME, help="name of the kernelspec; default: multi")


INSTALL = Subcommand(
    "install",
    "add a Multi to Jupyter's launchers",
    "Install a kernelspec that runs Multi with this Python. Without --user, --sys-prefix or --prefix it is for all\n"
    "users of the machine. To have several Multis, run this once for each, with a --config.",
    _add_install_arguments,
    _install,
)
UNINSTALL = Subcommand(
    "uninstall",
    "remove a Multi from Jupyter's launchers",
    "Remove a kernelspec of Multi, never of another kernel. Without --user, --sys-prefix or --prefix, remove the one\n"
    "that Jupyter finds under the name.",
    _add_uninstall_arguments,
    _uninstall,
)
