"""Which file gives the backends, which the places, and what must be trusted."""

import json
from pathlib import Path

import pytest

from multikernel.config.mistakes import ConfigError
from multikernel.config.settings import Settings, check_may_start, load_settings
from multikernel.config.trust import needed_trust, trust
from multikernel.core.config import config_of_kernelspecs
from multikernel.core.errors import BackendNotTrusted, MultiError
from multikernel.core.places import SshPlace, UnusablePlace

BIG = "default: py\nbackends: {py: {kernel: python3}, big: {kernel: python3, at: gpu1}}\n"
GPU1 = "places: {gpu1: {ssh: gpu1}}\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the user's own file would be, on a machine that has none, and no kernelspecs but python3."""
    monkeypatch.delenv("MULTIKERNEL_CONFIG", raising=False)
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    for name, variable in {"home": "HOME", "own": "JUPYTER_CONFIG_DIR", "data": "JUPYTER_DATA_DIR"}.items():
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setattr("jupyter_core.paths.ENV_CONFIG_PATH", [])
    monkeypatch.setattr("jupyter_core.paths.SYSTEM_CONFIG_PATH", [])
    monkeypatch.setattr("multikernel.config.kernelspecs.kernel_folders", lambda: [str(tmp_path / "kernels")])
    return tmp_path / "own" / "multikernel.yaml"


@pytest.fixture
def folder(own: Path) -> Path:
    """Return the folder of a notebook."""
    folder = own.parents[1] / "home" / "work"
    folder.mkdir()
    return folder


def write(folder: Path, text: str) -> Path:
    """Write a multikernel.yaml beside a notebook."""
    file = folder / "multikernel.yaml"
    file.write_text(text)
    file.chmod(0o644)
    return file


def install(folder: Path, name: str, **spec: object) -> None:
    """Install a kernelspec."""
    kernel = folder.parents[1] / "kernels" / name
    kernel.mkdir(parents=True)
    content = {"argv": ["true"], "display_name": name, "language": name, **spec}
    (kernel / "kernel.json").write_text(json.dumps(content))


def refused(settings: Settings, backend: str) -> MultiError | None:
    """Return why a backend may not start."""
    try:
        check_may_start(settings.config.backends[backend])
    except MultiError as error:
        return error
    return None


def test_a_file_beside_the_notebook_gets_the_users_places_and_waits_for_trust(own: Path, folder: Path) -> None:
    own.write_text(f"backends: {{r: {{kernel: ir}}}}\n{GPU1}")
    file = write(folder, BIG)
    settings = load_settings(folder)
    big = settings.config.backends["big"]
    assert (settings.error, big.place) == (None, SshPlace("gpu1", "gpu1"))
    assert big.needs_trust == settings.config.stamp == needed_trust(file, BIG.encode())
    assert refused(settings, "py") is None
    assert isinstance(refused(settings, "big"), BackendNotTrusted)
    trust(big.needs_trust)
    assert refused(settings, "big") is None


def test_what_is_trusted_is_what_was_read_even_if_another_file_has_taken_its_place(own: Path, folder: Path) -> None:
    own.write_text(GPU1)
    file = write(folder, BIG)
    settings = load_settings(folder)
    write(folder, BIG + "# changed")
    trust(needed_trust(file, file.read_bytes()))
    assert "restart the kernel" in str(refused(settings, "big"))
    assert refused(load_settings(folder), "big") is None


@pytest.mark.parametrize("text", [BIG + GPU1, GPU1 + BIG])
def test_a_file_of_the_users_own_defines_places_and_needs_no_trust(own: Path, folder: Path, text: str) -> None:
    own.write_text(text)
    settings = load_settings(folder)
    assert settings.config.backends["big"].place == SshPlace("gpu1", "gpu1")
    assert settings.config.stamp is None
    assert refused(settings, "big") is None


