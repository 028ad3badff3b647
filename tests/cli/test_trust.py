"""`multikernel trust` lets a file beside notebooks start something elsewhere."""

import pytest

from multikernel.config.settings import check_may_start, load_settings
from multikernel.core.errors import BackendNotTrusted

from .conftest import Machine, Run

BIG = "default: py\nbackends: {py: {kernel: python3}, big: {kernel: python3, at: gpu1}}\n"
PLACES = """\
places:
  gpu1: {ssh: me@gpu1}
  box: {run: [docker, exec, -e, P=hunter2, -i, box]}
  own: {connection_file: /tmp/k.json}
  queue: {ssh: me@login, job: slurm, options: [--comment=hunter2]}
  local: {job: pbs}
  k8s: {provisioner: far, options: {password: hunter2}}
"""


@pytest.fixture(autouse=True)
def own_file(machine: Machine) -> None:
    """Define places."""
    machine.write("../../config/multikernel.yaml", PLACES)


def is_trusted(machine: Machine) -> bool:
    """Whether a kernel in the working folder may start the backend `big`."""
    try:
        check_may_start(load_settings(machine.work).config.backends["big"])
    except BackendNotTrusted:
        return False
    return True


def test_it_trusts_a_file_and_says_what_may_start(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", BIG)
    assert not is_trusted(machine)
    assert run("trust", file).lines == [
        "big: python3 at gpu1, by ssh me@gpu1",
        f"Trusted {file}. These may start; if the file changes, you are asked again.",
    ]
    assert is_trusted(machine)
    machine.write("multikernel.yaml", BIG + "# changed")
    assert not is_trusted(machine)
    assert run("trust", "multikernel.yaml").code == 0
    assert is_trusted(machine)


def test_trust_can_be_taken_back(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", BIG)
    assert run("trust", "--remove", file).lines == [f"{file} was not trusted"]
    run("trust", file)
    assert run("trust", "--remove", file).lines == [f"{file} is no longer trusted"]
    assert not is_trusted(machine)


def test_it_shows_each_way_but_no_word_that_may_be_secret(machine: Machine, run: Run) -> None:
    machine.add_kernel("far", "x", ["/usr/bin/docker", "run", "hunter2"])
    lines = ["default: a", "backends:"]
    lines += [
        f"  {name}: {{kernel: python3, at: {place}}}" for name, place in zip("abc", ("box", "k8s", "gone"), strict=True)
    ]
    lines += ["  g: {kernel: python3, at: queue}", "  h: {kernel: python3, at: local}"]
    lines += ["  d: {at: own}", "  e: {kernel: far}", "  f: {kernel: python3, at: gpu1, count: 3}"]
    file = machine.write("multikernel.yaml", "\n".join(lines))
    assert run("trust", file).lines == [
        "a: python3 at box, by docker",
        "b: python3 at k8s, by far",
        "c: python3 at gone, which cannot be used yet; see multikernel check",
        "g: python3 at queue, in a job of slurm, by ssh me@login",
        "h: python3 at local, in a job of pbs",
        "d: the kernel of /tmp/k.json, at own",
        "e: the kernelspec far, which leads elsewhere",
        "f: python3 at gpu1, by ssh me@gpu1",
        f"Trusted {file}. These may start; if the file changes, you are asked again.",
    ]


def test_a_file_that_starts_nothing_elsewhere_is_trusted_too(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", "backends: {py: {kernel: python3}}")
    assert run("trust", file).lines == [
        f"Trusted {file}. It starts nothing elsewhere now; if the file changes, you are asked again."
    ]


def test_what_it_does_not_trust(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", BIG)
    (machine.work / "folder").mkdir()
    assert run("trust", "folder").complaint == (
        "multikernel trust: folder is a folder: name the file, as in folder/multikernel.yaml"
    )
    assert run("trust", "gone.yaml").complaint == "multikernel trust: there is no file gone.yaml"
    own = machine.root / "config" / "multikernel.yaml"
    result = run("trust", own)
    assert result.code == 1
    assert result.complaint == f"multikernel trust: {own} is your own, on Jupyter's config path, and needs no trust"
    file.chmod(0o666)
    assert "other users can write to it" in run("trust", file).complaint
    machine.write("multikernel.yaml", BIG + "places: {gpu1: {ssh: gpu1}}")
    assert "not define any" in run("trust", file).complaint
    machine.write("multikernel.yaml", BIG)
    assert not is_trusted(machine)


def test_a_file_that_a_relative_variable_names_can_be_trusted(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.write("other.yaml", BIG)
    monkeypatch.setenv("MULTIKERNEL_CONFIG", "other.yaml")
    assert not is_trusted(machine)
    assert run("trust", "other.yaml").code == 0
    assert is_trusted(machine)


def test_a_store_that_is_a_file_is_said(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", BIG)
    machine.write("../../data", "")
    result = run("trust", file)
    assert result.code == 2
    assert "File exists" in result.complaint or "Not a directory" in result.complaint
