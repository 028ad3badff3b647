"""The adapter of docs/adapter, which is for others to start from."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multikernel_scheme import SCHEME

from multikernel.languages import registry
from multikernel.languages.language import Refused

from ..e2e.kernel import ODD_KERNELSPECS
from . import drawn
from .child import Child, child_of
from .plain import Plain, float_of

pytestmark = ODD_KERNELSPECS

ADAPTER = Path(__file__).parents[2] / "docs" / "adapter"


scheme = child_of("calysto_scheme", SCHEME)


VALUES = st.recursive(
    drawn.scalars(),
    lambda below: st.tuples(st.just("list"), drawn.TAGS, st.lists(below, max_size=4).map(tuple)),
    max_leaves=8,
)


@settings(max_examples=60)
@given(value=VALUES)
def test_a_value_comes_back_as_it_was(scheme: Child, value: Plain) -> None:
    assert scheme.put("x", value) == {"done": True}
    assert scheme.get("x") == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2.5", float_of(2.5)),
        ("(quote (1 b #t))", ("list", "", (("int", "", 1), ("text", "scheme:symbol", "b"), ("bool", "", True)))),
        ("(vector 1 2)", ("list", "scheme:vector", (("int", "", 1), ("int", "", 2)))),
        ("(quote ())", ("list", "", ())),
    ],
)
def test_values_of_its_own_leave_and_come_back(scheme: Child, expression: str, value: Plain) -> None:
    scheme.kernel.run(f"(define own {expression})")
    assert scheme.get("own") == value
    scheme.put("back", value)
    assert scheme.get("back") == value
    assert scheme.kernel.run("(equal? own back)").result == "True"


@pytest.mark.parametrize("expression", ["(cons 1 2)", "(lambda (x) x)", "1/3", "#\\a"])
def test_what_has_no_counterpart_is_refused(scheme: Child, expression: str) -> None:
    scheme.kernel.run(f"(define own {expression})")
    answer = scheme.get("own")
    assert isinstance(answer, dict)
    assert answer["refused"][0][0] == ""


def test_what_cannot_enter_is_refused(scheme: Child) -> None:
    with pytest.raises(Refused) as refused:
        scheme.put("x", ("list", "", (("null", ""), ("int", "", 1), ("null", ""))))
    why = "has no counterpart in Scheme"
    assert refused.value.parts == [("[0]", "null", why, ""), ("[2]", "null", why, "")]


def test_all_values_enter_or_none(scheme: Child) -> None:
    values: dict[str, Plain] = {"one": ("int", "", 1), "two": ("text", "", "2")}
    assert scheme.put_all(values, is_trial=True) == {"done": True}
    assert scheme.get("one") == {"missing": True}
    assert scheme.put_all(values) == {"done": True}
    assert [scheme.get(name) for name in values] == list(values.values())


def test_a_changed_value_is_schemes(scheme: Child) -> None:
    scheme.put("x", ("list", "python:tuple", (("int", "", 1),)))
    scheme.kernel.run("(set! x (cons 0 x))")
    assert scheme.get("x") == ("list", "", (("int", "", 0), ("int", "", 1)))


def test_it_leaves_no_trace(scheme: Child) -> None:
    scheme.kernel.run("42")
    scheme.put("x", ("int", "", 1))
    scheme.get("x")
    assert scheme.get("nosuch") == {"missing": True}
    assert scheme.kernel.run("_").result == "42"
    assert "x" in scheme.variables()
    assert "car" not in scheme.variables()


def test_multi_finds_it_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = tomllib.loads((ADAPTER / "pyproject.toml").read_text())["project"]["entry-points"][registry.GROUP]
    folder = tmp_path / "multikernel_scheme-0.1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: multikernel-scheme\nVersion: 0.1.0\n")
    lines = [f"[{registry.GROUP}]", *(f"{name} = {value}" for name, value in points.items())]
    (folder / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(tmp_path))
    registry.find.cache_clear()
    assert registry.find("scheme") is SCHEME
    registry.find.cache_clear()
