"""The keys of all connections stay where they belong, and what Multi writes is for the user alone, whatever the umask.

A key is looked for in all places where somebody else could read it, after a session in which much has happened.
"""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jupyter_client.connect import write_connection_file

from .kernel import PATIENCE, Answer, Kernel, open_kernel
from .kernelspecs import write_kernelspec
from .processes import family, front

SECRETS = ("key", "curve_publickey", "curve_secretkey")
"""What a connection file says that lets its reader in; the public key, too, since it is all that a client needs."""


@dataclass
class Session:
    """A session that is over, all but its end."""

    keys: dict[str, str] = field(default_factory=dict)
    """Every key, by the file and the entry that it stands in."""
    seen: dict[str, str] = field(default_factory=dict)
    """All that could be read meanwhile or afterwards, by its place."""
    modes: dict[str, int] = field(default_factory=dict)
    """Of all files and folders that Multi or Jupyter have made."""


@contextmanager
def no_umask() -> Iterator[None]:
    """Let every file be what its maker wants, as on a machine where nobody has thought of it."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture(scope="module", params=["ipc", "tcp"])
def session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, need: Callable[..., None]
) -> Session:
    """Return a session whose server asks for encryption, with children over ipc, or tcp with encryption."""
    need("bash", "xpython")
    root = tmp_path_factory.mktemp("s")
    data = root / "data"
    runtime = data / ("r" if request.param == "ipc" else "r" * 100)
    log, trace = root / "log", root / "trace"
    write_kernelspec(root / "specs", "broken", sys.executable, "-c", "print('no kernel'); raise SystemExit(3)")
    session = Session()
    with pytest.MonkeyPatch.context() as patch, no_umask(), log.open("w") as stderr:
        patch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
        patch.setenv("JUPYTER_DATA_DIR", str(data))
        patch.setenv("JUPYTER_PATH", f"{root / 'specs'}{os.pathsep}{os.environ['JUPYTER_PATH']}")
        patch.setenv("MULTIKERNEL_TRACE", str(trace))
        patch.setenv("MULTIKERNEL_TRACE_CONTENT", "1")
        patch.setenv("MULTIKERNEL_LOG_LEVEL", "DEBUG")
        with open_kernel("multi", stderr=stderr, transport_encryption="required") as kernel:
            session.seen["messages"] = json.dumps(be_busy(kernel), default=str)
            look_at_processes(kernel, session)
            look_at_file(Path(kernel.manager.connection_file), session)
            look_at_files(data, session)
        look_at_files(data, session)
        look_at_file(trace, session)
        session.seen["log"] = log.read_text()
    return session


def be_busy(kernel: Kernel) -> list[object]:
    """Do what makes Multi and its children talk, and return all that the notebook got to see of it."""
    kernel.client.session.key, key = b"another", kernel.client.session.key
    kernel.send("kernel_info_request", {})
    kernel.client.session.key = key
    cells = ["6 * 7", "1/0", "%%bash\necho 1", "%%broken\n1", "%%xpython\n6 * 7", "%%restart bash", "%%bash\nls"]
    looks = ["%%backends", "%%log python3", "%%log bash", "%%log broken", "%%log xpython", "%%help", "%%use nothing"]
    answers: list[Answer] = [kernel.run(code) for code in [*cells, *looks]]
    answers.append(kernel.ask("connect_request", {}))
    answers.append(kernel.ask("usage_request", {}, channel="control"))
    answers.append(kernel.interrupt())
    return [*((answer.iopub, answer.reply) for answer in answers), kernel.foreign]


def look_at_processes(kernel: Kernel, session: Session) -> None:
    for process in (front(kernel), *family(kernel)):
        session.seen[f"argv of {process.pid}"] = " ".join(process.cmdline())
        session.seen[f"environment of {process.pid}"] = str(process.environ())


def look_at_files(root: Path, session: Session) -> None:
    """Look at a folder and all that is in it."""
    for path in (root, *root.rglob("*")):
        look_at_file(path, session)


def look_at_file(path: Path, session: Session) -> None:
    """Take the keys out of a connection file, and the text out of any other."""
    session.modes[str(path)] = mode(path)
    if path.suffix == ".json":
        info = json.loads(path.read_text())
        session.keys |= {f"{path}: {name}": info[name] for name in SECRETS if name in info}
    elif path.is_file():
        session.seen[str(path)] = path.read_bytes().decode("utf-8", "replace")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_no_key_is_anywhere_else_than_in_its_connection_file(session: Session) -> None:
    found = [(name, place) for name, key in session.keys.items() for place, text in session.seen.items() if key in text]
    assert found == []


def test_there_was_something_to_be_found(session: Session) -> None:
    """Otherwise the test above would say nothing."""
    assert len([name for name in session.keys if name.endswith(": key")]) == 4
    assert len([name for name in session.keys if name.endswith(": curve_secretkey")]) >= 1
    assert len(set(session.keys.values())) == len(session.keys)
    said = {Path(place).name: text for place, text in session.seen.items()}
    assert "[DEBUG " in said["log"]
    assert "ignature" in said["log"]
    assert "no kernel" in said["messages"]
    assert "6 * 7" in said["trace"]
    assert "6 * 7" in said["history.sqlite"]


def test_what_holds_a_key_or_a_cell_is_for_the_user_alone(session: Session) -> None:
    is_open = {path for path, bits in session.modes.items() if bits & 0o077}
    # Sockets: what keeps others from them is the folder.
    assert all(re.fullmatch(r"multikernel-\d+-\w+", Path(path).parent.name) for path in is_open)
    connections = [bits for path, bits in session.modes.items() if path.endswith(".json")]
    assert connections == [0o600] * 4
    names = {Path(path).name: bits for path, bits in session.modes.items()}
    assert (names["history.sqlite"], names["trace"]) == (0o600, 0o600)


def test_a_connection_file_that_cannot_be_read_is_not_quoted(tmp_path: Path) -> None:
    path, _ = write_connection_file(str(tmp_path / "kernel.json"), key=b"a-secret-key", kernel_name="multi")
    Path(path).write_bytes(Path(path).read_bytes().replace(b"multi", b"m\xfflti"))
    command = [sys.executable, "-P", "-m", "multikernel", "-f", path, "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert "kernel.json cannot be used: UnicodeDecodeError: " in done.stderr
    assert "a-secret-key" not in done.stderr
