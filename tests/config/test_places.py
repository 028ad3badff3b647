"""`places` and `at` in a multikernel.yaml: where a backend is, and which file may say so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from multikernel.config.at import Origin
from multikernel.config.mistakes import ConfigError
from multikernel.config.places import OwnPlaces, read_places_file
from multikernel.config.reader import read_config
from multikernel.core.config import Config
from multikernel.core.places import (
    AttachedPlace,
    JobPlace,
    Place,
    ProvisionerPlace,
    RunPlace,
    ServerPlace,
    SshPlace,
    UnusablePlace,
)

OWN = Path("/home/me/.jupyter/multikernel.yaml")
FILE = "multikernel.yaml"


def places_of(text: str) -> OwnPlaces:
    """Read a file of the user's own, for its places alone."""
    return read_places_file(text.encode(), OWN)


def place(settings: str) -> Place:
    """Return a place of this definition."""
    read = places_of(f"places: {{Gpu: {settings}}}")
    assert read.mistakes == ()
    return read.places["gpu"]


def beside_a_notebook(text: str, own: OwnPlaces) -> Config:
    """Read a file that came with a notebook."""
    return read_config(text.encode(), FILE, (), Origin(is_own=False, own_places=lambda: own))


def of_ones_own(text: str, own: OwnPlaces | None = None) -> Config:
    """Read a file of the user's own; `own` is another one, on Jupyter's config path."""
    return read_config(text.encode(), FILE, (), Origin(OWN.parent, own_places=lambda: own or OwnPlaces(str(OWN))))


def error_of(place: Place | None) -> str:
    """Return what is wrong with a place that cannot be used."""
    assert isinstance(place, UnusablePlace)
    return str(place.error)


GPU1 = places_of("places: {gpu1: {ssh: me@gpu1}, own: {connection_file: k.json}}")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{ssh: me@gpu1}", SshPlace("Gpu", "me@gpu1")),
        (
            "{ssh: ssh://me@gpu1:2222, python: ~/env/bin/python, keep: 30 min}",
            SshPlace("Gpu", "ssh://me@gpu1:2222", "~/env/bin/python", 1800),
        ),
        (
            "{run: [docker, exec, -u, 1000, -i, box], keep: 1.5h, python: python3.8}",
            RunPlace("Gpu", ("docker", "exec", "-u", "1000", "-i", "box"), "python3.8", 5400),
        ),
        ("{run: [bin/enter, box], keep: 45 s}", RunPlace("Gpu", ("/home/me/.jupyter/bin/enter", "box"), keep=45)),
        ("{run: [/bin/enter]}", RunPlace("Gpu", ("/bin/enter",))),
        ("{connection_file: k.json}", AttachedPlace("Gpu", "/home/me/.jupyter/k.json")),
        ("{connection_file: /tmp/k.json}", AttachedPlace("Gpu", "/tmp/k.json")),
        ("{job: sge}", JobPlace("Gpu", "sge", None)),
        (
            "{ssh: login, job: slurm, options: [--gres=gpu:1, -N, 2], python: p, keep: 1 h}",
            JobPlace("Gpu", "slurm", SshPlace("Gpu", "login", "p", 3600), ("--gres=gpu:1", "-N", "2"), "p", 3600),
        ),
        ("{server: https://hub/user/me@x}", ServerPlace("Gpu", "https://hub/user/me@x/")),
        ("{server: 'http://[::1]:80/', token_env: T}", ServerPlace("Gpu", "http://[::1]:80/", "T")),
        ("{provisioner: k8s}", ProvisionerPlace("Gpu", "k8s", {})),
        (
            "{provisioner: k8s, options: {a: [1, -1.5, true, False, null, ~, '1'], b: {c: x}}}",
            ProvisionerPlace("Gpu", "k8s", {"a": [1, -1.5, True, False, None, None, "1"], "b": {"c": "x"}}),
        ),
    ],
)
def test_each_way_to_a_place_is_read(settings: str, expected: Place) -> None:
    assert place(settings) == expected


def test_the_home_folder_is_that_of_this_machine_in_paths_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/other")
    assert place("{connection_file: ~/k.json}") == AttachedPlace("Gpu", "/home/other/k.json")
    assert place("{run: [~/bin/enter]}") == RunPlace("Gpu", ("/home/other/bin/enter",))


