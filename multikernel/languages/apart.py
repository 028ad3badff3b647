"""Work on values beside the loop: in a thread, or for those of very many parts in a process of its own.

In a thread of the front these would hold up the loop, for 200 ms at a time: the garbage collector goes through millions
of nodes, and freeing them is one step, in which no other thread runs.
"""

import dataclasses
import gc
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

import anyio

from ..core.errors import TransferError
from .child_answer import in_thread
from .crossing import Crossing, End, Missing, Part, Way
from .values.reader import Json, ManifestError, read_json

LARGE = 1 << 20
"""Bytes of manifests from which a process is started: some 20,000 parts, and less time than it takes to start."""

STDIN = 0


async def write(crossing: Crossing) -> None:
    """Do what `Crossing.write` does; TransferError, Missing."""
    if crossing.size > LARGE:
        await _ask(crossing, {})
    else:
        await _in_thread_for(crossing.folders, crossing.write)


async def refusal(crossing: Crossing, number: int, parts: Sequence[Part]) -> TransferError:
    """Return the error for parts that a target refuses."""
    try:
        if crossing.size > LARGE:
            await _ask(crossing, {"number": number, "parts": parts})
        else:
            await in_thread(lambda: crossing.refuse(number, parts))
    except TransferError as error:
        return error
    raise AssertionError


async def _in_thread_for(folders: Iterable[str], function: Callable[[], None]) -> None:
    """Call a function that writes into folders in a thread; what it writes after a cancellation is removed."""
    is_cancelled = threading.Event()

    def work() -> None:
        try:
            function()
        finally:
            if is_cancelled.is_set():
                for folder in folders:
                    shutil.rmtree(folder, ignore_errors=True)

    try:
        await in_thread(work)
    except anyio.get_cancelled_exc_class():
        is_cancelled.set()
        raise


async def _ask(crossing: Crossing, refused: Json) -> None:
    """Let a process do what is to be done; TransferError, Missing."""
    request = json.dumps({"crossing": dataclasses.asdict(crossing), "refused": refused})
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
            f"{crossing.text}: the process that checks large values ended with {process.returncode}."
        ) from None
    if "missing" in answer:
        raise Missing(*answer["missing"])
    if "error" in answer:
        raise TransferError(str(answer["error"]))


def _end_with_parent() -> None:
    """End as soon as the front has ended, however it did, or does not want the answer any more."""
    os.read(STDIN, 1)
    os._exit(1)


def _answer(request: Json) -> Json:
    """Do what is asked, and return the answer."""
    fields, refused = request["crossing"], request["refused"]
    sources, targets = (tuple(End(**end) for end in fields[ends]) for ends in ("sources", "targets"))
    crossing = Crossing(fields["text"], Way(fields["way"]), sources, targets)
    try:
        if refused:
            crossing.refuse(refused["number"], [tuple(part) for part in refused["parts"]])
        else:
            crossing.write()
    except Missing as missing:
        return {"missing": missing.args}
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
