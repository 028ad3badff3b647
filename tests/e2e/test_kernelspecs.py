"""Kernelspecs wherever Jupyter finds them: in a folder with a space, or of another interpreter."""

import json
import site
import sys
import venv
from pathlib import Path

from .kernel import open_kernel


def write_kernelspec(folder: Path, name: str, python: str) -> dict[str, str]:
    """Write a kernelspec for ipykernel; return the environment in which Jupyter finds it."""
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    content = {"argv": argv, "display_name": "My Python (mine)", "language": "python", "env": {"MINE": "yes"}}
    (spec / "kernel.json").write_text(json.dumps(content))
    return {"JUPYTER_PATH": str(folder)}


def test_a_kernelspec_in_a_folder_with_a_space_is_a_backend_with_its_env(tmp_path: Path) -> None:
    env = write_kernelspec(tmp_path / "jupyter data", "mine", sys.executable)
    with open_kernel("multi", env=env) as kernel:
        assert kernel.run("%%mine\nimport os; os.environ['MINE']").result == "'yes'"


def test_a_kernelspec_of_a_virtual_environment_runs_in_it(tmp_path: Path) -> None:
    prefix = tmp_path / "other venv"
    venv.create(prefix, symlinks=True)
    [packages] = prefix.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    env = write_kernelspec(tmp_path / "data", "other", str(prefix / "bin" / "python"))
    with open_kernel("multi", env=env) as kernel:
        assert kernel.run("%%other\nimport sys; sys.prefix").result == repr(str(prefix))
