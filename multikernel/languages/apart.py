"""Work on values of very many parts, in a process of its own.

In a thread of the front it would hold up the loop, for 200 ms at a time: the garbage collector goes through millions of
nodes, and freeing them is one step, in which no other thread runs.
"""

import dataclasses
import gc
import json
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import anyio

from ..core.cells.transfers import Transfer
from ..core.errors import TransferError
from .child_answer import read_file
from .crossing import Crossing
from .values.reader import Json, ManifestError, read, read_json

LARGE = 1 << 20
"""Bytes of a manifest from which a process is started: some 20,000 parts, and less time than it takes to start."""

STDIN = 0

MANIFEST = "manifest.json"
"""What the answer is renamed to, so that the target's answer does not take its place."""


async def write_apart(crossing: Crossing) -> Json:
    """Do what `Crossing.write` does with a manifest; return what else a source has said; TransferError."""
    return await _ask(crossing, None)


async def refusal_apart(crossing: Crossing, parts: Sequence[tuple[str, ...]]) -> TransferError:
    """Return the error for parts that the target refuses."""
    try:
        await _ask(crossing, parts)
    except TransferError as error:
        return error
    raise AssertionError


async def _ask(crossing: Crossing, parts: Sequence[tuple[str, ...]] | None) -> Json:
    request = json.dumps({"crossing": dataclasses.asdict(crossing), "parts": parts})
    command = [sys.executable, "-P", "-m", __name__]
    async with await anyio.open_process(command, stderr=None, cwd="/", start_new_session=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # It stays open: when it ends, so does the process.
        await process.stdin.send(request.encode("ascii") + b"\n")
        content = b"".join([part async for part in process.stdout])
    try:
        answer = read_json(content)
    except ManifestError:
        raise TransferError(
            f"{crossing.task.text}: the process that checks large values ended with {process.returncode}."
        ) from None
    if "error" in answer:
        raise TransferError(str(answer["error"]))
    return answer


def _end_with_parent() -> None:
    """End as soon as the front has ended, however it did, or does not want the answer any more."""
    os.read(STDIN, 1)
    os._exit(1)


def _answer(request: Json) -> Json:
    """Do what is asked, and return the answer."""
    fields = request["crossing"]
    crossing = Crossing(**{**fields, "task": Transfer(**fields["task"])})
    try:
        found = read_file(Path(crossing.folder, MANIFEST))
        if request["parts"] is not None:
            value = read(found["value"], sys.maxsize)
            raise crossing.refusal([tuple(part) for part in request["parts"]], value)
        if "value" not in found:
            return found
        crossing.write(found)
    except ManifestError as error:
        return {"error": f"{crossing.task.source} sent an invalid reply about its variables: {error}."}
    except TransferError as error:
        return {"error": str(error)}
    return {}


def main() -> None:
    """Read a request from stdin, and write the answer to stdout."""
    gc.disable()
    with open(STDIN, "rb", buffering=0, closefd=False) as stdin:
        request = json.loads(stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.stdout.write(json.dumps(_answer(request)))
    sys.stdout.flush()
    # Freeing what was read would take as long as reading it.
    os._exit(0)


if __name__ == "__main__":
    main()