def test_no_repr_shows_what_may_be_secret() -> None:
    assert "hunter2" not in repr(place("{run: [docker, exec, -e, P=hunter2, box]}"))
    assert "hunter2" not in repr(place("{job: slurm, options: [--comment=hunter2]}"))
    assert "hunter2" not in repr(place("{provisioner: k8s, options: {password: hunter2}}"))
    assert "hunter2" not in repr(of_ones_own("backends: {r: {kernel: ir, env: {P: hunter2}}}"))


def test_a_file_with_places_alone_has_no_backends() -> None:
    config = of_ones_own("places: {gpu1: {ssh: gpu1}}")
    assert (config.backends, config.default) == ({}, "")


def test_only_places_matter_in_a_file_that_is_read_for_them() -> None:
    assert places_of("backends: {use: {kernal: 5}}\ndefault: nobody\nplaces: {a: {ssh: a}}") == OwnPlaces(
        str(OWN), {"a": SshPlace("a", "a")}
    )
    assert places_of("backends: {r: {kernel: ir}}") == OwnPlaces(str(OWN))


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("places: {a: {ssh: a}, b: {ssh: -b}}", "1:32: places.b.ssh: '-b' is an option of ssh"),
        ("place: {a: {ssh: a}}", "1:1: place: unknown key (did you mean 'places'?)"),
        ("places: {a: {ssh: a}", "1:9: this bracket is never closed"),
        ("", "1:1: the file is empty"),
    ],
)
def test_a_file_of_places_with_a_mistake_has_none(text: str, mistake: str) -> None:
    read = places_of(text)
    assert read.places == {}
    assert str(read.mistakes[0]).startswith(mistake)


def test_a_backend_is_at_the_place_that_it_names_in_any_case() -> None:
    config = of_ones_own(
        "default: big[0]\nbackends: {big: {kernel: x, at: GPU1, count: 2}}\nplaces: {gpu1: {ssh: gpu1}}"
    )
    assert {backend.place for backend in config.backends.values()} == {SshPlace("gpu1", "gpu1")}


@pytest.mark.parametrize("read", [beside_a_notebook, of_ones_own])
def test_places_come_from_the_users_file_on_jupyters_path_whichever_file_wins(
    read: Callable[[str, OwnPlaces], Config],
) -> None:
    config = read("backends: {big: {kernel: python3, at: gpu1}}", GPU1)
    assert config.backends["big"].place == SshPlace("gpu1", "me@gpu1")


def test_a_files_own_place_comes_before_one_of_the_same_name_elsewhere() -> None:
    config = of_ones_own("backends: {big: {kernel: python3, at: gpu1}}\nplaces: {GPU1: {ssh: nearer}}", GPU1)
    assert config.backends["big"].place == SshPlace("GPU1", "nearer")


def test_the_users_file_is_not_read_where_nothing_asks_for_it() -> None:
    def fail() -> OwnPlaces:
        pytest.fail("read")

    text = b"default: r\nbackends: {r: {kernel: ir}, big: {kernel: ir, at: a}}\nplaces: {a: {ssh: a}}"
    read_config(text, FILE, (), Origin(own_places=fail))
    read_config(b"backends: {r: {kernel: ir}}", FILE, (), Origin(is_own=False, own_places=fail))


def test_where_a_backend_is_elsewhere_cwd_means_a_folder_there() -> None:
    origin = Origin(existing_folder=lambda _: pytest.fail("looked"), is_own=False, own_places=lambda: GPU1)
    text = b"backends: {big: {kernel: python3, at: gpu1, cwd: data}}"
    assert read_config(text, FILE, (), origin).backends["big"].cwd == "data"


def test_the_default_is_the_only_python_on_this_machine() -> None:
    config = beside_a_notebook("backends: {big: {kernel: python3, at: gpu1}, py: {kernel: python3}}", GPU1)
    assert config.default == "py"


def test_an_attached_kernel_needs_no_kernelspec_and_is_interrupted_by_message() -> None:
    config = beside_a_notebook("backends: {mine: {at: own, start: eager, startup: x, timeout: 5}}", GPU1)
    mine = config.backends["mine"]
    assert (mine.kernel, mine.interrupt) == ("", "message")
    assert mine.place == AttachedPlace("own", "/home/me/.jupyter/k.json")


