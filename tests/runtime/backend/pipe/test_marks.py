"""Whether a kernel at the other end of a pipe sees the files of this machine: its keeper leaves marks."""

import os
import sys
from pathlib import Path

import pytest

from multikernel.core.places import RunPlace
from multikernel.runtime.backend.links.pipe.agent.files import leave_marks
from multikernel.runtime.backend.links.pipe.launching import take_marks
from tests.e2e.lacking import need_root
from tests.elsewhere.near import open_near


def marks_in(folder: Path, count: int = 2) -> list[str]:
    """Return paths of marks, in folders that are there."""
    for number in range(count):
        (folder / str(number)).mkdir()
    return [str(folder / str(number) / "mark") for number in range(count)]


def test_all_marks_are_found_and_removed(tmp_path: Path) -> None:
    marks = marks_in(tmp_path)
    leave_marks(marks)
    assert [os.stat(mark).st_mode & 0o777 for mark in marks] == [0o600, 0o600]
    assert take_marks(marks)
    assert not any(map(os.path.exists, marks))
    assert not take_marks(marks)


def test_a_folder_that_is_not_there_or_has_such_a_file_shares_nothing(tmp_path: Path) -> None:
    marks = marks_in(tmp_path)
    leave_marks([*marks[:1], str(tmp_path / "none" / "mark")])
    assert not take_marks(marks)
    assert not os.path.exists(marks[0])
    assert not take_marks([])
    Path(marks[0]).symlink_to(tmp_path / "elsewhere")
    leave_marks(marks[:1])
    assert not (tmp_path / "elsewhere").exists()


def test_a_mark_of_another_user_s_does_not_count(tmp_path: Path) -> None:
    need_root()
    marks = marks_in(tmp_path)
    leave_marks(marks)
    os.chown(marks[1], 1, 1)
    assert not take_marks(marks)


@pytest.mark.anyio
async def test_values_of_a_kernel_that_sees_them_are_not_copied(tmp_path: Path) -> None:
    place = RunPlace("box", ("env",), python=sys.executable)
    async with open_near(place) as near, near.open() as backend:
        assert backend.link.shares_files
        assert backend.link.files is None
        assert [name for name in os.listdir(near.directory) if len(name) == 32] == []
