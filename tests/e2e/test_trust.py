"""A folder that somebody else has filled, whose config leads to other machines: nothing starts there unless trusted."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from .hostile_folder import ask_what_is_no_cell
from .kernel import Answer, Kernel, open_kernel
from .kernelspecs import write_kernelspec

WAYS = {"by place": "{kernel: python3, at: gpu1, %s}", "by kernelspec": "{kernel: far, %s}"}
"""How a backend leads elsewhere."""

RECORDS = "#!{python}\nimport os, sys\nopen({mark!r}, 'a').write('ran\\n')\n{then}"


class World:
    """A machine with a place and a kernelspec that leads elsewhere, and a folder with traps."""

    def __init__(self, root: Path) -> None:
        """Fill it; all of it is below `root`."""
        self.folder, self.own, self.bin = root / "notebooks", root / "own", root / "bin"
        self.started, self.trapped = root / "started", root / "trapped"
        for path in (self.folder, self.own, self.bin, root / "data", root / "home"):
            path.mkdir()
        self._write_program(self.bin / "docker", self.started, "os.execv(sys.argv[1], sys.argv[1:])")
        self._write_program(self.bin / "ssh", self.started, "os.execv('/bin/sh', ['sh', '-c', sys.argv[-1]])")
        for name in ("ssh", "docker", "sh", "env", "python", "python3", "multikernel"):
            self._write_program(self.folder / name, self.trapped, "")
        argv = (str(self.bin / "docker"), sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")
        write_kernelspec(root, "far", *argv, language="python")
        self.config = self.folder / "multikernel.yaml"
        self.define(f"{{run: [{self.bin}/docker], python: {sys.executable}}}")
        self.env = {
            "HOME": str(root / "home"),
            "JUPYTER_CONFIG_DIR": str(self.own),
            "JUPYTER_DATA_DIR": str(root / "data"),
            "JUPYTER_PATH": str(root),
        }

    def _write_program(self, path: Path, mark: Path, then: str) -> None:
        path.write_text(RECORDS.format(python=sys.executable, mark=str(mark), then=then))
        path.chmod(0o755)

    def define(self, place: str) -> None:
        """Write the user's own file, with the place `gpu1`."""
        (self.own / "multikernel.yaml").write_text(f"places: {{gpu1: {place}}}")

    def write_config(self, backend: str, default: str = "py") -> None:
        """Write the folder's config; `backend` is what leads elsewhere."""
        backends = f"  py: {{kernel: python3}}\n  big: {backend}\n  three: {{kernel: python3, count: 2}}\n"
        self.config.write_text(f"default: {default}\nbackends:\n{backends}")

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a subcommand in the folder, as a user would."""
        multikernel = Path(sys.executable).with_name("multikernel")
        environment = {**os.environ, **self.env}
        return subprocess.run(
            [multikernel, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@contextmanager
def opened(world: World, env: Mapping[str, str] | None = None) -> Iterator[Kernel]:
    with open_kernel("multi", cwd=str(world.folder), env={**world.env, **(env or {})}) as kernel:
        yield kernel


def refusal(answer: Answer, world: World) -> str:
    """Return the error of a cell; `not trusted` where it was refused with the command that trusts the file."""
    error = f"{answer.content.get('ename')}: {answer.content.get('evalue')}"
    is_meant = error.startswith("BackendNotTrusted: ") and error.endswith(f"multikernel trust {world.config}")
    return "not trusted" if is_meant else error


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_nothing_starts_elsewhere_in_any_way_before_the_user_trusts_the_file(world: World, way: str) -> None:
    world.write_config(way % "start: eager, env: {PATH: .}, startup: pass")
    with opened(world) as kernel:
        ask_what_is_no_cell(kernel)
        assert refusal(kernel.run("%%big\n1"), world) == "not trusted"
        # Now that a cell has run, `eager` and Tab start what they may.
        kernel.ask("complete_request", {"code": "%%big\nimpor", "cursor_pos": 11})
        kernel.ask("inspect_request", {"code": "%%big\nprint", "cursor_pos": 11, "detail_level": 0})
        for cell in (
            "%%start big",
            "%%restart big",
            "%%py,big\n1",
            "%%big --bg\n1",
            "%%parts\n%%py\n1\n%%big\n1",
            "%%use big\n1",
        ):
            answer = kernel.run(cell)
            assert refusal(answer, world) == "not trusted" or "--bg" in cell, cell
        kernel.run("%%wait")
        assert kernel.run("%%py\nx = 1").content["status"] == "ok"
        kernel.run("%%big -i py:x\n1")
        kernel.run("%%stop big")
        assert kernel.run("%%py\n1").result == "1"
    assert not world.started.exists()
    assert not world.trapped.exists()


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_a_default_elsewhere_does_not_start_either(world: World, way: str) -> None:
    world.write_config(way % "startup: pass", default="big")
    with opened(world) as kernel:
        ask_what_is_no_cell(kernel)
        assert refusal(kernel.run("1"), world) == "not trusted"
        assert refusal(kernel.run("1", silent=True), world) == "not trusted"
        kernel.ask("complete_request", {"code": "impor", "cursor_pos": 5})
        assert kernel.run("%%py\n1").result == "1"
    assert not world.started.exists()


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_the_doctor_does_not_start_it_either(world: World, way: str) -> None:
    world.write_config(way % "env: {PATH: .}")
    said = world.command("doctor")
    assert f"multikernel trust {world.config}" in said.stdout
    assert "backend py: " in said.stdout
    assert "backend big: " not in said.stdout
    # That was the user's place, which is tried whatever lies in the folder.
    assert world.started.read_text() == "ran\n"
    assert not world.trapped.exists()


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_once_the_user_trusts_the_file_the_same_cell_runs_in_the_same_kernel(world: World, way: str) -> None:
    world.write_config(way % "startup: y = 5")
    with opened(world) as kernel:
        assert refusal(kernel.run("%%big\ny"), world) == "not trusted"
        assert world.command("trust", "multikernel.yaml").returncode == 0
        assert kernel.run("%%big\ny").result == "5"
        assert world.started.exists()
        assert world.command("trust", "--remove", "multikernel.yaml").returncode == 0
        assert kernel.run("%%big\ny").result == "5"
        assert refusal(kernel.run("%%restart big"), world) == "not trusted"
        world.started.unlink()
        assert refusal(kernel.run("%%big\ny"), world) == "not trusted"
        assert not world.started.exists()
    assert not world.trapped.exists()


HERE_TOO = os.pathsep.join(["", ".", "notebooks"])
"""Folders of a PATH that are relative, the notebook's among them."""


