"""`multikernel install` and `uninstall`: Multis in the launcher, each with a config file of its own, or with none."""

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

from ..config.kernelspecs import installed_kernelspecs
from ..config.lookup import FILE_NAME, VARIABLE, FoundConfig
from ..config.mistakes import ConfigError
from ..config.settings import read_config_file
from ..core.config import Config, config_of_kernelspecs
from .installed import Installed, config_of_multi, installed, why_unusable
from .shipped import shipped
from .subcommand import FINE, UNUSABLE, CommandError, Subcommand, complain, say

NAME = "multi"
LOGOS = ("logo-32x32.png", "logo-64x64.png", "logo-svg.svg")
KERNELSPEC_NAME = re.compile(r"[._-]*[a-z0-9][a-z0-9._-]*")
"""What jupyter_client accepts (8.10, `kernelspec._is_valid_kernel_name`), in lower case; but not `..`, for which it
would remove the folder above."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be installed."""

    name: str
    display_name: str
    language: str
    env: dict[str, str]
    has_debugger: bool


def _install(options: argparse.Namespace) -> int:
    config_file = None if options.config is None else _absolute(Path(options.config))
    env = _environment(options.env, config_file)
    name, label = _names(options.name, config_file)
    found = installed()
    config = _config(config_file, found)
    language = _language(config, found)
    display_name = options.display_name or (f"Multi ({label})" if label else "Multi")
    folder = _kernels_folder(options)
    for other in (installed(folder).get(name), found.get(name)):
        if other is not None:
            _check_may_replace(other, config_file, is_asked_for=options.name is not None)
    destination = _write(_Plan(name, display_name, language, env, _has_debugger(config)), options)
    say(f"Installed the kernelspec {name}, which launchers show as {display_name!r}, in {destination}")
    if folder.resolve() not in {Path(known).resolve() for known in KernelSpecManager().kernel_dirs}:
        complain(f"Jupyter does not look there unless it is told to: JUPYTER_PATH={folder.parent}")
    return FINE


def _environment(pairs: list[list[str]], config_file: Path | None) -> dict[str, str]:
    env: dict[str, str] = dict(pairs)
    for key in env:
        if key == VARIABLE:
            raise CommandError(f"--env {VARIABLE}: write --config FILE instead, which checks the file", UNUSABLE)
        if not key or "=" in key:
            raise CommandError(f"--env {key!r}: that cannot be the name of an environment variable", UNUSABLE)
    if config_file is not None:
        # jupyter_client fills in what a `$` begins.
        env[VARIABLE] = str(config_file).replace("$", "$$")
    return env


def _names(asked: str | None, config_file: Path | None) -> tuple[str, str]:
    """Return the kernelspec's name, and what tells it from other Multis in a launcher: nothing for the plain one.

    Without a name of the user's choice, it is the config file's own or, for a multikernel.yaml, that of its folder.
    """
    if asked is not None:
        name = asked.lower()
        if not KERNELSPEC_NAME.fullmatch(name):
            raise CommandError(
                f"--name {asked!r}: a kernelspec's name can have letters A to Z, digits and . _ - only; for what "
                f"launchers show there is --display-name",
                UNUSABLE,
            )
        return name, "" if name == NAME else asked.removeprefix(f"{NAME}-")
    if config_file is None:
        return NAME, ""
    label = config_file.parent.name if config_file.name == FILE_NAME else config_file.stem
    suffix = re.sub(r"[^a-z0-9._-]+", "-", label.lower()).strip("-")
    if not suffix:
        raise CommandError(f"no name for a kernelspec can be made of {config_file}: add --name NAME", UNUSABLE)
    return f"{NAME}-{suffix}", label


def _absolute(file: Path) -> Path:
    return file.parent.resolve() / file.name


def _config(config_file: Path | None, found: dict[str, Installed]) -> Config:
    """Return the config that the kernel will have, after saying what is wrong with it; CommandError for mistakes."""
    if config_file is None:
        return config_of_kernelspecs(installed_kernelspecs())
    if not config_file.is_file():
        raise CommandError(f"there is no file {config_file}", UNUSABLE)
    try:
        config = read_config_file(FoundConfig(config_file, came_with_notebook=False), Path.cwd())
    except ConfigError as error:
        complain(str(error))
        raise CommandError("nothing is installed, since the config has mistakes") from None
    for backend in config.backends.values():
        if (why := why_unusable(backend, found)) is not None:
            complain(f"{config.file}: {backend.name} will not start: {why}")
    return config


def _language(config: Config, found: dict[str, Installed]) -> str:
    """Return the language of the default backend, as its kernelspec spells it."""
    default = config.backends[config.default]
    spec = found.get(default.kernel.lower())
    if spec is None or spec.is_multi or spec.fault:
        raise CommandError(
            f"{config.file}: the language of the default, {default.name}, is not known without its kernelspec "
            f"{default.kernel!r}: install that first"
        )
    return spec.language


