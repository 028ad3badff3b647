"""A name in a header line means a command, a backend, a language, or nothing."""

import pytest

from multikernel.core.cells.names import Names
from multikernel.core.config import BackendConfig, Config
from multikernel.core.errors import BackendNotFound

from ..desk import configured

LANGUAGES = {"python3": "python", "xpython": "python", "ir": "r"}


def names(languages: dict[str, str] | None = None) -> Names:
    config = configured("python3", "xpython", "ir", aliases={"python3": ("Py", "ir"), "ir": ("GNU-R",)})
    return Names(config, frozenset({"use", "help"}), LANGUAGES if languages is None else languages)


@pytest.mark.parametrize(
    ("name", "default", "found"),
    [
        ("python3", "ir", "python3"),
        ("PYTHON3", "ir", "python3"),
        ("py", "ir", "python3"),
        ("gnu-r", "python3", "ir"),
        ("ir", "python3", "ir"),
        ("r", "python3", "ir"),
        ("R", "ir", "ir"),
        ("python", "xpython", "xpython"),
        ("python", "python3", "python3"),
        ("python", "ir", "python3"),
        ("ruby", "python3", None),
        ("use", "python3", None),
        ("", "python3", None),
    ],
)
def test_a_name_or_alias_comes_first_then_the_default_of_a_language_then_the_only_one(
    name: str, default: str, found: str | None
) -> None:
    assert names().find(name, default) == found


def test_a_language_of_several_backends_none_of_them_default_is_refused() -> None:
    config = configured("ir", "python3", "xpython")
    with pytest.raises(BackendNotFound, match="language of several backends: say which one, python3 or xpython"):
        Names(config, frozenset(), LANGUAGES).find("python", "ir")


def test_a_language_is_learned_when_a_kernel_says_it() -> None:
    known = names({})
    assert known.find("r", "python3") is None
    known.languages["ir"] = "r"
    assert known.find("r", "python3") == "ir"


def test_a_kernelspec_without_language_is_not_found_by_it() -> None:
    known = names({"ir": ""})
    assert "" not in known.all()


def test_what_has_to_be_a_backend_is_one_or_is_refused_with_what_there_is() -> None:
    assert names().resolve("Py", "ir") == "python3"
    with pytest.raises(BackendNotFound, match=r"no backend 'pyhton3' \(did you mean 'python3'\?\); there are gnu-r,"):
        names().resolve("pyhton3", "ir")
    with pytest.raises(BackendNotFound, match="no backend 'zz'; there are"):
        names().resolve("zz", "ir")


def test_all_that_may_follow_the_percent_signs() -> None:
    assert names().backends() == ["gnu-r", "ir", "py", "python3", "xpython"]
    assert names().all() == ["gnu-r", "help", "ir", "py", "python", "python3", "r", "use", "xpython"]


@pytest.mark.parametrize(
    ("name", "command", "known"),
    [("USE", True, True), ("use", True, True), ("Python", False, True), ("PY", False, True), ("time", False, False)],
)
def test_commands_and_known_names_in_any_case(name: str, command: bool, known: bool) -> None:
    assert (names().is_command(name), names().is_known(name)) == (command, known)


def test_an_alias_never_hides_a_name() -> None:
    first = BackendConfig("a", "a", aliases=("b",))
    second = BackendConfig("B", "b")
    for backends in ({"a": first, "B": second}, {"B": second, "a": first}):
        assert Names(Config(backends, "a"), frozenset(), {}).find("b", "a") == "B"
