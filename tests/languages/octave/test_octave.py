"""Values to Octave and back."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings

from multikernel.languages.language import DATA, Incoming, Refused
from multikernel.languages.octave.adapter import OCTAVE, VALUE
from multikernel.languages.values.reader import Json, read

from .. import drawn
from ..child import Child, child_of
from ..plain import Plain, float_of, with_tags

NUMBERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "b1", "c8", "c16", "text")
NULLABLE = ("f4", "f8", "text")

SCALARS = drawn.scalars(smallest=-(1 << 63), largest=(1 << 64) - 1) | drawn.NULLS | drawn.BYTES | drawn.COMPLEX
FRAMES = drawn.tables(lambda rows: drawn.arrays(NUMBERS, nullable=NULLABLE, count=rows))
VALUES = drawn.nested(
    SCALARS | drawn.arrays(NUMBERS, nullable=NULLABLE) | FRAMES | drawn.factors(3) | drawn.labelled_dicts(SCALARS)
)


octave = child_of("octave", OCTAVE)


def seen(octave: Child, expression: str) -> Plain | Json:
    """Return what an expression is."""
    octave.kernel.run(f"found = {expression};", silent=True)
    return octave.get("found")


def row(*numbers: float) -> Plain:
    """Return doubles as Octave has them."""
    bits = tuple(bytes.fromhex(float_of(number)[2])[::-1].hex() for number in numbers)
    return ("array", "", "f8", "", "", (1, len(numbers)), "F", bits)


CLASSES = {"f4": "single", "c8": "single", "i": "int", "u": "uint"}


def classed(value: Plain) -> Plain:
    """Return a value with the classes of the numbers that are in it."""

    def class_of(array: Plain) -> str:
        _, tag, dtype, *_ = array
        found = CLASSES.get(dtype) or (f"{CLASSES[dtype[0]]}{8 * int(dtype[1])}" if dtype[0] in CLASSES else "")
        return str(tag) or (found and f"octave:{found}")

    return with_tags(value, class_of)


@settings(max_examples=60)
@given(value=VALUES)
def test_a_value_comes_back_as_it_was(octave: Child, value: Plain) -> None:
    assert octave.put("x", value) == {"done": True}
    assert octave.get("x") == classed(value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("3", float_of(3)),
        ("-0", float_of(-0.0)),
        ("NaN", float_of(float("nan"))),
        ("NA", ("na", "octave:NA double", "float")),
        ("single(NA)", ("na", "octave:NA single", "float")),
        ("single(1.5)", ("float", "octave:single", float_of(1.5)[2])),
        ("true", ("bool", "", True)),
        ("int64(5)", ("int", "", 5)),
        ("intmin('int64')", ("int", "", -(2**63))),
        ("intmax('uint64')", ("int", "octave:uint64", 2**64 - 1)),
        ("int8(-5)", ("int", "octave:int8", -5)),
        ("1-2i", ("complex", "", float_of(1)[2], float_of(-2)[2])),
        ("complex(1, 0)", ("complex", "", float_of(1)[2], float_of(0)[2])),
        (
            "complex([1 2], [0 -0])",
            ("array", "", "c16", "", "", (1, 2), "F", (row(1)[7][0] + "00" * 8, row(2)[7][0] + "00" * 7 + "80")),
        ),
        ("'a\U0001f388'", ("text", "", "a\U0001f388")),
        ('"a\\0b"', ("text", "", "a\0b")),
        ("char([127 194 128 239 191 191 244 143 191 191])", ("text", "", "\x7f\x80\uffff\U0010ffff")),
        ("''", ("text", "", "")),
        ("char(zeros(1, 0))", ("text", "octave:char 1x0", "")),
        ("['ab'; 'c ']", ("list", "octave:char 2x2", (("text", "", "ab"), ("text", "", "c ")))),
        ("char(200)", ("bytes", "octave:char", b"\xc8")),
        ("1:3", row(1, 2, 3)),
        ("[]", ("array", "", "f8", "", "", (0, 0), "F", ())),
        ("[1; 2]", ("array", "", "f8", "", "", (2, 1), "F", row(1, 2)[7])),
        ("[1 2; 3 4]", ("array", "", "f8", "", "", (2, 2), "F", row(1, 3, 2, 4)[7])),
        ("zeros(2, 0, 3, 'int8')", ("array", "octave:int8", "i1", "", "", (2, 0, 3), "F", ())),
        ("single([1, 2])", ("array", "octave:single", "f4", "", "", (1, 2), "F", ("0000803f", "00000040"))),
        ("eye(2)", ("array", "", "f8", "", "", (2, 2), "F", row(1, 0, 0, 1)[7])),
        ("[1 NA]", ("array", "", "f8", "", "", (1, 2), "F", (row(1)[7][0], None))),
        ("[true false]", ("array", "", "b1", "", "", (1, 2), "F", ("01", "00"))),
        ("{}", ("list", "", ())),
        ("{1, 'a'}", ("list", "", (float_of(1), ("text", "", "a")))),
        ("{1; 'a'}", ("list", "octave:cell 2x1", (float_of(1), ("text", "", "a")))),
        ("cell(1, 0)", ("list", "octave:cell 1x0", ())),
        (
            "{1, 2; 3, 4}",
            (
                "list",
                "octave:cell 2x2",
                (("list", "", (float_of(1), float_of(2))), ("list", "", (float_of(3), float_of(4)))),
            ),
        ),
        ("struct('b', 1, 'a', 'x')", ("dict", "", (("b", float_of(1)), ("a", ("text", "", "x"))))),
        (
            "struct('a', {1, 2})",
            ("list", "octave:struct 1x2", (("dict", "", (("a", float_of(1)),)), ("dict", "", (("a", float_of(2)),)))),
        ),
        (
            "containers.Map({'b', 'a'}, [1 2])",
            ("dict", "octave:containers.Map double", (("a", float_of(2)), ("b", float_of(1)))),
        ),
    ],
)
def test_values_of_its_own_leave_and_come_back(octave: Child, expression: str, value: Plain) -> None:
    assert seen(octave, expression) == value
    octave.put("back", value)
    assert octave.get("back") == value
    kind, size = (seen(octave, f"strcmp(class(back), class({expression}))"), seen(octave, "size(back)"))
    assert (kind, size) == (("bool", "", True), seen(octave, f"size({expression})"))


@pytest.mark.parametrize(
    ("expression", "path", "kind"),
    [
        ("@sin", "", "function_handle"),
        ("struct('a', {{1, @sin}})", ".a{2}", "function_handle"),
        ("sparse(1)", "", "sparse"),
        ("cell(2, 2, 2)", "", "cell array of more than two dimensions"),
        ("containers.Map(1, 2)", "", "keys of type double"),
        ("struct('a', {})", "", "struct array of size 0x0"),
        ("['a'; char(200)]", "", "char"),
    ],
)
def test_what_has_no_counterpart_is_refused(octave: Child, expression: str, path: str, kind: str) -> None:
    answer = seen(octave, expression)
    assert isinstance(answer, dict)
    [[found, words, _]] = answer["refused"]
    assert found == path
    assert kind in words


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (("int", "", 1 << 64), "64 bits"),
        (("na", "", "int"), "no counterpart"),
        (("date", "", "2024-01-01"), "no counterpart"),
        (("array", "", "f2", "", "", (0,), "C", ()), "no counterpart"),
        (("array", "", "i4", "", "", (1,), "C", (None,)), "floating point"),
        (("array", "", "datetime", "ns", "", (0,), "C", ()), "no counterpart"),
        (("dict", "", (("a", ("null", "")), ("a", ("null", "")))), "'a' twice"),
    ],
)
def test_what_cannot_enter_is_refused(octave: Child, value: Plain, why: str) -> None:
    with pytest.raises(Refused) as refused:
        octave.put("x", value)
    assert why in refused.value.parts[0][2]


def test_one_refusal_names_all_that_is_wrong(octave: Child) -> None:
    answer = seen(octave, "struct('a', {{@sin, sparse(1), @cos}}, 'b', {struct('c', {{cell(1, 1, 2)}})})")
    assert isinstance(answer, dict)
    assert [row[:2] for row in answer["refused"]] == [
        [".a{1}", "function_handle"],
        [".a{2}", "sparse matrix"],
        [".b.c{1}", "cell array of more than two dimensions"],
    ]
    assert "for k = [1 3], found.a{k} = func2str (found.a{k}); end" in answer["refused"][0][2]


def test_all_values_enter_or_none(octave: Child) -> None:
    octave.kernel.run("clear one two")
    values = {"one": float_of(1), "two": ("list", "", (float_of(2),))}
    assert octave.put_all(values, is_trial=True) == {"done": True}
    assert octave.get_all(["one", "two"]) == [{"missing": True}] * 2
    incoming = [octave.write(name, value) for name, value in values.items()]
    Path(incoming[1].folder, VALUE).write_bytes(b"")
    answer = octave.ask(OCTAVE.import_code(incoming, is_trial=False), Path(incoming[0].folder))
    assert (answer["at"], "failed" in answer) == (1, True)
    assert octave.get_all(["one", "two"]) == [{"missing": True}] * 2
    assert octave.put_all(values) == {"done": True}
    assert octave.get_all(["one", "two"]) == list(values.values())


@pytest.mark.parametrize("depth", [99, 101])
def test_what_is_deep(octave: Child, depth: int) -> None:
    octave.kernel.run(f"deep = 1; for i = 1:{depth}, deep = {{deep}}; end", silent=True)
    value = octave.get("deep")
    if isinstance(value, dict):
        assert depth == 101
        assert value["refused"][0][1] == "more than 100 levels"
        return
    octave.put("back", value)
    assert octave.get("back") == value


def test_na_that_was_none_elsewhere_is_na_again(octave: Child) -> None:
    octave.put("x", ("null", "octave:NA single"))
    assert seen(octave, "{isna(x), class(x)}") == ("list", "", (("bool", "", True), ("text", "", "single")))


def test_a_list_with_none_is_a_cell(octave: Child) -> None:
    value = ("list", "", (("int", "", 1), ("null", ""), ("text", "", "")))
    octave.put("x", value)
    assert octave.get("x") == value
    assert seen(octave, "{class(x{1}), isempty(x{2}), class(x{3})}") == (
        "list",
        "",
        (("text", "", "int64"), ("bool", "", True), ("text", "", "char")),
    )


def test_an_array_enters_as_a_row_and_a_column_as_one(octave: Child) -> None:
    numbers = ("array", "", "f8", "", "", (2,), "C", row(1, 2)[7])
    octave.put("x", numbers)
    octave.put("df", ("table", "", 2, (("a", numbers),), None))
    assert seen(octave, "[size(x), size(df.a)]") == row(1, 2, 2, 1)
    assert seen(octave, "x * 2") == row(2, 4)


def test_a_frame_that_was_changed_is_still_a_frame(octave: Child) -> None:
    numbers = ("array", "", "i8", "", "", (2,), "C", ("00" * 8,) * 2)
    labels = ((None,), "python:index", (("array", "", "text", "", "", (2,), "C", ("r", None)),))
    octave.put("df", ("table", "python:frame", 2, (("a", numbers),), labels))
    octave.kernel.run("df.b = [1; 2]; df.c = {'x'; 'y'};")
    more = ("array", "", "f8", "", "", (2,), "C", row(1, 2)[7])
    texts = ("array", "", "text", "", "", (2,), "C", ("x", "y"))
    assert octave.get("df") == (
        "table",
        "python:frame",
        2,
        (("a", classed(numbers)), ("b", more), ("c", texts)),
        labels,
    )


def test_a_map_with_an_empty_key_is_a_struct(octave: Child) -> None:
    value = ("dict", "octave:containers.Map any", (("", ("bool", "", False)), ("0", ("list", "", ()))))
    assert octave.put("x", value) == {"done": True}
    assert octave.get("x") == value


def test_parts_that_did_not_change_keep_their_types(octave: Child) -> None:
    value = ("dict", "x:y", (("a", ("null", "")), ("b", ("list", "python:tuple", (("bytes", "", b"a"),)))))
    octave.put("x", value)
    octave.kernel.run("x.c = 1;")
    assert octave.get("x") == ("dict", "x:y", (*value[2], ("c", float_of(1))))


def test_what_is_longer_than_a_line_of_the_terminal_enters(octave: Child) -> None:
    value = ("list", "", tuple(("text", "", str(number) * 10) for number in range(1000)))
    octave.put("x", value)
    assert octave.get("x") == value


def test_eight_megabytes_are_bytes_all_the_way(octave: Child) -> None:
    folder = octave.folder()
    content = os.urandom(8_000_000)
    (folder / DATA).write_bytes(content)
    tree = {"t": "array", "dtype": "f8", "shape": [1_000_000], "data": [0, len(content)]}
    OCTAVE.write("big", read(tree, len(content)), str(folder))
    code = OCTAVE.import_code([Incoming("big", str(folder))], is_trial=False)
    assert octave.ask(code, folder) == {"done": True}
    out = octave.folder()
    octave.ask(OCTAVE.export_code("big", str(out)), out)
    assert (out / DATA).read_bytes() == content
