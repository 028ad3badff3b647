"""Real kernels alone, without Multi, as what copies values sees them: `Kernels` is a `ValueServices`.

Example::

    with Kernels({"python": "python3", "r": "ir"}) as kernels:
        kernels.execute("python", "x = 0.1 + 0.2")
        kernels.copy("python", "x", "r")  # as %%r -i x
        kernels.copy("r", "x", "python", "back")  # as %%r -o back, after back <- x
        kernels.execute("python", "assert back == x")
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from types import TracebackType
from typing import Any

import anyio

from multikernel.core.cells.transfers import Gather, Scatter, Transfer
from multikernel.core.protocol.wire import Json
from multikernel.core.services import Files, Variable
from multikernel.languages.preview import preview
from multikernel.languages.transfer import copy_all
from multikernel.languages.variables import list_variables
from multikernel.runtime.files_here import FilesHere

from ..e2e.kernel import Answer, Kernel, open_kernel
from ..e2e.lacking import lacking
from .plain_python import PlainPython

ADVICE = re.compile(r"run (`.+?`(?: in \S+)?) first")
STATEMENT = re.compile(r"`([^`]+)`(?: in (\S+))?")
SILENTLY = {"silent": True, "store_history": False, "allow_stdin": False}


class Kernels:
    """Kernels by the names of their backends."""

    def __init__(self, kernelspecs: Mapping[str, str]) -> None:
        """Take a kernelspec for each backend, or the path of a Python that runs without a kernel."""
        self._kernelspecs = kernelspecs
        self._pythons: dict[str, PlainPython] = {}
        self._kernels: dict[str, Kernel] = {}
        self._life = ExitStack()
        self.here: Files = FilesHere()
        self.folders: list[str] = []
        """All value folders that there were."""

    def __enter__(self) -> "Kernels":
        """Start the kernels."""
        for backend, kernelspec in self._kernelspecs.items():
            if os.path.isabs(kernelspec):
                self._pythons[backend] = PlainPython(kernelspec)
                self._life.callback(self._pythons[backend].close)
                continue
            self._kernels[backend] = self._life.enter_context(open_kernel(kernelspec))
        return self

    def __exit__(self, *exception: type[BaseException] | BaseException | TracebackType | None) -> None:
        """End them."""
        self._life.close()

    def execute(self, backend: str, code: str) -> Answer:
        """Run a cell; AssertionError unless it succeeds."""
        if backend in self._pythons:
            said, error = self._pythons[backend].run(code)
            assert not error, error
            return Answer({}, [{"msg_type": "stream", "content": {"name": "stdout", "text": said}}])
        answer = self._kernels[backend].run(code)
        assert answer.content["status"] == "ok", answer.content.get("evalue", answer.content)
        return answer

    def follow(self, backend: str, message: str) -> None:
        """Run in a backend what an error tells to run there; AssertionError if it tells nothing at all."""
        statements = [found for advice in ADVICE.findall(message) for found in STATEMENT.findall(advice)]
        assert statements, message
        for statement, named in statements:
            if named in ("", "each", backend):
                self.execute(backend, statement)

    def copy(self, source: str, name: str, target: str, new_name: str = "") -> None:
        """Copy a variable; TransferError as a user sees it."""
        self.copy_all(Transfer(source, name, target, new_name or name))

    def copy_all(self, *tasks: Transfer | Scatter | Gather) -> None:
        """Copy variables, as one header line does."""
        anyio.run(copy_all, self, tasks)

    def copy_there_and_back(self, source: str, name: str, other: str, new_name: str) -> None:
        """Copy a variable to another backend, and from there back under a new name."""
        self.copy(source, name, other)
        self.copy(other, name, source, new_name)

    def variables(self, backend: str) -> Sequence[Variable]:
        """Return the variables in a backend, as `%%vars` does."""
        return anyio.run(list_variables, self, backend)

    def preview(self, backend: str, name: str) -> Json:
        """Return the beginning of a variable, as front-ends show it; TransferError as a user sees it."""
        return anyio.run(preview, self, backend, name)

    async def language(self, backend: str) -> str:
        """Return what the kernel calls its language."""
        if backend in self._pythons:
            return "python"
        info = self._kernels[backend].ask("kernel_info_request", {}).content
        return str(info["language_info"]["name"]).lower()

    async def run_silently(self, backend: str, code: str) -> str:
        """Run code silently."""
        if backend in self._pythons:
            return self._pythons[backend].run(code)[1]
        content = self._kernels[backend].run(code, **SILENTLY).content
        return "" if content["status"] == "ok" else f"{content.get('ename')}: {content.get('evalue')}"

    def files(self, backend: str) -> Files:
        """Return what leaves files where they are."""
        return self.here

    def shares_files(self, backend: str) -> bool | None:
        """Say that it does."""
        return True

    def note_sharing(self, backend: str, shares_files: bool) -> None:
        """Take what is known."""

    @asynccontextmanager
    async def value_folder(self, source: str) -> AsyncIterator[str]:
        """Make a folder."""
        folder = tempfile.mkdtemp(prefix="multikernel-test-")
        self.folders.append(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def need_r_package(kernels: Kernels, name: str) -> None:
    """Skip the test if R lacks a package; in CI that is a failure."""
    if kernels.execute("r", f"cat(requireNamespace('{name}', quietly = TRUE))").stream() != "TRUE":
        lacking(f"R package {name}")


def answer_in(folder: str) -> Any:
    """Return what an adapter's code has written."""
    with open(os.path.join(folder, "answer.json"), "rb") as file:
        return json.load(file)