@pytest.mark.parametrize("place", ["{ssh: gpu1, python: %s}", "{run: [docker], python: %s}"])
def test_no_program_of_the_folder_runs_in_place_of_the_users_even_if_the_file_is_trusted(
    world: World, place: str
) -> None:
    world.define(place % sys.executable)
    world.write_config("{kernel: python3, at: gpu1, env: {PATH: '.'}}")
    path = {"PATH": f"{HERE_TOO}:{world.bin}:{os.environ['PATH']}"}
    assert world.command("trust", "multikernel.yaml").returncode == 0
    with opened(world, path) as kernel:
        assert kernel.run("%%big\nimport os; os.environ['PATH']").result == "'.'"
    assert world.started.exists()
    assert not world.trapped.exists()


def test_a_file_that_was_exchanged_after_it_was_read_is_not_what_was_trusted(world: World) -> None:
    world.write_config(WAYS["by kernelspec"] % "startup: y = 5")
    with opened(world) as kernel:
        assert kernel.run("1").result == "1"
        world.write_config(WAYS["by kernelspec"] % "startup: y = 6")
        assert world.command("trust", "multikernel.yaml").returncode == 0
        error = kernel.run("%%big\ny").content
    assert error["ename"] == "BackendNotTrusted"
    assert error["evalue"].endswith("has changed since this kernel read it; restart the kernel.")
    assert not world.started.exists()
    with opened(world) as kernel:
        assert kernel.run("%%big\ny").result == "6"


def test_a_place_that_the_folder_defines_is_a_mistake(world: World) -> None:
    world.write_config("{kernel: python3, at: here}")
    with world.config.open("a") as file:
        file.write("places: {here: {run: [./ssh]}}\n")
    assert world.command("trust", "multikernel.yaml").returncode == 1
    with opened(world) as kernel:
        error = kernel.run("1").content
        assert error["ename"] == "ConfigError"
        assert f"not define any: move this to {world.own}/multikernel.yaml" in error["evalue"]
        kernel.run("%%big\n1")
    assert not world.trapped.exists()


def test_a_place_that_nobody_defines_costs_its_backend_alone(world: World) -> None:
    world.write_config("{kernel: python3, at: gpu2}")
    with opened(world) as kernel:
        assert kernel.run("1").result == "1"
        error = kernel.run("%%big\n1").content
        assert kernel.run("2").result == "2"
        shown = str(kernel.run("%%backends").result)
    assert error["ename"] == "ConfigError"
    assert error["evalue"] == (
        "multikernel.yaml:4:30: backends.big.at: there is no place 'gpu2' (did you mean 'gpu1'?); add it under places "
        f"in {world.own}/multikernel.yaml, for example gpu2: {{ssh: gpu2}}, and restart the kernel"
    )
    assert "gpu2" in shown


def test_a_file_of_the_users_own_needs_no_trust(world: World) -> None:
    (world.own / "multikernel.yaml").write_text("default: py\nbackends: {py: {kernel: python3}, big: {kernel: far}}")
    with opened(world) as kernel:
        assert kernel.run("%%big\n1").result == "1"
    assert world.started.exists()
