"""A child kernel alone, and an adapter's code run in it as Multi would."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from multikernel.languages.language import ANSWER, DATA, Code, Incoming, Language
from multikernel.languages.values.reader import Json, read

from ..e2e.kernel import Kernel, open_kernel
from .plain import Buffers, Plain, plain, tree


class Child:
    """A kernel, its adapter, and a folder for values."""

    def __init__(self, kernel: Kernel, adapter: Language, folder: Path) -> None:
        """Take a kernel that is ready."""
        self.kernel = kernel
        self.adapter = adapter
        self._folders = (folder / str(number) for number in count())

    def put(self, name: str, value: Plain) -> Json:
        """Make a variable of a value and return the answer; Refused."""
        return self.put_all({name: value})

    def put_all(self, values: dict[str, Plain], *, is_trial: bool = False) -> Json:
        """Make variables of values and return the answer; Refused."""
        incoming = [self.write(name, value) for name, value in values.items()]
        code = self.adapter.import_code(incoming, is_trial=is_trial)
        return self.ask(code, Path(incoming[0].folder))

    def write(self, name: str, value: Plain) -> Incoming:
        """Write a value for the child; Refused."""
        folder, buffers = self.folder(), Buffers()
        root = tree(value, buffers)
        (folder / DATA).write_bytes(buffers.content)
        self.adapter.write(name, read(root, len(buffers.content)), str(folder))
        return Incoming(name, str(folder))

    def get(self, name: str) -> Plain | Json:
        """Return the value of a variable, or the answer where there is none."""
        folder = self.folder()
        return _value(self.ask(self.adapter.export_code(name, str(folder)), folder), folder)

    def get_all(self, names: list[str]) -> list[Plain | Json]:
        """Return the values of several variables, asked for in one request."""
        folders = [self.folder() for _ in names]
        codes = [self.adapter.export_code(name, str(folder)) for name, folder in zip(names, folders, strict=True)]
        self.kernel.run("; ".join(map(line_of, codes, folders)), silent=True)
        return [_value(json.loads((folder / ANSWER).read_bytes()), folder) for folder in folders]

    def variables(self) -> dict[str, tuple[str, str, int | None]]:
        """Return type, shape and size of each variable, as `%%vars` shows them."""
        folder = self.folder()
        rows = self.ask(self.adapter.variables_code(str(folder)), folder)["variables"]
        return {name: (kind, shape, size) for name, kind, shape, size in rows}

    def ask(self, code: Code, folder: Path) -> Json:
        """Run code of the adapter's, with its library if it does not answer without, and return what it answers."""
        line = line_of(code, folder)
        self.kernel.run(line, silent=True)
        path = folder / ANSWER
        if not path.exists():
            self.kernel.run(line_of(self.adapter.library_code(str(folder)), folder), silent=True)
            last = self.kernel.run(line_of(code, folder), silent=True)
            assert path.exists(), (last.reply, last.iopub)
        answer: Json = json.loads(path.read_bytes().decode("ascii"))
        return answer

    def folder(self) -> Path:
        """Return a new folder for one value."""
        folder = next(self._folders)
        folder.mkdir(mode=0o700)
        return folder


def line_of(code: Code, folder: Path) -> str:
    """Return what is run, with the files that it reads in a folder."""
    if isinstance(code, str):
        return code
    for name, content in code.files.items():
        (folder / name).write_bytes(content)
    return code.code


def _value(answer: Json, folder: Path) -> Plain | Json:
    if "value" not in answer:
        return answer
    data = (folder / DATA).read_bytes() if (folder / DATA).exists() else b""
    return plain(read(answer["value"], len(data)), data)


@contextmanager
def open_child(kernelspec: str, adapter: Language, folder: Path) -> Iterator[Child]:
    """Start a kernel."""
    with open_kernel(kernelspec) as kernel:
        yield Child(kernel, adapter, folder)


def child_of(kernelspec: str, adapter: Language) -> Any:
    """Return a fixture: a kernel for the tests of a module."""

    @pytest.fixture(scope="module")
    def child(need: Callable[..., None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
        need(kernelspec)
        with open_child(kernelspec, adapter, tmp_path_factory.mktemp("values")) as child:
            yield child

    return child