def _has_debugger(config: Config) -> bool:
    """Whether a backend has a debugger: front-ends offer one if the kernelspec says so."""
    kernelspecs = installed_kernelspecs()
    specs = (kernelspecs.get(backend.kernel.lower()) for backend in config.backends.values())
    return any(spec is not None and spec.has_debugger for spec in specs)


def _check_may_replace(other: Installed, config_file: Path | None, *, is_asked_for: bool) -> None:
    """Refuse to replace, or to hide, another kernel, or the Multi of another config under a name nobody chose."""
    if not other.is_multi:
        raise CommandError(f"{other.name} is the name of another kernel, in {other.folder}: take another --name")
    used = config_of_multi(other)
    if used != config_file and not is_asked_for:
        what = "a Multi without a config file" if used is None else f"the Multi of {used}"
        raise CommandError(
            f"{other.name}, in {other.folder}, is {what}: add --name NAME for another one, or --name {other.name} "
            f"to replace it"
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
        # A folder in it, since the temporary one's mode, private, would be copied too.
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
            raise CommandError(
                f"{_kernels_folder(options)} cannot be written: {error.strerror or error}{hint}"
            ) from None


def _kernels_folder(options: argparse.Namespace) -> Path:
    """Return the folder that kernelspecs go to, as `KernelSpecManager.install_kernel_spec` has it."""
    if options.user:
        return Path(KernelSpecManager().user_kernel_dir)
    if options.prefix:
        return Path(os.path.abspath(options.prefix)) / "share" / "jupyter" / "kernels"
    return Path(SYSTEM_JUPYTER_PATH[0]) / "kernels"


def _uninstall(options: argparse.Namespace) -> int:
    name = options.name.lower()
    is_anywhere = not (options.user or options.prefix)
    found = installed() if is_anywhere else installed(_kernels_folder(options))
    spec = found.get(name)
    if spec is None:
        where = "" if is_anywhere else f" in {_kernels_folder(options)}"
        multis = ", ".join(other.name for other in found.values() if other.is_multi)
        there_are = f"Multis are: {multis}" if multis else "there is no Multi at all"
        raise CommandError(f"there is no kernelspec {options.name!r}{where}; {there_are}")
    if spec.fault:
        raise CommandError(f"whether {name} is a Multi is not known, so it stays: {spec.fault}")
    if not spec.is_multi:
        raise CommandError(f"{name}, in {spec.folder}, is not a Multi, so it stays: jupyter kernelspec remove {name}")
    try:
        KernelSpecManager(kernel_dirs=[str(spec.folder.parent)]).remove_kernel_spec(name)
    except OSError as error:
        raise CommandError(f"{spec.folder} cannot be removed: {error.strerror or error}") from None
    say(f"Removed the kernelspec {name} from {spec.folder}")
    if (other := installed().get(name)) is not None:
        complain(f"Jupyter finds another {name} now, in {other.folder}")
    return FINE


def _filled(path: str) -> str:
    if not path:
        raise argparse.ArgumentTypeError("the path is empty")
    return path


def _add_place(parser: argparse.ArgumentParser) -> None:
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="in your home folder")
    place.add_argument(
        "--sys-prefix",
        dest="prefix",
        action="store_const",
        const=sys.prefix,
        help=f"in this environment, {sys.prefix.replace('%', '%%')}",
    )
    place.add_argument("--prefix", metavar="P", type=_filled, help="in P/share/jupyter/kernels")


def _add_install_arguments(parser: argparse.ArgumentParser) -> None:
    _add_place(parser)
    parser.add_argument(
        "--name",
        metavar="N",
        help="name of the kernelspec; left out: multi or, with --config, multi- and the name of the file, or of its "
        f"folder if the file is a {FILE_NAME}",
    )
    parser.add_argument("--display-name", metavar="D", help="what launchers show; left out: Multi or Multi (NAME)")
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="the config file that this Multi always uses; it is checked first, and with mistakes nothing is installed",
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
    parser.add_argument("--name", metavar="N", default=NAME, help="name of the kernelspec; left out: multi")


INSTALL = Subcommand(
    "install",
    "put a Multi into Jupyter's launchers",
    "Install a kernelspec for Multi, run by this Python, so that Jupyter offers it. Without --user, --sys-prefix or\n"
    "--prefix it is for all users of the machine. Several configs make several kernels: give each a --config.",
    _add_install_arguments,
    _install,
)
UNINSTALL = Subcommand(
    "uninstall",
    "take a Multi out of Jupyter's launchers",
    "Remove a kernelspec of Multi; no other can be removed with this. Without --user, --sys-prefix or --prefix it is\n"
    "the one that Jupyter finds under the name.",
    _add_uninstall_arguments,
    _uninstall,
)
