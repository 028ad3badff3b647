"""Each kernel does behind Multi what it does alone; `make zoo` writes what came of it into docs/kernels.md."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.kernel import ODD_KERNELSPECS

from .observing import MODES, NEVER, Mode, Observation, observe
from .species import Species, load, version_of

pytestmark = [ODD_KERNELSPECS, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

KERNELS = load()
Zoo = Callable[[Mode], Observation]


@pytest.fixture(scope="module", params=KERNELS, autouse=True)
def species(request: pytest.FixtureRequest) -> Species:
    """Return one kernel after the other."""
    chosen = KERNELS[request.param]
    if not chosen.kernelspec.exists():
        pytest.skip(f"{chosen.name} is not installed: python -m tests.zoo {chosen.name}")
    return chosen


@pytest.fixture(scope="module")
def zoo(species: Species) -> Zoo:
    """Return a function that says what was seen of the kernel; each mode is looked at once."""
    observed: dict[Mode, Observation | BaseException] = {}

    def look(mode: Mode) -> Observation:
        if mode not in observed:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("JUPYTER_PATH", str(species.data))
                try:
                    observed[mode] = observe(species, mode)
                except Exception as error:
                    observed[mode] = error
        found = observed[mode]
        if isinstance(found, BaseException):
            pytest.fail(f"{mode}: {found!r}")
        return found

    return look


@pytest.fixture(autouse=True)
def row(
    request: pytest.FixtureRequest, species: Species, zoo: Zoo, record_property: Callable[[str, object], None]
) -> None:
    """Tell the page which check a test is about, and what the kernel says of itself."""
    check = request.node.callspec.params.get("check", request.node.originalname)
    record_property("check", check)
    if check in species.differs:
        request.applymarker(pytest.mark.xfail(reason=species.differs[check], strict=False))
    record_property("version", version_of(species, zoo("alone").info))
    if check == "outputs":
        record_property("seconds", [zoo(mode).seconds for mode in MODES])


BEHIND: tuple[Mode, ...] = ("header", "default")


@pytest.mark.parametrize("mode", BEHIND)
@pytest.mark.parametrize("check", ["outputs", "magic", "comment", "complete", "inspect", "interrupt"])
def test_it_is_as_alone(zoo: Zoo, check: str, mode: Mode) -> None:
    expected = wanted(zoo, check)
    got = zoo(mode).seen[check]
    assert got == expected, f"\nalone: {json.dumps(expected)}\nMulti: {json.dumps(got)}"


@pytest.mark.parametrize("mode", BEHIND)
def test_its_errors_are_as_alone(zoo: Zoo, mode: Mode) -> None:
    expected, got = wanted(zoo, "error")["reply"], zoo(mode).seen["error"]["reply"]
    assert [got.get(key) for key in ("status", "ename")] == [expected.get(key) for key in ("status", "ename")]


@pytest.mark.parametrize("mode", BEHIND)
def test_its_errors_have_the_lines_of_the_cell(zoo: Zoo, species: Species, mode: Mode) -> None:
    expected = json.dumps(wanted(zoo, "lines"))
    if mode == "header" and species.comment:
        expected = expected.replace(f"{species.comment}{species.name}", f"%%{species.name}")
    assert json.dumps(zoo(mode).seen["lines"]) == expected


def test_a_header_alone_does_nothing(zoo: Zoo) -> None:
    assert zoo("header").seen["bare"] == [["busy", "execute_input", "idle"], "ok"]


@pytest.mark.parametrize("mode", MODES)
def test_it_is_started_once(zoo: Zoo, mode: Mode) -> None:
    assert zoo(mode).starts == 1


def wanted(zoo: Zoo, check: str) -> Any:
    """Return what the kernel alone does; where it does nothing, the test is skipped."""
    found = zoo("alone").seen.get(check, NEVER)
    if found == NEVER:
        pytest.skip("the kernel alone has nothing for it")
    return found
