"""The extension's grammar and the kernel's, asked the same."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from multikernel.core.cells.lines import HeaderLine
from multikernel.core.cells.names import Names
from multikernel.core.cells.parser import parse
from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import MultiError

Json: TypeAlias = dict[str, Any]

LABEXTENSION = Path(__file__).parents[2] / "labextension"
ANSWER = LABEXTENSION / "build" / "tests" / "tests" / "answer.js"
"""Compiled from labextension/tests/answer.ts."""


def names_of(vocabulary: Json) -> Names:
    """Return the kernel's names for what the extension takes as vocabulary."""
    backends, members, aliases = {}, dict[str, list[str]](), dict[str, tuple[str, ...]]()
    for backend in vocabulary["backends"]:
        name, group = backend["name"], backend["group"]
        backends[name] = BackendConfig(name, name, aliases=tuple(backend["aliases"]), group=group)
        if group is not None:
            members.setdefault(group, []).append(name)
            aliases[group] = tuple(backend.get("groupAliases", ()))
    groups = {group: Group(group, tuple(each), aliases[group]) for group, each in members.items()}
    config = Config(backends, vocabulary["configured"], groups=groups)
    languages = {backend["name"]: backend["language"].lower() for backend in vocabulary["backends"]}
    return Names(config, frozenset(vocabulary["commands"]), languages)


def describe(code: str, names: Names) -> Json:
    """Return a cell's parts as texts, as labextension/tests/description.ts does."""

    def text(line: HeaderLine | None) -> str | None:
        return None if line is None else code[line.start : line.end]

    try:
        cell = parse(code, names, names.config.default)
    except MultiError:
        return {"refused": True}
    return {
        "commands": [text(line) for line in cell.commands],
        "header": text(cell.header),
        "targets": list(cell.targets),
        "use": cell.new_default,
        "body": code[cell.body_start :],
        "foreign": text(cell.foreign),
        "parts": [
            {"header": text(part.header), "targets": list(part.targets), "body": part.code[part.body_start :]}
            for part in cell.parts
        ],
    }


class Extension:
    """The extension's grammar, in a process of Node's."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Take the process."""
        self._process = process

    def describe(self, code: str, vocabulary: Json) -> Json:
        """Return a cell's parts as texts."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"code": code, "vocabulary": vocabulary}) + "\n")
        self._process.stdin.flush()
        answer: Json = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def open_extension() -> Iterator[Extension]:
    """Compile it and start the process; FileNotFoundError where Node or the packages of npm are missing."""
    node = shutil.which("node")
    if node is None or not (LABEXTENSION / "node_modules").is_dir():
        raise FileNotFoundError("node, or labextension/node_modules")
    subprocess.run([node, "node_modules/typescript/bin/tsc", "-p", "tests"], cwd=LABEXTENSION, check=True)
    with subprocess.Popen([node, ANSWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Extension(process)
        process.terminate()
