"""What runs in a kernel on a Jupyter server leaves the folders of others alone."""

import os
import tempfile
from pathlib import Path

import pytest

from multikernel.runtime.backend.links.server import in_kernel


def test_what_somebody_else_has_put_among_the_folders_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    for folder in (elsewhere, tmp_path / f"{in_kernel.PREFIX}theirs"):
        folder.mkdir()
        # Nobody writes to it, so to open it takes for ever.
        os.mkfifo(folder / in_kernel.LOCK)
    (tmp_path / f"{in_kernel.PREFIX}link").symlink_to(elsewhere)
    monkeypatch.setattr(os, "getuid", lambda: os.lstat(tmp_path).st_uid + 1)
    in_kernel.sweep()
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"{in_kernel.PREFIX}theirs" / in_kernel.LOCK).unlink()
    in_kernel.sweep()
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "multikernel-values-link", "multikernel-values-theirs"]
