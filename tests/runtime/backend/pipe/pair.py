"""Both ends that copy files of values, and a connection between them that may break."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from multikernel.runtime.backend.links.pipe.agent.files import Files
from multikernel.runtime.backend.links.pipe.agent.stream import PIECE, Stream
from multikernel.runtime.backend.links.pipe.files import RemoteFiles
from multikernel.runtime.files_here import FilesHere

PATIENCE = 10.0
PIECE_SIZE, WINDOW = 1 << 12, 1 << 17


class Way:
    """One direction of a connection, which delivers when the loop gets there."""

    def __init__(self, deliver: Callable[["Way", bytes], None]) -> None:
        self._deliver = deliver
        self.is_broken = False

    def write(self, data: bytes) -> None:
        if not self.is_broken:
            asyncio.get_running_loop().call_soon(self._arrive, data)

    def _arrive(self, data: bytes) -> None:
        if not self.is_broken:
            self._deliver(self, data)


class Pair:
    """Both ends of a stream, each with its files; a connection between them may break and come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.far = Stream(self._take_far)
        self.near = Stream(self._take_near)
        self.far_files = Files(str(folder), self.far)
        self.files = RemoteFiles("big", self.near)
        self.most_held = 0
        self.ways: list[Way] = []
        self.connect()

    def connect(self) -> None:
        """Connect; what was on its way is lost."""
        for way in self.ways:
            way.is_broken = True
        near_seen, far_seen = self.near.seen, self.far.seen
        up, down = self.ways = [Way(self._up), Way(self._down)]
        self.far.connected(down, near_seen)
        self.near.connected(up, far_seen)
        self.far_files.go_on()
        self.files.go_on()

    def disconnect(self) -> None:
        """Break the connection."""
        for way, stream in zip(self.ways, (self.near, self.far), strict=True):
            way.is_broken = True
            stream.disconnected(way)

    def _up(self, way: Way, data: bytes) -> None:
        self.far.feed(self.ways[1], data)
        self.far_files.go_on()

    def _down(self, way: Way, data: bytes) -> None:
        self.most_held = max(self.most_held, self.far.held, self.near.held)
        self.near.feed(self.ways[0], data)
        self.files.go_on()

    def _take_far(self, kind: int, frames: list[bytes]) -> None:
        if kind == PIECE:
            self.far_files.take(frames)
        else:
            [(what, value)] = json.loads(frames[0]).items()
            self.far_files.do(what, value)

    def _take_near(self, kind: int, frames: list[bytes]) -> None:
        if kind == PIECE:
            self.files.take_piece(frames)
        else:
            [(what, value)] = json.loads(frames[0]).items()
            self.files.take_word(what, value)


async def send(files: RemoteFiles, folder: str, name: str) -> None:
    """Copy a file to there."""
    async with FilesHere().open(folder, name) as content:
        assert content is not None
        await files.write(folder, name, content)


async def fetch(files: RemoteFiles, folder: str, name: str) -> None:
    """Copy a file from there, if it exists."""
    async with files.open(folder, name) as content:
        if content is not None:
            await FilesHere().write(folder, name, content)


def folder_of(pair: Pair) -> str:
    """Return the folder of this machine."""
    return str(pair.folder.parent / "near")


async def soon(action: Callable[[], Awaitable[object]]) -> None:
    """Do what must not hang."""
    with anyio.fail_after(PATIENCE):
        await action()
