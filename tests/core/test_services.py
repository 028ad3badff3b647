"""Files of a backend on this machine are where they are."""

import os
from pathlib import Path

import pytest

from multikernel.core.services import Files, FilesHere

pytestmark = pytest.mark.anyio


async def test_files_here_stay_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"data")
    files: Files = FilesHere()
    assert await files.path(str(tmp_path)) == str(tmp_path)
    await files.send(str(tmp_path), ["data"])
    await files.fetch(str(tmp_path), ["data", "none"])
    files.forget(str(tmp_path))
    assert os.listdir(tmp_path) == ["data"]
    assert (tmp_path / "data").read_bytes() == b"data"
