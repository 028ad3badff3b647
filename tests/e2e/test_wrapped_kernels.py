"""A kernel that a command starts as a child of its own, as docker and bwrap do, is interrupted and ended like any."""

import subprocess
import sys
from pathlib import Path
from shutil import which

from .kernel import Kernel, open_kernel
from .kernelspecs import write_kernelspec
from .lacking import lacking
from .processes import child_of, left_of

IPYKERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]

FORKS = f"""\
#!{sys.executable}
import subprocess, sys
sys.exit(subprocess.call(sys.argv[1:]))
"""

BWRAP = "bwrap --bind / / --dev /dev --proc /proc --unshare-pid".split()  # noqa: SIM905


def check(kernel: Kernel, folder: Path) -> None:
    """Interrupt a cell of `wrapped`, see that what wraps it goes on, and that it ends in order and completely."""
    wrapper = child_of(kernel, "wrapped")
    wrapped = [wrapper, *wrapper.children(recursive=True)]
    ends = f"import atexit; atexit.register(open, {str(folder / 'ended')!r}, 'w')"
    msg_id = kernel.begin(f"%%wrapped\n{ends}; kept = 41; print('go', flush=True)\nimport time; time.sleep(100)")
    kernel.interrupt()
    assert kernel.wait(msg_id).content["ename"] == "KeyboardInterrupt"
    assert set(left_of(wrapped, seconds=1)) == set(wrapped)
    assert kernel.run("%%wrapped\nkept + 1").result == "42"
    kernel.run("%%stop wrapped")
    assert left_of(wrapped, seconds=5) == []
    assert (folder / "ended").exists()


def test_one_that_any_command_starts(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text(FORKS)
    docker.chmod(0o700)
    write_kernelspec(tmp_path, "wrapped", str(docker), *IPYKERNEL, language="python")
    with open_kernel("multi", env={"JUPYTER_PATH": str(tmp_path)}) as kernel:
        check(kernel, tmp_path)


def test_one_in_namespaces_of_its_own(tmp_path: Path) -> None:
    if which("bwrap") is None or subprocess.run([*BWRAP, "true"], capture_output=True, check=False).returncode:
        lacking("bwrap, and the right to make namespaces")
    write_kernelspec(tmp_path, "wrapped", *BWRAP, *IPYKERNEL, language="python")
    with open_kernel("multi", env={"JUPYTER_PATH": str(tmp_path)}) as kernel:
        check(kernel, tmp_path)
