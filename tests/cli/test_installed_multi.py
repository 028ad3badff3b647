"""A Multi from `multikernel install`, started as Jupyter starts it."""

import os
import subprocess
import sys

import pytest

from tests.e2e.kernel import open_kernel

from .conftest import Machine

PATIENCE = 60.0


def multikernel(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-P", "-m", "multikernel", *arguments]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=PATIENCE, check=True)


def test_a_multi_with_a_config_runs_with_it_wherever_the_notebook_is(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = machine.write(
        "the $HOME of stats/my config.yaml",
        "default: one\nbackends:\n  one: {kernel: python3, env: {WHO: 1}}\n  two: {kernel: python3, env: {WHO: 2}}\n",
    )
    monkeypatch.setenv("JUPYTER_PATH", str(machine.prefix / "share" / "jupyter"))
    done = multikernel("install", "--prefix", str(machine.prefix), "--config", str(config), "--env", "ALSO", "this")
    assert done.stderr == ""
    machine.write("multikernel.yaml", "backends: {mistaken: {kernel: python3}}\n")
    with open_kernel("multi-my-config", cwd=str(machine.work)) as kernel:
        ask = "import os\nprint(*(os.environ[name] for name in ('WHO', 'ALSO', 'MULTIKERNEL_CONFIG')))"
        assert kernel.run(ask).stream() == f"1 this {config}\n"
        assert kernel.run(f"%%two\n{ask}").stream() == f"2 this {config}\n"
        shown = kernel.run("%%backends").result
        assert shown is not None
        assert "mistaken" not in shown
        assert "my config.yaml" in shown
    assert multikernel("uninstall", "--name", "multi-my-config").stderr == ""
    assert list(machine.prefix_kernels.iterdir()) == []


def test_a_config_from_init_gives_a_kernel_its_backends(machine: Machine) -> None:
    multikernel("init")
    multikernel("install", "--user")
    with open_kernel("multi", cwd=str(machine.work)) as kernel:
        assert kernel.run("%%py\n6 * 7").result == "42"
        shown = kernel.run("%%backends").result
        assert shown is not None
        assert "multikernel.yaml" in shown
