"""The front finds the same kernelspecs as jupyter_client, without importing it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from multikernel.config import kernelspecs
from multikernel.config.kernelspecs import installed_kernelspecs, kernel_folders, kernel_spec_manager
from multikernel.core.config import Kernelspec

PLAIN = {"argv": ["k", "{connection_file}"], "display_name": "K", "language": "k"}

ODD: dict[str, Any] = {
    "plain": PLAIN,
    "Upper.Case-1": PLAIN,
    "no display name": {"argv": []},
    "nothing": {},
    "message": {**PLAIN, "interrupt_mode": "Message"},
    "debugger": {**PLAIN, "metadata": {"debugger": True}},
    "no-debugger": {**PLAIN, "metadata": {"debugger": "yes"}},
    "multi": {**PLAIN, "metadata": {"multikernel": True}},
    "local": {**PLAIN, "metadata": {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}},
    "elsewhere": {**PLAIN, "metadata": {"kernel_provisioner": {"provisioner_name": "not-installed"}}},
    "nameless": {**PLAIN, "metadata": {"kernel_provisioner": {"config": {}}}},
    "mode": {**PLAIN, "interrupt_mode": "never"},
    "list": [PLAIN],
    "argv": {**PLAIN, "argv": 5},
    "provisioner": {**PLAIN, "metadata": {"kernel_provisioner": 5}},
    "language": {**PLAIN, "language": 3},
    "env": {**PLAIN, "env": None},
    "variables": {**PLAIN, "env": {"A": "${B}"}},
    "numbers": {**PLAIN, "argv": ["k", 5]},
    "metadata": {**PLAIN, "metadata": []},
    "unknown-key": {**PLAIN, "codemirror_mode": "k"},
}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Make Jupyter look in two folders first, in this order."""
    paths = tmp_path / "first", tmp_path / "second"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PATH", os.pathsep.join(map(str, paths)))
    monkeypatch.delenv("IPYTHONDIR", raising=False)
    return paths


def install(folder: Path, name: str, spec: bytes) -> None:
    path = folder / "kernels" / name
    path.mkdir(parents=True)
    (path / "kernel.json").write_bytes(spec)


def by_jupyter_client() -> dict[str, Kernelspec]:
    found = {}
    for name, entry in kernel_spec_manager().get_all_specs().items():
        spec = entry["spec"]
        metadata = spec["metadata"]
        is_plain = not spec["env"] and "kernel_provisioner" not in metadata
        if not metadata.get("multikernel"):
            found[name] = Kernelspec(
                name,
                spec["language"],
                spec["display_name"],
                spec["interrupt_mode"],
                metadata.get("debugger") is True,
                tuple(spec["argv"]) if is_plain and name != "numbers" else (),
            )
    return found


@pytest.mark.parametrize(
    ("argv", "said", "mode"),
    [
        (["k"], {}, "signal"),
        (["/usr/bin/docker", "exec", "-i", "box", "k"], {}, "message"),
        (["docker", "run", "-i", "image"], {"interrupt_mode": "signal"}, "signal"),
    ],
)
def test_what_another_command_starts_is_interrupted_by_message(
    folders: tuple[Path, Path], argv: list[str], said: dict[str, str], mode: str
) -> None:
    install(folders[0], "k", json.dumps({**PLAIN, "argv": argv, **said}).encode())
    assert installed_kernelspecs()["k"].interrupt_mode == mode


@pytest.mark.parametrize("name", ["local-provisioner", "other"])
def test_nothing_gets_a_head_start_where_another_provisioner_is_the_default(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", name)
    monkeypatch.setattr(kernelspecs, "is_provisioner", lambda name: True)
    install(folders[0], "k", json.dumps(PLAIN).encode())
    assert bool(installed_kernelspecs()["k"].command) == (name == "local-provisioner")


@pytest.mark.parametrize("folder", ["", "elsewhere"])
def test_kernelspecs_are_looked_for_where_jupyter_does(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if folder:
        monkeypatch.setenv("IPYTHONDIR", str(tmp_path / folder))
    assert kernel_folders() == kernel_spec_manager().kernel_dirs == KernelSpecManager().kernel_dirs


@pytest.mark.filterwarnings("ignore:Passing unrecognized arguments:DeprecationWarning")
def test_the_same_kernelspecs_are_found_as_by_jupyter_client(folders: tuple[Path, Path]) -> None:
    for name, spec in ODD.items():
        install(folders[0], name, json.dumps(spec).encode())
    install(folders[0], "torn", b'{"argv": [')
    install(folders[0], "latin-1", b'{"display_name": "\xe9"}')
    (folders[0] / "kernels" / "empty").mkdir()
    (folders[0] / "kernels" / "file").touch()
    (folders[0] / "kernels" / "folder" / "kernel.json").mkdir(parents=True)
    install(folders[1], "PLAIN", b'{"display_name": "hidden by the other"}')
    install(folders[1], "list", b'{"display_name": "hidden by one that cannot be read"}')
    with pytest.warns(UserWarning, match="Invalid kernelspec directory name"):
        expected = by_jupyter_client()
    assert {"plain", "upper.case-1", "local", "nameless", "message", "nothing"} <= expected.keys()
    assert installed_kernelspecs() == expected


def test_ipykernel_is_found_without_a_kernel_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multikernel.config.kernelspecs.kernel_folders", list)
    expected = {name: replace(spec, command=()) for name, spec in by_jupyter_client().items()}
    assert installed_kernelspecs() == expected != {}


def test_neither_jupyter_client_nor_ipython_is_imported_to_find_them_nor_to_answer() -> None:
    code = (
        "import sys, multikernel.serve, multikernel.config.kernelspecs as k; k.installed_kernelspecs(); "
        "print(*{'IPython', 'jupyter_client', 'psutil'} & sys.modules.keys())"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
