"""Values to JavaScript and back, in Deno."""

import os

import pytest
from hypothesis import given, settings

from multikernel.languages.javascript.adapter import JAVASCRIPT
from multikernel.languages.language import DATA, Incoming, Refused
from multikernel.languages.values.reader import Json, read

from .. import drawn
from ..child import Child, child_of
from ..plain import Plain, float_of, with_tags

NUMBERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "b1", "f2")
OTHERS = ("text", "date", "time", "datetime", "duration")

COLUMNS = drawn.arrays((*NUMBERS, *OTHERS), nullable=(*NUMBERS, *OTHERS), doubles=drawn.ONE_NAN)
SCALARS = drawn.scalars() | drawn.NULLS | drawn.BYTES | drawn.moments()
FRAMES = drawn.tables(
    lambda rows: drawn.arrays((*NUMBERS, *OTHERS), nullable=(*NUMBERS, *OTHERS), count=rows, doubles=drawn.ONE_NAN)
)
VALUES = drawn.nested(
    SCALARS | COLUMNS | drawn.arrays(NUMBERS) | FRAMES | drawn.factors(3) | drawn.labelled_dicts(SCALARS)
)


deno = child_of("deno", JAVASCRIPT)


def seen(deno: Child, expression: str) -> Plain | Json:
    """Return what an expression is; output would do, but may come after the kernel's idle."""
    deno.kernel.run(f"globalThis.found = {expression}", silent=True)
    return deno.get("found")


TYPED = {"i": "Int", "u": "Uint", "f": "Float"}


def typed(value: Plain) -> Plain:
    """Return a value with the names of the typed arrays that are in it."""

    def name_of(array: Plain) -> str:
        _, tag, dtype, _, _, shape, _, items = array
        if tag or dtype[0] not in TYPED or not dtype[1:].isdecimal() or None in items or 0 in shape[:-1]:
            return str(tag)
        return f"javascript:{'Big' * (dtype in ('i8', 'u8'))}{TYPED[dtype[0]]}{8 * int(dtype[1])}Array"

    return with_tags(value, name_of)


@settings(max_examples=200)
@given(value=VALUES)
def test_a_value_comes_back_as_it_was(deno: Child, value: Plain) -> None:
    answer = deno.put("x", value)
    if "refused" in answer:
        # Milliseconds in 64 bits may be more than Temporal.Duration can be.
        assert "beyond what JavaScript can count to" in str(answer)
        return
    assert deno.get("x") == typed(value)


