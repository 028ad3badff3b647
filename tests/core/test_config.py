"""Without a file, every installed kernelspec is a backend, under the name that one types; and where backends are."""

from dataclasses import replace

import pytest

from multikernel.core.config import BackendConfig, Config, Kernelspec, config_of_kernelspecs
from multikernel.core.errors import BackendNotFound
from multikernel.core.places import AttachedPlace, SshPlace


def configured(**languages: str) -> Config:
    """Return the config for kernelspecs, given with their languages; `_` in their names stands for `-`."""
    names = {name.replace("_", "-"): language for name, language in languages.items()}
    return config_of_kernelspecs({name: Kernelspec(name, language, name) for name, language in names.items()})


def backends(config: Config) -> dict[str, str]:
    assert all(name == backend.name for name, backend in config.backends.items())
    return {name: backend.kernel for name, backend in config.backends.items()}


def test_a_backend_has_the_name_of_its_language_where_that_means_it() -> None:
    config = configured(python3="python", ir="R", bash="bash", deno="typescript", xpython="python")
    assert backends(config) == {
        "bash": "bash",
        "python": "python3",
        "r": "ir",
        "typescript": "deno",
        "xpython": "xpython",
    }
    assert list(config.backends) == sorted(config.backends)
    assert {name: backend.aliases for name, backend in config.backends.items()} == {
        "bash": (),
        "python": ("python3",),
        "r": ("ir",),
        "typescript": ("deno",),
        "xpython": (),
    }
    assert (config.default, config.file) == ("python", None)


@pytest.mark.parametrize(
    ("languages", "found"),
    [
        ({"a": "a", "j_9": "julia", "j_10": "julia"}, {"a": "a", "j-10": "j-10", "j-9": "j-9"}),
        ({"python3": "python", "python": "python"}, {"python": "python", "python3": "python3"}),
        ({"robotkernel": "Robot Framework"}, {"robotkernel": "robotkernel"}),
        ({"duckdb": ""}, {"duckdb": "duckdb"}),
        ({"helper": "help"}, {"helper": "helper"}),
        ({"later": "wait"}, {"later": "later"}),
        ({".net_csharp": "C#"}, {"c#": ".net-csharp"}),
    ],
)
def test_a_language_that_does_not_mean_one_backend_names_none(languages: dict[str, str], found: dict[str, str]) -> None:
    assert backends(configured(**languages)) == found


def test_nothing_is_set_that_nobody_asked_for() -> None:
    backend = configured(ir="").backends["ir"]
    assert (backend.aliases, dict(backend.env), backend.cwd) == ((), {}, None)
    assert (backend.start, backend.startup, backend.interrupt, backend.timeout) == ("lazy", "", None, 60.0)


def test_the_default_is_python3_else_the_first() -> None:
    assert configured(zsh="zsh", python3="python", bash="bash").default == "python"
    assert configured(zsh="zsh", ir="R").default == "r"
    assert configured(python3="python", a_python="python").default == "python"


def test_without_any_kernel_there_is_nothing_to_do() -> None:
    with pytest.raises(BackendNotFound, match="pip install ipykernel"):
        config_of_kernelspecs({})


@pytest.mark.parametrize(
    ("config", "where"),
    [
        (BackendConfig("r", "ir"), "kernelspec ir"),
        (BackendConfig("r", "ir", place=SshPlace("gpu1", "me@gpu1")), "kernelspec ir at gpu1"),
        (BackendConfig("r", "", place=AttachedPlace("own", "/k.json")), "at own"),
    ],
)
def test_a_backend_says_where_it_is(config: BackendConfig, where: str) -> None:
    assert config.where == where


def test_a_config_says_where_its_backends_come_from() -> None:
    alone = configured(python3="python")
    assert alone.source == "no multikernel.yaml: every installed kernelspec is a backend"
    assert replace(alone, file="places.yaml").source == "places.yaml: every installed kernelspec is a backend"
    assert Config({}, "", "multikernel.yaml").source == "multikernel.yaml"
