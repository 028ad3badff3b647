"""The command that gives a pipe to a Python at a place, and what it gets through its stdin."""

import base64
import functools
import json
import os
import re
import shlex
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path

from .....core.places import RunPlace, SshPlace
from .....core.protocol.wire import Json
from . import agent

PipePlace = SshPlace | RunPlace

PYTHON_NEEDED = "Multi needs Python 3.8 or later, this is "

BOOT = (
    "import base64,sys,zlib;"
    f'sys.version_info>=(3,8)or sys.exit("{PYTHON_NEEDED}"+sys.version.split()[0]);'
    'exec(zlib.decompress(base64.b64decode(open(0,"rb",0,closefd=False).readline())))'
)
"""What `python -c` gets. No shell between here and there may find anything of its own in it, within single quotes."""

LOADER = """
import sys
from importlib.machinery import ModuleSpec
SOURCES = {sources!r}
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return ModuleSpec(name, Finder, is_package=name == "agent") if name in SOURCES else None
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        exec(compile(SOURCES[module.__name__], "<" + module.__name__ + ">", "exec"), module.__dict__)
sys.meta_path.insert(0, Finder)
from agent.relay import main
main()
"""
"""Runs the agent; each of its modules is imported when it is needed."""

SSH_SETTINGS = (
    "BatchMode=yes",
    "ConnectTimeout=10",
    # What the user's config has for terminals must not get in the way, nor hide why a connection fails.
    "ClearAllForwardings=yes",
    "RemoteCommand=none",
    "LogLevel=ERROR",
)
SSH_OPTIONS = ("-T", *(f"-o{setting}" for setting in SSH_SETTINGS))

HOME = re.compile(r"~[\w.-]*(?=/)")


class CommandNotFound(Exception):
    """A place's command is no program of this machine; the text says which."""


@functools.cache
def agent_source() -> bytes:
    """Return the agent as one line, which BOOT reads and runs."""
    files = Path(agent.__file__).parent.glob("[!_]*.py")
    sources = {"agent": "", **{f"agent.{file.stem}": file.read_text("utf-8") for file in files}}
    return base64.b64encode(zlib.compress(LOADER.format(sources=sources).encode("utf-8"), 9)) + b"\n"


def stdin_of(request: Json) -> bytes:
    """Return what a command gets first: the agent, and what it is to do."""
    return agent_source() + json.dumps(request).encode("utf-8") + b"\n"


def command_of(place: PipePlace, ssh_options: Sequence[str] = (), greeting: str = "") -> list[str]:
    """Return the command that runs BOOT at a place; CommandNotFound if there is none.

    Over ssh, the shell there may first write a `greeting`, of letters, digits and braces.
    """
    match place:
        case SshPlace(target=target, python=python):
            shell = f'echo "{greeting}"; {boot_line(python)}' if greeting else boot_line(python)
            command = [*ssh(*SSH_OPTIONS, *ssh_options), "--", target, shell]
        case RunPlace(python=python):
            command = command_at(place, (python, "-c", BOOT))
    return command


def command_at(place: PipePlace, words: Sequence[str], ssh_options: Sequence[str] = ()) -> list[str]:
    """Return the command that runs another one at a place; CommandNotFound if there is none."""
    match place:
        case SshPlace(target=target):
            command = [*ssh(*SSH_OPTIONS, *ssh_options), "--", target, "exec " + shlex.join(words)]
        case RunPlace(command=(program, *arguments)):
            command = [find_program(program), *arguments, *words]
    return command


def boot_line(python: str) -> str:
    """Return a line for a shell that runs BOOT; a leading `~` of the Python's path is for that shell to expand."""
    return f"exec {_shell_word(python)} -c '{BOOT}'"


def ssh(*arguments: str) -> list[str]:
    """Return a command of OpenSSH's; CommandNotFound if it is not installed."""
    return [find_program("ssh"), *arguments]


def find_program(name: str) -> str:
    """Return the path of a program in the front's own PATH; CommandNotFound if there is none.

    Nothing relative counts, in PATH as in the name: it would be a file beside the notebook.
    """
    path = os.pathsep.join(each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(each))
    expanded = os.path.expanduser(name)
    found = shutil.which(expanded, path=path) if os.path.isabs(expanded) or not os.path.dirname(name) else None
    if found is None:
        raise CommandNotFound(name)
    return found


def working_folder() -> str:
    """Return where commands run: never in the notebook's folder."""
    home = os.path.expanduser("~")
    return home if os.path.isdir(home) else "/"


def _shell_word(python: str) -> str:
    """Quote a path for a shell that expands its `~`."""
    home = HOME.match(python)
    return python[: home.end()] + shlex.quote(python[home.end() :]) if home else shlex.quote(python)