@settings(max_examples=50)
@given(value=drawn.nested(drawn.scalars(drawn.NUL_FREE), drawn.NUL_FREE))
def test_an_assigned_value_keeps_its_types_below(deno: Child, value: Plain) -> None:
    deno.put("x", value)
    deno.kernel.run("globalThis.y = x", silent=True)
    if value[0] in ("list", "dict"):
        assert deno.get("y") == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("3", ("int", "", 3)),
        ("2.5", float_of(2.5)),
        ("-0", float_of(-0.0)),
        ("NaN", ("float", "", "7ff8000000000000")),
        ("2 ** 53", ("float", "", "4340000000000000")),
        ("7n", ("int", "javascript:bigint", 7)),
        ("2n ** 70n", ("int", "javascript:bigint", 2**70)),
        ("undefined", ("null", "javascript:undefined")),
        ("null", ("null", "")),
        ("'a\\0\\u{1f388}'", ("text", "", "a\0\U0001f388")),
        ("[1, 2]", ("list", "javascript:Array", (("int", "", 1), ("int", "", 2)))),
        ("[1, 2.5]", ("list", "javascript:Array", (float_of(1), float_of(2.5)))),
        ("[1, 'a', []]", ("list", "", (("int", "", 1), ("text", "", "a"), ("list", "", ())))),
        ("new Set(['a'])", ("list", "javascript:Set", (("text", "", "a"),))),
        ("({b: true, a: null})", ("dict", "", (("b", ("bool", "", True)), ("a", ("null", ""))))),
        ("new Map([['2', 0], ['1', 0]])", ("dict", "javascript:Map", (("2", ("int", "", 0)), ("1", ("int", "", 0))))),
        ("Object.create(null)", ("dict", "javascript:null-prototype", ())),
        ("new Uint8Array([0, 255])", ("bytes", "", b"\0\xff")),
        ("Uint8Array.of(1).buffer", ("bytes", "javascript:ArrayBuffer", b"\1")),
        ("Buffer.from('a')", ("bytes", "javascript:Buffer", b"a")),
        ("Uint8ClampedArray.of(1)", ("array", "javascript:Uint8ClampedArray", "u1", "", "", (1,), "C", ("01",))),
        (
            "new Float32Array([1.5, 2]).subarray(1)",
            ("array", "javascript:Float32Array", "f4", "", "", (1,), "C", ("00000040",)),
        ),
        ("BigInt64Array.of(-1n)", ("array", "javascript:BigInt64Array", "i8", "", "", (1,), "C", ("ff" * 8,))),
        ("new Date(-8.64e15)", ("datetime", "", "-271821-04-20T00:00:00.000", "UTC", 0)),
        ("Temporal.PlainDate.from('+012024-02-29')", ("date", "", "+012024-02-29")),
        ("new Date(5)", ("datetime", "", "1970-01-01T00:00:00.005", "UTC", 0)),
        ("Temporal.PlainDate.from('2024-02-29')", ("date", "", "2024-02-29")),
        ("Temporal.PlainTime.from('01:02:03.000000004')", ("time", "", "01:02:03.000000004")),
        ("Temporal.PlainDateTime.from('2024-02-29T01:02')", ("datetime", "", "2024-02-29T01:02:00", "", None)),
        (
            "Temporal.Instant.from('2024-02-29T00:00:00.000000001Z')",
            ("datetime", "javascript:Temporal.Instant", "2024-02-29T00:00:00.000000001", "UTC", 0),
        ),
        (
            "Temporal.ZonedDateTime.from('2024-07-01T12:00[Europe/Berlin]')",
            ("datetime", "javascript:Temporal.ZonedDateTime", "2024-07-01T12:00:00", "Europe/Berlin", 7200),
        ),
        ("Temporal.Duration.from('P1DT2H')", ("duration", "javascript:P1DT2H", 93_600_000_000_000)),
    ],
)
def test_values_of_its_own_leave_and_come_back(deno: Child, expression: str, value: Plain) -> None:
    deno.kernel.run(f"globalThis.own = {expression}", silent=True)
    assert deno.get("own") == value
    deno.put("back", value)
    assert deno.get("back") == value
    assert seen(deno, "Deno.inspect(own)") == seen(deno, "Deno.inspect(back)")


@pytest.mark.parametrize(
    ("expression", "path", "kind"),
    [
        ("() => 1", "", "function"),
        ("[Symbol()]", "[0]", "symbol"),
        ("({a: /x/})", ".a", "RegExp"),
        ("'\\ud800'", "", "string"),
        ("({'\\ud800': 1})", "", "Object"),
        ("[1, , 2]", "", "Array"),
        ("new Map([[{}, 2]])", "", "Map"),
        ("new Date(NaN)", "", "Date"),
        ("Temporal.Duration.from('P1M')", "", "Temporal.Duration"),
        ("({get a() { return 1 }})", "", "Object"),
        ("new (class Foo {})()", "", "Foo"),
        ("(() => { const a = []; a.push(a); return a })()", "[0]", "Array"),
        ("new DataView(new ArrayBuffer(8))", "", "DataView"),
    ],
)
def test_what_has_no_counterpart_is_refused(deno: Child, expression: str, path: str, kind: str) -> None:
    deno.kernel.run(f"globalThis.own = {expression}", silent=True)
    answer = deno.get("own")
    assert isinstance(answer, dict)
    [[found, words, *_]] = answer["refused"]
    assert found == path
    assert kind in words


def test_one_refusal_names_all_that_is_wrong(deno: Child) -> None:
    deno.kernel.run(
        "globalThis.own = {a: [/x/, 1, /y/], b: new Map([['k', Symbol('s')]]), c: new Set([() => 1])}", silent=True
    )
    answer = deno.get("own")
    assert isinstance(answer, dict)
    assert [row[:2] for row in answer["refused"]] == [
        [".a[0]", "RegExp"],
        ['.b.get("k")', "symbol"],
        [".c[0]", "function"],
    ]
    assert "and 1 more like it" in answer["refused"][0][2]


