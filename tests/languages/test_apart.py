"""Values of very many parts are checked and written in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from multikernel.core.cells.transfers import Gather, Scatter
from multikernel.core.errors import TransferError
from multikernel.languages import apart
from multikernel.languages.crossing import MANIFEST, Crossing, End, Way

from .kernels import Kernels

PATIENCE = 20
"""Seconds."""


@pytest.fixture
def all_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every value be large."""
    monkeypatch.setattr(apart, "LARGE", 0)


def crossing(folder: Path, target: str = "r") -> Crossing:
    """Return the way of a value whose manifest is in a folder."""
    ends = End("source", "x", "python", str(folder)), End("target", "y", target, str(folder))
    return Crossing("x from source to target as y", Way.COPY, ends[:1], ends[1:])


@pytest.mark.usefixtures("all_apart")
def test_a_large_value_crosses(kernels: Kernels) -> None:
    kernels.execute("python", "x = [(1, 'a'), {'b': [0.5, None]}]")
    kernels.copy_there_and_back("python", "x", "r", "y")
    kernels.execute("python", "assert repr(x) == repr(y), y")


@pytest.mark.usefixtures("all_apart")
@pytest.mark.parametrize(
    ("value", "target", "message"),
    [
        ("print", "r", "x (builtin_function_or_method) cannot be copied; run `x = x.__qualname__` first."),
        ("['a\\0']", "r", "x (text) has the character NUL, which text in R cannot have; run"),
        (
            "[5, 2**70]",
            "r",
            "x[1] (int) is larger than any integer in R; run `x[1] = str(x[1])` in python first.",
        ),
    ],
)
def test_what_cannot_cross_is_refused_in_the_same_words(
    kernels: Kernels, value: str, target: str, message: str
) -> None:
    kernels.execute("python", f"x = {value}")
    with pytest.raises(TransferError) as refused:
        kernels.copy("python", "x", target)
    assert str(refused.value).startswith(message)


@pytest.mark.usefixtures("all_apart")
def test_a_large_value_that_is_not_there(kernels: Kernels) -> None:
    with pytest.raises(TransferError, match="There is no variable nosuch in python"):
        kernels.copy("python", "nosuch", "r")


@pytest.mark.usefixtures("all_apart")
def test_large_values_are_dealt_out_and_joined(kernels: Kernels) -> None:
    kernels.execute("python", "x = [(1, 'a'), [0.5, None], 'c']")
    kernels.copy_all(Scatter("python", "x", ("other", "python"), "part"))
    kernels.execute("other", "assert part == [(1, 'a'), [0.5, None]], part")
    kernels.copy_all(Gather(("other", "python"), "part", "python", "y"))
    kernels.execute("python", "assert repr(x) == repr(y), y; x = ['', 'a', 'b', [2**70]]")
    with pytest.raises(
        TransferError, match=r"^x\[3\]\[0\] \(int\) .*; run `x\[3\]\[0\] = str\(x\[3\]\[0\]\)` in python"
    ):
        kernels.copy_all(Scatter("python", "x", ("other", "r"), "part"))


@pytest.mark.anyio
@pytest.mark.usefixtures("all_apart")
@pytest.mark.parametrize("manifest", ["{", '{"value": 5}', '{"value": {"t": "text", "data": [0, 8]}}'])
async def test_nonsense_is_an_error_that_names_the_backend(tmp_path: Path, manifest: str) -> None:
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(TransferError, match="source sent an invalid reply"):
        await apart.write(crossing(tmp_path))


@pytest.mark.anyio
@pytest.mark.usefixtures("all_apart")
async def test_a_process_that_breaks_down_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / MANIFEST).write_text('{"value": {"t": "null"}}')
    with pytest.raises(TransferError) as broken:
        await apart.write(crossing(tmp_path, "no language"))
    assert str(broken.value) == "x from source to target as y: the process that checks large values ended with 1."
    assert "AssertionError" in capfd.readouterr().err


@pytest.mark.anyio
@pytest.mark.usefixtures("all_apart")
async def test_an_interrupt_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest is a pipe that nobody writes to, which the process waits for as it would for its work."""
    pids: list[int] = []
    open_process = anyio.open_process

    async def noted(*arguments: object, **options: object) -> object:
        process = await open_process(*arguments, **options)  # type: ignore[arg-type]
        pids.append(process.pid)
        tasks.cancel_scope.cancel()
        return process

    monkeypatch.setattr(anyio, "open_process", noted)
    (tmp_path / MANIFEST).write_text("{}")
    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(apart.write, crossing(tmp_path))
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_it_ends_when_the_front_does() -> None:
    code = "import threading; from multikernel.languages.apart import _end_with_parent; _end_with_parent()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps({}).encode())
    process.stdin.close()
    assert process.wait(PATIENCE) == 1
