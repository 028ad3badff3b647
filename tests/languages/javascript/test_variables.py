"""Variables in Deno: how they are assigned to, listed, and what is seen of Multi."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from multikernel.core.kernels.deno import SETUP
from multikernel.languages.javascript.adapter import JAVASCRIPT

from ..child import Child, child_of, open_child
from ..plain import Plain
from .test_javascript import seen

deno = child_of("deno", JAVASCRIPT)


@pytest.mark.parametrize("declaration", ["let", "var", "globalThis."])
def test_a_variable_is_assigned_to_wherever_it_is(deno: Child, declaration: str) -> None:
    name = f"declared_{re.sub('[^a-z]', '', declaration)}"
    deno.kernel.run(f"{declaration}{'' if declaration.endswith('.') else ' '}{name} = 1")
    deno.put(name, ("text", "", "new"))
    assert seen(deno, name) == ("text", "", "new")


def test_a_constant_is_not_assigned_to(deno: Child) -> None:
    deno.kernel.run("const fixed = 1")
    assert "a const?" in deno.put("fixed", ("int", "", 2))["failed"]
    assert deno.get("fixed") == ("int", "", 1)


def test_a_new_variable_can_be_declared_later(deno: Child) -> None:
    deno.put("later", ("int", "", 2))
    assert deno.kernel.run("let later = 3").content["status"] == "ok"


def test_users_names_hide_nothing_of_ours(need: Callable[..., None], tmp_path: Path) -> None:
    need("deno")
    with open_child("deno", JAVASCRIPT, tmp_path) as child:
        child.kernel.run("let Map, Object, JSON, Symbol, Array, globalThis, process, Deno, name_ = 1, v = 2, value = 3")
        for name in ("v", "value", "name_", "Map"):
            child.put(name, ("list", "", (("int", "", 7),)))
            assert child.get(name) == ("list", "", (("int", "", 7),))


OVERRIDDEN = """
Object.keys = Object.entries = Object.getPrototypeOf = Object.fromEntries = () => { throw 1; };
Array.prototype.map = Array.prototype.every = Array.from = function () { return ["wrong"]; };
Array.prototype[Symbol.iterator] = Map.prototype[Symbol.iterator] = function* () { yield "wrong"; };
JSON.stringify = () => '"wrong"';
Reflect.ownKeys = Reflect.apply = () => [];
Object.defineProperty(Map.prototype, "get", { get() { throw 2; }, configurable: true });
Object.prototype.get = Object.prototype.value = "wrong";
String.prototype.replace = String.prototype.isWellFormed = null;
delete Array.prototype.push; delete Array.prototype.includes;
Array.prototype.last = function () { return this[this.length - 1]; };
globalThis.Map = class {}; globalThis.JSON = undefined; Deno.writeTextFileSync = null;
const get = () => Object.prototype.get;
globalThis.kept = () => [Object.keys, JSON, Array.prototype.last, Array.prototype.push, get()].map(String);
undefined
"""


def test_what_the_user_makes_of_built_ins_changes_nothing(need: Callable[..., None], tmp_path: Path) -> None:
    need("deno")
    value = (
        "list",
        "",
        (("text", "", "ü"), ("dict", "", (("2", ("int", "", 1)), ("b", ("null", "")))), ("date", "", "2024-02-29")),
    )
    with open_child("deno", JAVASCRIPT, tmp_path) as child:
        child.kernel.run(SETUP, silent=True)
        code = OVERRIDDEN.replace(".map(String)", "; globalThis.before = kept(); undefined")
        assert child.kernel.run(code).content["status"] == "ok"
        assert child.put("x", value) == {"done": True}
        assert child.get("x") == value
        assert child.variables()["x"] == ("Array", "3", None)
        child.kernel.run(
            "globalThis.same = kept().length === 5 && [0, 1, 2, 3, 4].filter((at) => kept()[at] === before[at]).length"
        )
        assert child.get("same") == ("int", "", 5)


def test_what_cannot_be_put_back_is_an_error(need: Callable[..., None], tmp_path: Path) -> None:
    need("deno")
    with open_child("deno", JAVASCRIPT, tmp_path) as child:
        child.kernel.run(SETUP, silent=True)
        child.kernel.run("Object.freeze(Object.prototype); Object.freeze(Array.prototype); undefined")
        assert child.put("x", ("list", "", (("int", "", 1),))) == {"done": True}
        child.kernel.run(
            "Object.defineProperty(Map.prototype, 'get', { value: 1, configurable: false, writable: false })"
        )
        answer = child.kernel.run(JAVASCRIPT.export_code("x", str(child.folder())))
        assert "JavaScript's own property get was replaced for good" in answer.content["evalue"]


def test_it_leaves_no_trace(deno: Child) -> None:
    deno.put("x", ("int", "", 0))
    seen(deno, "1")
    counted = deno.kernel.run("1").content["execution_count"]
    before = seen(deno, "[Object.keys(globalThis).length, _]")
    deno.put("x", ("int", "", 1))
    deno.get("x")
    assert deno.get("nosuch") == {"missing": True}
    assert seen(deno, "[Object.keys(globalThis).length, _]") == before
    assert deno.kernel.run("1").content["execution_count"] == counted + 1
    assert not [message for message in deno.kernel.foreign if message["msg_type"] in ("stream", "error")]


def test_its_variables_are_listed(deno: Child) -> None:
    deno.put("listed", ("array", "", "f8", "", "", (3,), "C", ("00" * 8,) * 3))
    assert deno.variables()["listed"] == ("Float64Array", "3", 24)


@pytest.mark.parametrize("name", ["a b", "class", "x;alert(1)", "", "1a", "__multikernel__", "let", "x.y", "\u2028"])
def test_what_is_no_identifier_is_refused(name: str) -> None:
    assert JAVASCRIPT.refuses_name(name)


@pytest.mark.parametrize("name", ["$", "_x", "größe", "變數"])
def test_identifiers(deno: Child, name: str) -> None:
    assert JAVASCRIPT.refuses_name(name) == ""
    deno.put(name, ("int", "", 1))
    assert deno.get(name) == ("int", "", 1)


def test_all_values_enter_or_none(deno: Child) -> None:
    deno.kernel.run("let before = 5; const fixed = 6; undefined")
    values: dict[str, Plain] = {"before": ("int", "", 1), "fresh": ("text", "", "x"), "fixed": ("int", "", 2)}
    answer = deno.put_all(values)
    why = "fixed cannot be assigned to in JavaScript (a const?); another name can, as in fixed_=fixed"
    assert answer == {"failed": why, "at": 2}
    del values["fixed"]
    assert deno.put_all(values, is_trial=True) == {"done": True}
    assert deno.get("before") == ("int", "", 5)
    assert deno.get("fresh") == {"missing": True}
    assert deno.put_all(values) == {"done": True}
    assert [deno.get(name) for name in values] == list(values.values())
