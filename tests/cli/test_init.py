"""`multikernel init` writes a multikernel.yaml that works unchanged."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from multikernel.cli import init, shipped
from multikernel.core.kernels.table import IPYTHON_MAGICS

from .conftest import Machine, Run

REPOSITORY = Path(__file__).parents[2]


def written(machine: Machine) -> Any:
    return yaml.safe_load((machine.work / "multikernel.yaml").read_text("utf-8"))


def test_it_has_a_backend_for_each_kernelspec_under_the_name_of_its_language(machine: Machine, run: Run) -> None:
    machine.add_kernel("ir", "R")
    machine.add_kernel("bash", "bash")
    machine.add_kernel("deno", "typescript")
    run("install", "--user")
    result = run("init")
    assert (result.code, result.lines) == (0, [f"Wrote {machine.work}/multikernel.yaml"])
    assert written(machine) == {
        "default": "python",
        "backends": {
            "python": {"kernel": "python3", "aliases": ["py", "python3"]},
            "bash": {"kernel": "bash"},
            "typescript": {"kernel": "deno", "aliases": ["ts", "deno"]},
            "r": {"kernel": "ir", "aliases": ["ir"]},
        },
    }
    assert "Left out" not in (machine.work / "multikernel.yaml").read_text()


def test_what_it_writes_passes_check_and_is_what_list_shows(machine: Machine, run: Run) -> None:
    machine.add_kernel("ir", "R")
    run("init")
    result = run("check")
    assert (result.code, result.lines) == (0, [f"{machine.work}/multikernel.yaml: no mistakes"])
    assert [backend["name"] for backend in run("list", "--json").json["backends"]] == ["python", "r"]


def test_it_explains_every_key(machine: Machine, run: Run) -> None:
    run("init")
    text = (machine.work / "multikernel.yaml").read_text()
    schema = json.loads((REPOSITORY / "config" / "schema.json").read_text())
    for key in schema["definitions"]["backend"]["properties"]:
        assert f"#     {key}: " in text or key == "kernel"


def test_the_examples_in_its_comments_are_right(machine: Machine, run: Run) -> None:
    (machine.work / "analysis").mkdir()
    run("init")
    lines = (machine.work / "multikernel.yaml").read_text().splitlines()
    examples = [line.removeprefix("#") for line in lines if line.startswith("#     ")]
    assert len(examples) == 10
    keys = [f"    {example.strip().split('  ')[0]}\n" for example in examples]
    places = "places: {gpu1: {ssh: gpu1}}\n"
    text = f"{places}default: python[0]\nbackends:\n  python:\n    kernel: python3\n" + "".join(keys)
    machine.write("examples.yaml", text)
    assert run("check", "examples.yaml").lines == ["examples.yaml: no mistakes"]


def test_editors_find_the_schema(machine: Machine, run: Run) -> None:
    run("init")
    first = (machine.work / "multikernel.yaml").read_text().splitlines()[0]
    schema = REPOSITORY / "config" / "schema.json"
    assert first == f"# yaml-language-server: $schema={schema.as_uri()}"


def test_a_multi_that_came_without_the_schema_leaves_the_line_out(
    machine: Machine, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "CHECKOUT", machine.root)
    monkeypatch.setattr(shipped, "files", lambda name: None)
    run("init")
    assert "yaml-language-server" not in (machine.work / "multikernel.yaml").read_text()


def test_several_kernels_of_one_language_keep_their_own_names_but_for_the_default(machine: Machine, run: Run) -> None:
    machine.add_kernel("xpython", "python")
    machine.add_kernel("ir", "R")
    machine.add_kernel("ir-devel", "r")
    run("init")
    assert {name: entry["kernel"] for name, entry in written(machine)["backends"].items()} == {
        "python": "python3",
        "ir": "ir",
        "ir-devel": "ir-devel",
        "xpython": "xpython",
    }


@pytest.mark.parametrize(
    ("kernels", "names"),
    [
        ({"no": "", "y": "", "1.5": ""}, {"no": "no", "y": "y", "1.5": "1.5"}),
        ({"my kernel": ""}, {"my-kernel": "my kernel"}),
        ({"my kernel": "", "my-kernel": ""}, {"my-kernel": "my-kernel", "my-kernel-2": "my kernel"}),
        ({"a, b: [c] # d": "#"}, {"a-b-c-#-d": "a, b: [c] # d"}),
        ({"-": ""}, {"kernel": "-"}),
        ({"_.x-": ""}, {"x": "_.x-"}),
        ({"ж": ""}, {"kernel": "ж"}),
        ({"log": "wait"}, {"log-2": "log"}),
        ({"start": "stop", "x": "vars"}, {"start-2": "start", "x": "x"}),
        ({"python": "python"}, {"python": "python"}),
        ({"py": "snake"}, {"snake": "py"}),
        ({"a": "c", "c": "d"}, {"a": "a", "d": "c"}),
        ({"c#": "C#", "c++": "C++"}, {"c#": "c#", "c++": "c++"}),
    ],
    ids=str,
)
def test_odd_names_make_a_file_without_mistakes(
    machine: Machine, run: Run, kernels: dict[str, str], names: dict[str, str]
) -> None:
    for kernel, language in kernels.items():
        machine.add_kernel(kernel, language, display_name="two\nlines: # {\x1b")
    assert run("init").code == 0
    assert run("check").lines == [f"{machine.work}/multikernel.yaml: no mistakes"]
    backends = {name: entry["kernel"] for name, entry in written(machine)["backends"].items()}
    assert {name: kernel for name, kernel in backends.items() if kernel != "python3"} == names


def test_kernelspecs_that_cannot_start_are_left_out_with_the_reason(machine: Machine, run: Run) -> None:
    folder = machine.add_kernel("old", "julia", ["/gone/julia"])
    (machine.add_kernel("broken", "x") / "kernel.json").write_text("{\n")
    run("init")
    text = (machine.work / "multikernel.yaml").read_text()
    assert list(written(machine)["backends"]) == ["python"]
    assert "\n  # Left out: old: its program /gone/julia does not exist: reinstall the kernel, or " in text
    assert f"or fix {folder}/kernel.json\n" in text
    assert f"\n  # Left out: broken: {machine.kernels}/broken/kernel.json cannot be read: " in text
    assert run("check").code == 0


def test_an_existing_file_is_kept_without_force(machine: Machine, run: Run) -> None:
    path = machine.write("multikernel.yaml", "mine")
    result = run("init")
    assert result.code == 1
    assert result.complaint == ("multikernel init: multikernel.yaml already exists here; use --force to replace it")
    assert path.read_text() == "mine"
    assert run("init", "--force").code == 0
    assert written(machine)["default"] == "python"


def test_a_dangling_link_counts_as_a_file_and_force_replaces_only_the_link(machine: Machine, run: Run) -> None:
    target = machine.root / "target"
    (machine.work / "multikernel.yaml").symlink_to(target)
    assert run("init").code == 1
    assert run("init", "--force").code == 0
    assert not target.exists()
    assert not (machine.work / "multikernel.yaml").is_symlink()


def test_the_kernel_trusts_the_file_whatever_the_umask(machine: Machine, run: Run) -> None:
    before = os.umask(0)
    try:
        run("init")
    finally:
        os.umask(before)
    assert stat.S_IMODE((machine.work / "multikernel.yaml").stat().st_mode) == 0o644


def test_what_cannot_be_replaced_is_one_sentence_and_nothing_is_left(machine: Machine, run: Run) -> None:
    (machine.work / "multikernel.yaml").mkdir()
    result = run("init", "--force")
    assert result.code == 1
    assert result.complaint == (f"multikernel init: cannot write {machine.work}/multikernel.yaml: Is a directory")
    assert [path.name for path in machine.work.iterdir()] == ["multikernel.yaml"]


def test_every_short_alias_leaves_ipython_its_magics() -> None:
    assert not set(init.SHORT.values()) & set(IPYTHON_MAGICS.split())
