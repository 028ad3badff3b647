"""What `multikernel list`, `check` and `install` say of backends elsewhere, without asking there."""

import json

import pytest

from .conftest import Machine, Run

CONFIG = """\
default: py
backends:
  py: {kernel: python3}
  big: {kernel: python3, at: gpu1}
  far: {kernel: none-here, at: box, language: q}
  mine: {at: own}
  cloud: {kernel: python3, at: k8s}
"""
PLACES = """\
places:
  gpu1: {ssh: gpu1}
  box: {run: [docker, exec, -i, box]}
  own: {connection_file: k.json}
  k8s: {provisioner: far-provisioner}
"""


@pytest.fixture(autouse=True)
def own_file(machine: Machine) -> None:
    """Define places, of which two can be used as far as this machine knows."""
    machine.write("../../config/multikernel.yaml", PLACES)


def test_list_shows_where_backends_are_and_what_to_trust(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", CONFIG)
    lines = run("list").lines
    assert [line.split()[:4] for line in lines[:4]] == [
        ["backend", "aliases", "kernelspec", "place"],
        ["py", "*", "python3", "python"],
        ["big", "python3", "gpu1", "python"],
        ["far", "none-here", "box", "q"],
    ]
    assert [line.split()[-1] for line in lines[2:6]] == ["elsewhere", "elsewhere", "refused", "refused"]
    assert [line for line in lines[6:] if not line.startswith("hidden: ")] == [
        f"* default; {file}",
        f"refused: mine: there is no connection file {machine.root}/config/k.json: is the kernel running?",
        "refused: cloud: the provisioner 'far-provisioner' of the place k8s is not installed",
        f"not trusted: big, far, mine, cloud: to let them start, run multikernel trust {file}",
    ]
    shown = {row["name"]: row for row in run("list", "--json").json["backends"]}
    assert (shown["py"]["place"], shown["py"]["trust"]) == (None, None)
    assert (shown["big"]["place"], shown["big"]["trust"]) == ("gpu1", f"multikernel trust {file}")
    assert shown["big"]["interpreter"] is None
    run("trust", file)
    assert {row["trust"] for row in run("list", "--json").json["backends"]} == {None}


def test_list_shows_a_file_with_places_alone(machine: Machine, run: Run) -> None:
    source = f"* default; {machine.root}/config/multikernel.yaml: every installed kernelspec is a backend"
    assert source in run("list").lines
    assert run("check").lines == [f"{machine.root}/config/multikernel.yaml: no mistakes"]


def test_check_finds_what_keeps_backends_from_starting_and_warns_of_trust(machine: Machine, run: Run) -> None:
    file = machine.write("multikernel.yaml", CONFIG + "  x: {kernel: python3, at: gpu2}\n")
    result = run("check")
    assert result.code == 1
    own = machine.root / "config" / "multikernel.yaml"
    assert result.lines == [
        f"multikernel.yaml:6:14: backends.mine.at: warning: there is no connection file {machine.root}/config/k.json: "
        "is the kernel running?",
        "multikernel.yaml:7:32: backends.cloud.at: the provisioner 'far-provisioner' of the place k8s is not installed",
        f"multikernel.yaml:8:28: backends.x.at: there is no place 'gpu2' (did you mean 'gpu1'?); add it under places "
        f"in {own}, for example gpu2: {{ssh: gpu2}}, and restart the kernel",
        f"multikernel.yaml: warning: big, far, mine, cloud, x will not start before you run multikernel trust {file}",
    ]
    machine.write("multikernel.yaml", CONFIG.replace("k8s", "gpu1"))
    assert run("check").code == 0
    assert "backends.mine.at: warning: there is no connection file" in run("check").lines[0]


def test_a_token_that_is_not_there_now_is_no_mistake(machine: Machine, run: Run) -> None:
    machine.write("../../config/multikernel.yaml", "places: {hub: {server: 'http://localhost/', token_env: MY_TOKEN}}")
    machine.write("multikernel.yaml", "default: py\nbackends:\n  py: {kernel: python3}\n  h: {kernel: q, at: hub}\n")
    result = run("check")
    what = "the environment variable MY_TOKEN is not set where Multi starts: put the server's token into it"
    assert result.lines[0] == f"multikernel.yaml:4:22: backends.h.at: warning: {what}"
    assert result.code == 0


def test_check_says_the_mistakes_in_the_users_own_file_once(machine: Machine, run: Run) -> None:
    own = machine.write("../../config/multikernel.yaml", "places: {gpu1: {ssh: a b}}")
    file = machine.write("multikernel.yaml", CONFIG)
    run("trust", file)
    (finding,) = run("check", "--json").json["findings"]
    assert (finding["file"], finding["line"], finding["path"]) == (str(own.resolve()), 1, "places.gpu1.ssh")


def test_check_takes_a_file_of_places_for_ones_own(machine: Machine, run: Run) -> None:
    machine.write("places.yaml", PLACES)
    assert run("check", "places.yaml").lines == ["places.yaml: no mistakes"]


def test_install_needs_the_language_of_a_default_elsewhere(machine: Machine, run: Run) -> None:
    config = "backends: {far: {kernel: none-here, at: box}}\n" + PLACES
    file = machine.write("far.yaml", config)
    result = run("install", "--user", "--config", file)
    assert result.complaint == (
        "multikernel install: far.yaml: add the language of the default backend, far: it is elsewhere, and Multi's "
        "kernelspec has to state one"
    )
    machine.write("far.yaml", config.replace("at: box", "at: box, language: Q"))
    assert run("install", "--user", "--config", file).code == 0
    spec = json.loads((machine.user_kernels / "multi-far" / "kernel.json").read_text())
    assert spec["language"] == "Q"


def test_init_writes_a_file_for_this_machine(machine: Machine, run: Run) -> None:
    assert run("init").code == 0
    assert run("check").lines == [f"{machine.work}/multikernel.yaml: no mistakes"]
