"""Without a file, every installed kernelspec is a backend."""

import pytest

from multikernel.core.config import Kernelspec, config_of_kernelspecs
from multikernel.core.errors import BackendNotFound


def installed(*names: str) -> dict[str, Kernelspec]:
    return {name: Kernelspec(name, name, name) for name in names}


def test_every_kernelspec_is_a_backend_under_its_own_name() -> None:
    config = config_of_kernelspecs(installed("python3", "ir", "bash"))
    assert list(config.backends) == ["bash", "ir", "python3"]
    assert {name: backend.kernel for name, backend in config.backends.items()} == {
        "bash": "bash",
        "ir": "ir",
        "python3": "python3",
    }
    assert {backend.name for backend in config.backends.values()} == {"bash", "ir", "python3"}
    assert config.file is None


def test_nothing_is_set_that_nobody_asked_for() -> None:
    backend = config_of_kernelspecs(installed("ir")).backends["ir"]
    assert (backend.aliases, dict(backend.env), backend.cwd) == ((), {}, None)
    assert (backend.start, backend.startup, backend.interrupt, backend.timeout) == ("lazy", "", None, 60.0)


def test_the_default_is_python3_else_the_first() -> None:
    assert config_of_kernelspecs(installed("zsh", "python3", "bash")).default == "python3"
    assert config_of_kernelspecs(installed("zsh", "ir")).default == "ir"


def test_without_any_kernel_there_is_nothing_to_do() -> None:
    with pytest.raises(BackendNotFound, match="pip install ipykernel"):
        config_of_kernelspecs({})