def test_a_named_file_is_the_users_own_and_gets_the_places_of_the_other_one(
    own: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.write_text("places: {gpu1: {ssh: far}, gpu2: {ssh: gpu2}}")
    named = folder / "named.yaml"
    named.write_text(BIG + "  # more\n" + GPU1)
    monkeypatch.setenv("MULTIKERNEL_CONFIG", str(named))
    settings = load_settings(folder)
    assert settings.config.backends["big"].place == SshPlace("gpu1", "gpu1")
    named.write_text(BIG.replace("gpu1", "gpu2"))
    settings = load_settings(folder)
    assert settings.config.backends["big"].place == SshPlace("gpu2", "gpu2")
    assert refused(settings, "big") is None


def test_a_users_file_with_nothing_but_places_leaves_the_kernelspecs_as_backends(own: Path, folder: Path) -> None:
    own.write_text(GPU1)
    settings = load_settings(folder)
    expected = config_of_kernelspecs(settings.kernelspecs)
    assert settings.error is None
    assert settings.config.backends == expected.backends
    assert settings.config.default == expected.default
    assert settings.config.source == f"{own}: every installed kernelspec is a backend"


def test_a_users_file_that_wins_has_its_mistakes_said_as_ever(own: Path, folder: Path) -> None:
    own.write_text(BIG + "places: {gpu1: {}}")
    error = load_settings(folder).error
    assert str(error).startswith(f"{own}:3:10: places.gpu1: no way to get there")


@pytest.mark.parametrize("text", ["places: {gpu1: {}}", "places: [", "backends: {r: {kernal: ir}}", "", None])
def test_a_broken_file_of_the_users_costs_only_what_needs_it(own: Path, folder: Path, text: str | None) -> None:
    if text is None:
        own.mkdir()
    else:
        own.write_text(text)
    write(folder, BIG)
    settings = load_settings(folder)
    assert settings.error is None
    assert refused(settings, "py") is None
    error = refused(settings, "big")
    assert isinstance(error, ConfigError)
    assert str(own) in str(error)


def test_the_same_error_can_be_raised_again(own: Path, folder: Path) -> None:
    write(folder, BIG)
    settings = load_settings(folder)
    first, second = refused(settings, "big"), refused(settings, "big")
    assert str(first) == str(second)
    assert str(first) == (
        f"multikernel.yaml:2:62: backends.big.at: there is no place 'gpu1'; add it under places in {own}, "
        "for example gpu1: {ssh: gpu1}, and restart the kernel"
    )


def test_a_file_in_the_folder_of_ones_own_file_is_ones_own_wherever_the_notebook_is(own: Path) -> None:
    own.write_text(BIG + GPU1)
    settings = load_settings(own.parent)
    assert (settings.error, settings.came_with_notebook) == (None, False)
    assert refused(settings, "big") is None


def test_a_link_beside_a_notebook_to_ones_own_file_is_not_ones_own(own: Path, folder: Path) -> None:
    own.write_text(BIG)
    (folder / "multikernel.yaml").symlink_to(own)
    settings = load_settings(folder)
    assert settings.came_with_notebook
    assert settings.config.backends["big"].needs_trust is not None


def test_a_file_beside_the_notebook_cannot_define_places(own: Path, folder: Path) -> None:
    write(folder, BIG + "places: {gpu1: {run: [./evil]}}")
    settings = load_settings(folder)
    assert f"not define any: move this to {own}" in str(settings.error)
    assert not any(isinstance(each.place, UnusablePlace) for each in settings.config.backends.values())


@pytest.mark.parametrize(
    ("spec", "is_refused"),
    [
        ({}, False),
        ({"argv": ["/usr/bin/ssh", "gpu1", "python3"]}, True),
        ({"argv": ["docker", "run", "-i", "box"]}, True),
        ({"argv": ["sudo", "-u", "other", "python3"]}, True),
        ({"metadata": {"kernel_provisioner": {"provisioner_name": "far"}}}, True),
        ({"metadata": {"kernel_provisioner": {"provisioner_name": "local-provisioner"}}}, False),
    ],
    ids=str,
)
def test_a_kernelspec_that_leads_elsewhere_needs_trust_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, spec: dict[str, object], is_refused: bool
) -> None:
    monkeypatch.setattr("multikernel.config.kernelspecs.is_provisioner", lambda name: True)
    install(folder, "k", **spec)
    assert refused(load_settings(folder), "k") is None
    write(folder, "backends: {mine: {kernel: K, env: {PATH: .}}}")
    assert isinstance(refused(load_settings(folder), "mine"), BackendNotTrusted) == is_refused


def test_jupyters_default_provisioner_leads_elsewhere_if_it_is_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multikernel.config.kernelspecs.is_provisioner", lambda name: True)
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "far")
    install(folder, "k")
    write(folder, "backends: {mine: {kernel: k}}")
    settings = load_settings(folder)
    assert isinstance(refused(settings, "mine"), BackendNotTrusted)
    assert settings.kernelspecs["k"].command == ()


@pytest.mark.parametrize("variable", ["MULTIKERNEL_CONFIG", "JUPYTER_CONFIG_PATH", "JUPYTER_CONFIG_DIR"])
def test_what_a_relative_path_leads_to_lies_with_the_notebook(
    own: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.chdir(folder)
    (folder / "config").mkdir()
    for each in (folder, folder / "config"):
        write(each, BIG + GPU1)
    monkeypatch.setenv(variable, "multikernel.yaml" if variable == "MULTIKERNEL_CONFIG" else "config")
    assert "not define any" in str(load_settings(folder).error)
    assert load_settings(folder).came_with_notebook
    (folder / "multikernel.yaml").unlink()
    if variable != "MULTIKERNEL_CONFIG":
        assert load_settings(folder).config.file is None
