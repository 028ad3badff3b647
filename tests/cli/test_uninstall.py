"""`multikernel uninstall` removes Multis and nothing else."""

from .conftest import Machine, Run


def test_the_plain_multi_is_removed(machine: Machine, run: Run) -> None:
    run("install", "--user")
    result = run("uninstall")
    assert result.code == 0
    assert result.lines == [f"Removed the kernelspec multi from {machine.user_kernels}/multi"]
    assert list(machine.user_kernels.iterdir()) == []


def test_a_name_and_a_place_select_one(machine: Machine, run: Run) -> None:
    for place in (["--user"], ["--prefix", str(machine.prefix)]):
        run("install", "--name", "multi-b", *place)
    assert run("uninstall", "--name", "MULTI-B", "--prefix", machine.prefix).code == 0
    assert not (machine.prefix_kernels / "multi-b").exists()
    assert (machine.user_kernels / "multi-b").exists()


def test_another_multi_that_jupyter_finds_afterwards_is_mentioned(machine: Machine, run: Run) -> None:
    run("install")
    run("install", "--user")
    result = run("uninstall")
    assert result.code == 0
    assert result.err == f"Jupyter now finds another multi, in {machine.system_kernels}/multi\n"


def test_other_kernels_are_not_removed(machine: Machine, run: Run) -> None:
    folder = machine.add_kernel("ir", "R")
    result = run("uninstall", "--name", "ir")
    assert result.code == 1
    assert result.complaint == (
        f"multikernel uninstall: ir, in {folder}, is not a Multi; to remove it, run jupyter kernelspec remove ir"
    )
    assert (folder / "kernel.json").exists()
    assert run("uninstall", "--name", "python3").code == 1


def test_an_unreadable_kernelspec_is_not_removed(machine: Machine, run: Run) -> None:
    folder = machine.add_kernel("multi", "python")
    (folder / "kernel.json").write_text("{")
    result = run("uninstall")
    assert result.code == 1
    assert result.complaint.startswith(
        f"multikernel uninstall: multi is not removed, since it may not be a Multi: {folder}/kernel.json "
        f"cannot be read: "
    )
    assert folder.exists()


def test_an_unknown_name_is_answered_with_the_installed_ones(machine: Machine, run: Run) -> None:
    nothing = run("uninstall", "--user")
    assert (nothing.code, nothing.complaint) == (
        1,
        f"multikernel uninstall: there is no kernelspec 'multi' in {machine.user_kernels}; no Multi is installed",
    )
    run("install", "--user", "--name", "multi-b")
    result = run("uninstall")
    assert (result.code, result.complaint) == (
        1,
        "multikernel uninstall: there is no kernelspec 'multi'; installed Multis: multi-b",
    )


def test_a_link_is_removed_without_its_target(machine: Machine, run: Run) -> None:
    run("install", "--prefix", machine.prefix)
    (machine.kernels / "multi").symlink_to(machine.prefix_kernels / "multi")
    assert run("uninstall").code == 0
    assert not (machine.kernels / "multi").is_symlink()
    assert (machine.prefix_kernels / "multi" / "kernel.json").exists()