def test_a_file_beside_a_notebook_cannot_define_places() -> None:
    with pytest.raises(ConfigError) as caught:
        beside_a_notebook("backends: {big: {kernel: python3, at: a}}\nplaces: {a: {run: [./evil]}}", GPU1)
    assert str(caught.value) == (
        f"multikernel.yaml:2:1: places: a file that lies with a notebook may name places, with at, but not define any: "
        f"move this to {OWN}"
    )


@pytest.mark.parametrize(
    ("backend", "own", "error"),
    [
        (
            "{kernel: python3, at: gpu}",
            GPU1,
            "multikernel.yaml:1:39: backends.big.at: there is no place 'gpu' (did you mean 'gpu1'?); add it under "
            f"places in {OWN}, for example gpu: {{ssh: gpu}}, and restart the kernel",
        ),
        (
            "{kernel: python3, at: gpu1}",
            OwnPlaces(str(OWN)),
            f"multikernel.yaml:1:39: backends.big.at: there is no place 'gpu1'; add it under places in {OWN}, "
            "for example gpu1: {ssh: gpu1}, and restart the kernel",
        ),
        (
            "{kernel: python3, at: gpu1}",
            places_of("places:\n  gpu1: {ssh: a b}\n  c: {keep: 1 s}"),
            f"{OWN}:2:15: places.gpu1.ssh: 'a b' is not one word: name a host, or user@host; options go into "
            f"~/.ssh/config\n{OWN}:3:3: places.c: no way to get there: add one of ssh, run, job, connection_file, "
            "provisioner, server, for example ssh: gpu1",
        ),
        (
            "{kernel: python3, at: own, cwd: there}",
            GPU1,
            "multikernel.yaml:1:44: backends.big.cwd: cwd cannot be set for own, a kernel that runs already: remove it",
        ),
        (
            "{at: gpu1}",
            GPU1,
            "multikernel.yaml:1:22: backends.big.at: no kernel: add the name of a kernelspec for gpu1, such as "
            "kernel: python3",
        ),
    ],
)
def test_beside_a_notebook_a_place_that_cannot_be_used_costs_its_backend_alone(
    backend: str, own: OwnPlaces, error: str
) -> None:
    config = beside_a_notebook(f"backends: {{big: {backend}, py: {{kernel: python3}}}}\ndefault: py", own)
    assert error_of(config.backends["big"].place) == error
    assert config.backends["py"].place is None


def test_in_ones_own_file_a_broken_file_elsewhere_costs_its_backend_alone() -> None:
    own = places_of("places: {gpu1: {ssh: a b}}")
    config = of_ones_own("backends: {big: {kernel: python3, at: gpu1}}", own)
    assert error_of(config.backends["big"].place).startswith(f"{OWN}:1:22: places.gpu1.ssh: ")


@pytest.mark.parametrize(
    "text",
    [
        "backends: {r: {kernel: ir, env: TOKEN=hunter2}}",
        "backends: {r: {kernel: ir, env: [TOKEN=hunter2]}}",
        "backends: {r: {kernel: ir, env: {TOKEN=hunter2}}}",
        "backends: {r: {kernel: ir, env: {TOKEN=hunter2: x, A: [hunter2]}}}",
        'backends: {r: {kernel: ir, env: {A: "hunter2\\0"}}}',
        "places: {a: {run: docker exec -e TOKEN=hunter2 box}}",
        "places: {a: {run: [-TOKEN=hunter2]}}",
        "places: {a: {run: [docker, [hunter2]]}}",
        "places: {a: {provisioner: k8s, options: hunter2}}",
        "places: {a: {job: slurm, options: hunter2}}",
        "places: {a: {job: slurm, options: [hunter2]}}",
        "places: {a: {job: slurm, options: [--comment, [hunter2]]}}",
        "places: {a: {provisioner: k8s, options: [hunter2]}}",
        "places: {a: {provisioner: k8s, options: {TOKEN=hunter2}}}",
        "places: {a: {provisioner: k8s, options: {a: {TOKEN=hunter2: }}}}",
    ],
)
def test_no_mistake_shows_what_may_be_secret(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        of_ones_own(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("number", ["0755", "12:30", "2001-01-01", "1_234"])
def test_no_mistake_shows_a_number_that_may_be_secret(number: str) -> None:
    for text in (f"env: {{PIN: {number}}}", f"env: {number}", f"env: [{number}]"):
        with pytest.raises(ConfigError) as caught:
            of_ones_own(f"backends: {{r: {{kernel: ir, {text}}}}}")
        assert number not in str(caught.value)
