"""Which files the user trusts: by their path and their bytes, in a store that nobody else can write."""

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from multikernel.config.trust import check_elsewhere, distrust, is_trusted, needed_trust, trust, trust_command
from multikernel.core.config import BackendConfig
from multikernel.core.errors import BackendNotTrusted
from multikernel.core.places import NeededTrust, SshPlace

TEXT = b"backends: {big: {kernel: python3, at: gpu1}}"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return Jupyter's data folder, which is not there yet."""
    data = tmp_path / "share" / "jupyter"
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(data))
    return data


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a config file beside a notebook."""
    file = tmp_path / "multikernel.yaml"
    file.write_bytes(TEXT)
    return file


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def entry_of(data: Path) -> Path:
    (entry,) = (data / "multikernel" / "trusted").iterdir()
    return entry


def refusal(needed: NeededTrust, **more: object) -> str:
    """Return why a backend of a file may not start; empty if it may."""
    settings = {"place": SshPlace("gpu1", "gpu1"), **more}
    try:
        check_elsewhere(BackendConfig("big", "python3", needs_trust=needed, **settings))  # type: ignore[arg-type]
    except BackendNotTrusted as error:
        return str(error)
    return ""


def test_a_file_is_trusted_once_the_user_has_said_so(file: Path) -> None:
    needed = needed_trust(file, TEXT)
    assert not is_trusted(needed)
    assert refusal(needed) == (
        f"big is not started at gpu1, because {file} came with the notebook. If you have read it and agree, run this "
        f"in a terminal, and then the cell again: multikernel trust {file}"
    )
    trust(needed)
    assert is_trusted(needed)
    assert refusal(needed) == ""


def test_what_is_trusted_is_a_path_and_the_bytes_that_were_read(file: Path) -> None:
    trust(needed_trust(file, TEXT))
    assert not is_trusted(needed_trust(file, TEXT + b" "))
    assert not is_trusted(needed_trust(file.with_name("other.yaml"), TEXT))
    assert is_trusted(needed_trust(Path(os.path.relpath(file)), TEXT))


def test_the_folder_of_a_path_is_resolved_but_a_link_to_the_file_is_another_file(tmp_path: Path, file: Path) -> None:
    trust(needed_trust(file, TEXT))
    (tmp_path / "folder").symlink_to(file.parent)
    assert is_trusted(needed_trust(tmp_path / "folder" / file.name, TEXT))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / file.name).symlink_to(file)
    assert not is_trusted(needed_trust(tmp_path / "other" / file.name, TEXT))


def test_a_changed_file_asks_again_and_the_old_content_is_no_longer_trusted(file: Path) -> None:
    trust(needed_trust(file, TEXT))
    file.write_bytes(TEXT + b"\n")
    new = needed_trust(file, TEXT + b"\n")
    assert f"{file} has changed since you trusted it" in refusal(new)
    trust(new)
    assert is_trusted(new)
    assert not is_trusted(needed_trust(file, TEXT))


@pytest.mark.parametrize("now", [b"backends: {r: {kernel: ir}}", None])
def test_a_kernel_that_read_another_content_is_to_be_restarted(file: Path, now: bytes | None) -> None:
    needed = needed_trust(file, TEXT)
    if now is None:
        file.unlink()
    else:
        file.write_bytes(now)
    trust(needed_trust(file, now or b""))
    assert refusal(needed) == (
        f"big is not started at gpu1: {file} has changed since this kernel read it; restart the kernel."
    )


def test_a_pipe_in_its_place_holds_up_nothing(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)
    assert "restart the kernel" in refusal(needed_trust(file, TEXT))


def test_what_leads_elsewhere_by_its_kernelspec_is_named(file: Path) -> None:
    assert refusal(needed_trust(file, TEXT), place=None).startswith("big is not started by the kernelspec python3, ")


def test_trust_can_be_taken_back(file: Path) -> None:
    assert not distrust(file)
    trust(needed_trust(file, TEXT))
    file.unlink()
    assert distrust(file)
    assert not is_trusted(needed_trust(file, TEXT))


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_can_read_or_write_the_store(data: Path, file: Path) -> None:
    trust(needed_trust(file, TEXT))
    entry = entry_of(data)
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (entry.parent, data / "multikernel", data)} == {0o700}


def test_an_entry_that_others_can_write_does_not_count(data: Path, file: Path) -> None:
    needed = needed_trust(file, TEXT)
    trust(needed)
    entry_of(data).chmod(0o620)
    assert not is_trusted(needed)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b"{}", b'{"sha256": "%s"}', b'{"file": "/other", "sha256": "%s"}', b"[" * 9999],
)
def test_an_entry_that_is_broken_trusts_nothing(data: Path, file: Path, content: bytes) -> None:
    needed = needed_trust(file, TEXT)
    trust(needed)
    entry_of(data).write_bytes(content.replace(b"%s", needed.sha256.encode()))
    assert not is_trusted(needed)
    trust(needed)
    assert is_trusted(needed)


def test_an_entry_is_replaced_as_a_whole_or_not_at_all(data: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trust(needed_trust(file, TEXT))
    monkeypatch.setattr(json, "dump", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        trust(needed_trust(file, b"other"))
    assert is_trusted(needed_trust(file, TEXT))
    entry_of(data)


def test_several_may_trust_at_once(file: Path) -> None:
    contents = [str(number).encode() for number in range(40)]
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(trust, [needed_trust(file, content) for content in contents]))
    assert sum(is_trusted(needed_trust(file, content)) for content in contents) == 1


ODD_NAMES = [
    "plain",
    "with space",
    "it's",
    "$(touch evil)",
    "a\nb",
    "\x1b[31mred",
    "ünï",
    "-f",
    "back\\slash'\n",
    "\udcff",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_command_means_the_file_in_a_shell_and_harms_no_terminal(tmp_path: Path, name: str) -> None:
    file = tmp_path / name / "multikernel.yaml"
    command = trust_command(str(file))
    assert command.isprintable()
    shown = subprocess.run(
        ["bash", "-c", f"multikernel() {{ printf '%s\\0' \"$@\"; }}; {command}"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert shown.stdout.split(b"\0") == [b"trust", os.fsencode(file), b""]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_refusal_can_be_sent_and_shown_whatever_the_path(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "multikernel.yaml").write_bytes(TEXT)
    text = refusal(needed_trust(folder / "multikernel.yaml", TEXT))
    assert text.isprintable()
    assert text.endswith(trust_command(str(folder / "multikernel.yaml")))
