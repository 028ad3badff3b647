"""Variables in Octave: how they are listed, and what is seen of Multi."""

from collections.abc import Callable
from pathlib import Path

import pytest

from multikernel.languages.octave.adapter import OCTAVE

from ..child import Child, child_of, open_child
from ..plain import float_of
from .test_octave import seen

octave = child_of("octave", OCTAVE)


def test_users_names_hide_nothing_of_ours(octave: Child) -> None:
    octave.kernel.run("source = exist = evalin = whos = numel = size = NA = hex2num = struct = cell = 5;")
    octave.put("x", float_of(0.1))
    assert octave.get("x") == float_of(0.1)
    assert octave.get("NA") == float_of(5)
    assert "whos" in octave.variables()
    octave.kernel.run("clear source exist evalin whos numel size NA hex2num struct cell")


def test_the_first_transfer_leaves_no_last_value(need: Callable[..., None], tmp_path: Path) -> None:
    need("octave")
    with open_child("octave", OCTAVE, tmp_path) as fresh:
        fresh.variables()
        fresh.put("x", float_of(1))
        assert sorted(fresh.variables()) == ["x"]


@pytest.mark.parametrize("clear", ["clear x", "clear all", "clear functions"])
def test_it_works_on_after_clear(octave: Child, clear: str) -> None:
    octave.put("x", ("null", ""))
    octave.kernel.run(clear)
    assert octave.get("x") == ({"missing": True} if clear != "clear functions" else ("null", ""))
    octave.put("x", ("null", ""))
    assert octave.get("x") == ("null", "")


def test_it_leaves_no_trace(octave: Child) -> None:
    octave.put("x", float_of(1))
    octave.kernel.run("clear; 42; lasterr('mine');")
    counted = octave.kernel.run("1;").content["execution_count"]
    octave.kernel.run("42;")
    octave.put("x", float_of(1))
    assert octave.get("x") == float_of(1)
    assert octave.get("nosuch") == {"missing": True}
    octave.kernel.run("kept = {ans, lasterr, path};")
    assert seen(octave, "kept(1:2)") == ("list", "", (float_of(42), ("text", "", "mine")))
    assert sorted(octave.variables()) == ["ans", "found", "kept", "x"]
    assert octave.kernel.run("1;").content["execution_count"] == counted + 3


def test_its_variables_are_listed(octave: Child) -> None:
    octave.kernel.run("listed = zeros(2, 3, 'single'); scalar = int8(1);")
    assert octave.variables()["listed"] == ("single", "2 x 3", 24)
    assert octave.variables()["scalar"] == ("int8", "", 1)


@pytest.mark.parametrize("name", ["a b", "end", "x;y", "", "1a", "__multikernel__", "größe", "x.y"])
def test_what_is_no_identifier_is_refused(name: str) -> None:
    assert OCTAVE.refuses_name(name)