def test_what_contains_itself_twice_is_refused(deno: Child) -> None:
    deno.kernel.run("globalThis.own = []; own.push(own, own); undefined", silent=True)
    answer = deno.get("own")
    assert isinstance(answer, dict)
    assert answer["refused"] == [["[0]", "Array", "and 1 more like it: contains itself"]]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (("complex", "", "0" * 16, "0" * 16), "no counterpart"),
        (("list", "", (("array", "", "c16", "", "", (0,), "C", ()),)), "no counterpart"),
        (("datetime", "", "2024-01-01T00:00:00.0001", "UTC", 0), "between two milliseconds"),
        (("dict", "", (("a", ("null", "")),) * 2), "'a' twice"),
    ],
)
def test_what_cannot_enter_is_refused(deno: Child, value: Plain, why: str) -> None:
    with pytest.raises(Refused) as refused:
        deno.put("x", value)
    assert why in refused.value.parts[0][2]


def test_a_column_between_milliseconds_is_refused(deno: Child) -> None:
    value = ("array", "", "datetime", "us", "UTC", (2,), "C", ("00" * 8, "01" + "00" * 7))
    assert deno.put("x", value) == {
        "refused": [["", "moments between milliseconds", "are not exact as a Date", "milliseconds"]],
        "at": 0,
    }


@pytest.mark.parametrize("value", [("date", "", "12024-01-01"), ("datetime", "", "-0044-03-15T12:00:00", "", None)])
def test_years_of_any_length(deno: Child, value: Plain) -> None:
    deno.put("x", value)
    assert deno.get("x") == value
    assert "out of range" in str(deno.put("x", (*value[:2], f"99{value[2].lstrip('-')}", *value[3:]))["refused"])


@pytest.mark.parametrize(("unit", "zone"), [("ms", ""), ("s", "UTC")])
def test_a_moment_that_javascript_cannot_count_to_is_refused(deno: Child, unit: str, zone: str) -> None:
    value = ("array", "", "datetime", unit, zone, (1,), "C", ("ff" * 7 + "7f",))
    assert "out of range" in str(deno.put("x", value)["refused"])


@pytest.mark.parametrize(
    ("tag", "shown"), [("Array", "[ 1, 2 ]"), ("Set", "Set(2) { 1, 2 }"), ("", "Int32Array(2) [ 1, 2 ]")]
)
def test_what_was_an_array_is_one_after_it_was_a_vector(deno: Child, tag: str, shown: str) -> None:
    value = ("array", tag and f"javascript:{tag}", "i4", "", "", (2,), "C", ("01000000", "02000000"))
    deno.put("x", value)
    assert seen(deno, "Deno.inspect(x)") == ("text", "", shown)
    assert deno.get("x") == typed(value)


def test_a_frame_that_was_changed_is_still_a_frame(deno: Child) -> None:
    numbers = ("array", "", "f8", "", "", (2,), "C", ("00" * 8,) * 2)
    labels = ((None,), "", (("array", "", "text", "", "", (2,), "C", ("r", "s")),))
    deno.put("df", ("table", "python:frame", 2, (("a", numbers),), labels))
    deno.kernel.run("df.b = [1.5, 2]; df.c = df.a.map((x) => x + 1)", silent=True)
    more = ("array", "", "f8", "", "", (2,), "C", ("000000000000f83f", "0000000000000040"))
    one = ("array", "", "f8", "", "", (2,), "C", ("000000000000f03f",) * 2)
    assert deno.get("df") == (
        "table",
        "python:frame",
        2,
        (("a", typed(numbers)), ("b", more), ("c", typed(one))),
        labels,
    )


def test_eight_megabytes_are_bytes_all_the_way(deno: Child) -> None:
    folder = deno.folder()
    content = os.urandom(8_000_000)
    (folder / DATA).write_bytes(content)
    tree = {"t": "array", "dtype": "f8", "shape": [1_000_000], "data": [0, len(content)]}
    JAVASCRIPT.write("big", read(tree, len(content)), str(folder))
    code = JAVASCRIPT.import_code([Incoming("big", str(folder))], is_trial=False)
    assert len(code) < 1000
    assert deno.ask(code, folder) == {"done": True}
    out = deno.folder()
    deno.ask(JAVASCRIPT.export_code("big", str(out)), out)
    assert (out / DATA).read_bytes() == content
