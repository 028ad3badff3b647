"""A name in a header line means a command, a backend, a language, or nothing; and it means the same all the time."""

import pytest

from multikernel.core.cells.names import Names
from multikernel.core.config import BackendConfig, Config, Group
from multikernel.core.errors import BackendNotFound

from ..desk import configured

LANGUAGES = {"python3": "python", "xpython": "python", "ir": "r"}


def names(default: str = "python3", languages: dict[str, str] | None = None) -> Names:
    aliases = {"python3": ("Py", "ir"), "ir": ("GNU-R",)}
    config = configured("python3", "xpython", "ir", "_hidden", default=default, aliases=aliases)
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
        ("ruby", "python3", None),
        ("use", "python3", None),
        ("", "python3", None),
    ],
)
def test_a_name_or_alias_comes_first_then_the_configured_default_of_a_language_then_the_only_one(
    name: str, default: str, found: str | None
) -> None:
    assert names(default).find(name) == found


def test_a_language_of_several_backends_none_of_them_the_default_is_refused_and_not_offered() -> None:
    known = names("ir")
    with pytest.raises(BackendNotFound, match="language of several backends: write %%python3 or %%xpython"):
        known.find("python")
    assert known.is_known("python")
    assert "python" not in known.all()


@pytest.mark.parametrize("language", ["", "robot framework", "_x"])
def test_a_language_that_cannot_be_typed_names_nothing(language: str) -> None:
    known = names(languages={"ir": language})
    assert not known.is_known(language)
    assert language not in known.all()


def test_what_has_to_be_a_backend_is_one_or_is_refused_with_what_was_meant_or_with_all() -> None:
    assert names().resolve("Py") == "python3"
    with pytest.raises(BackendNotFound, match=r"no backend 'pyhton3' \(did you mean 'python3'\?\)\.$"):
        names().resolve("pyhton3")
    with pytest.raises(BackendNotFound, match=r"no backend 'zz'; there are ir, python3, xpython\.$"):
        names().resolve("zz")


def test_all_that_may_follow_the_percent_signs() -> None:
    assert names().shown() == ["ir", "python3", "xpython"]
    assert names().backends() == ["gnu-r", "ir", "py", "python", "python3", "r", "xpython"]
    assert names().all() == ["gnu-r", "help", "ir", "parts", "py", "python", "python3", "r", "use", "xpython"]


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
        assert Names(Config(backends, "a"), frozenset(), {}).find("b") == "B"


def with_workers() -> Names:
    """Return names with two backends of one kernelspec, that one name calls together."""
    members = ("Worker[0]", "Worker[1]")
    backends = {name: BackendConfig(name, "ir", (name.replace("Worker", "w"),), group="Worker") for name in members}
    config = Config(
        {"python3": BackendConfig("python3", "python3"), **backends},
        "python3",
        groups={"Worker": Group("Worker", members, ("w",))},
    )
    return Names(config, frozenset({"use"}), dict.fromkeys(members, "r"))


def test_several_of_one_kernelspec_have_one_name_and_each_its_own() -> None:
    known = with_workers()
    assert known.find_all("W") == known.find_all("worker") == ("Worker[0]", "Worker[1]")
    assert known.find_all("w[1]") == ("Worker[1]",)
    assert known.resolve_all(["worker[1]", "python3", "w"]) == ("Worker[1]", "python3", "Worker[0]")
    assert known.is_known("worker")
    assert known.is_known("nobody,w[0]")
    assert not known.is_known("other[2]")


def test_a_number_beyond_the_last_one_is_refused() -> None:
    with pytest.raises(BackendNotFound, match=r"There is no w\[2\]: the backends are Worker\[0\] to Worker\[1\]\."):
        with_workers().find_all("w[2]")


@pytest.mark.parametrize("name", ["worker", "W"])
def test_where_one_is_wanted_the_name_of_several_is_refused(name: str) -> None:
    with pytest.raises(BackendNotFound, match=rf"{name.lower()} is 2 backends: name one, as in {name.lower()}\[0\]"):
        with_workers().resolve(name)


def test_what_is_shown_and_offered_of_several() -> None:
    known = with_workers()
    assert known.shown() == ["python3", "worker"]
    several = ["python3", "w", "w[0]", "w[1]", "worker", "worker[0]", "worker[1]"]
    assert known.backends() == several
    assert known.single() == [name for name in several if name not in ("w", "worker")]
    with pytest.raises(BackendNotFound, match=r"'r' is the language of several backends: write %%Worker\.$"):
        known.find("r")
