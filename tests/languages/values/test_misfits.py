"""What does not fit together is refused, in words that tell what it is."""

import pytest

from multikernel.languages.values.pieces import Misfit

from ..plain import Plain
from .building import TRUE, array, integer, ints, items, joined, packed, table
from .chunks import Desk
from .test_cutting import R

LEVELS = array("text", "x", "y")


@pytest.mark.parametrize(
    ("one", "other", "text", "need"),
    [
        (
            ints(1, 2),
            ints(1, 2, kind="i4"),
            "worker[0] has an array of int64, 2, and worker[1] has an array of int32, 2",
            "float",
        ),
        (
            ints(1, 2),
            array("text", "a"),
            "worker[0] has an array of int64, 2, and worker[1] has an array of text, 1",
            "list",
        ),
        (
            array("text", "1.5", tag="python:pandas.Series object Decimal"),
            array("text", "a"),
            "an array of text, 1 (pandas.Series object Decimal), and worker[1] has an array of text, 1",
            "list",
        ),
        (
            ints(1, 2, shape=(1, 2)),
            ints(1, 2),
            "an array of int64, 1 x 2, and worker[1] has an array of int64, 2",
            "wrapped",
        ),
        (
            ints(1, 2, shape=(1, 2)),
            ints(1, 2, 3, shape=(1, 3)),
            "an array of int64, 1 x 2, and worker[1] has an array of",
            "wrapped",
        ),
        (
            ints(1, 2, 3, 4, shape=(2, 2)),
            ints(1, 2, 3, 4, shape=(2, 2), order="F"),
            "worker[0] has its matrix row by row, and worker[1] has it column by column",
            "by columns",
        ),
        (
            ints(1, tag="x:Int64"),
            ints(1, tag="x:int64"),
            "an array of int64, 1 (Int64), and worker[1] has an array of int64, 1 (int",
            "list",
        ),
        (
            array("datetime", "00" * 8, unit="s", zone="UTC"),
            array("datetime", "00" * 8, unit="s", zone="Europe/Berlin"),
            "an array of datetime64[s], UTC, 1, and worker[1] has an array of datetime64[s], Europe/Berlin, 1",
            "utc",
        ),
        (
            array("duration", "ff" * 7 + "7f", unit="s"),
            array("duration", "00" * 8, unit="ns"),
            "an array of duration, 1, and worker[1] has an array of duration",
            "list",
        ),
        (items(TRUE), ints(1), "worker[0] has a list, and worker[1] has an array of int64, 1", "list"),
        (items(TRUE), integer(1), "worker[1] has an integer, and worker[0] has a list", "wrapped"),
        (items(), integer(1), "worker[1] has an integer, and worker[0] has a list", "wrapped"),
        (items(TRUE, tag="x:tuple"), items(TRUE), "worker[0] has a list (tuple), and worker[1] has a list", "list"),
        (
            items(TRUE, tag="x:tuple"),
            packed(ints(1)),
            "worker[0] has a list (tuple), and worker[1] has a list of int64 (list int)",
            "list",
        ),
        (
            packed(array("f4", "00" * 4)),
            items(TRUE),
            "worker[0] has a list of float32, and worker[1] has a list",
            "list",
        ),
        (
            ("factor", "", LEVELS, True, bytes(4)),
            ("factor", "", LEVELS, False, bytes(4)),
            "worker[0] has an ordered factor, and worker[1] has one without order",
            "no factor",
        ),
        (
            ("factor", "", LEVELS, True, bytes(4)),
            ("factor", "", array("text", "y", "x"), True, bytes(4)),
            "worker[0] has a factor, and worker[1] has one with other levels",
            "no factor",
        ),
        (
            ("factor", "", LEVELS, True, bytes(4)),
            ("factor", "", array("text", "x"), True, bytes(4)),
            "worker[0] has a factor, and worker[1] has one with other levels",
            "no factor",
        ),
        (
            table(("a", ints(1, 2))),
            table(("b", ints(1, 2))),
            "worker[0] has a data frame with the columns a, and worker[1] has one with the columns b",
            "wrapped",
        ),
        (
            table(("a", ints(1, 2))),
            table(("a", ints(1, 2)), labels=(("k",), "", (ints(1, 2),))),
            "worker[0] has a data frame without row labels, and worker[1] has one with row labels (k)",
            "wrapped",
        ),
        (
            table(("a", ints(1, 2))),
            table(("a", ints(1, 2)), labels=((None,), "", (ints(1, 2),))),
            "worker[0] has a data frame without row labels, and worker[1] has one with row labels (without name)",
            "row numbers",
        ),
        (
            table(("a", ints(1, None))),
            table(("a", items(TRUE, integer(1)))),
            "['a']: worker[0] has an array of int64, 2, and worker[1] has a list",
            "list",
        ),
        (
            table(("a", array("f4", "00" * 4, "00" * 4))),
            table(("a", items(TRUE, integer(1)))),
            "['a']: worker[0] has an array of float32, 2, and worker[1] has a list",
            "list",
        ),
        (
            table(("a", ints(1, 2)), labels=((None,), "", (ints(1, 2),))),
            table(("a", ints(1, 2)), labels=((None,), "", (array("text", "a", "b"),))),
            ".index: worker[0] has an array of int64, 2, and worker[1] has an array of text, 2",
            "text",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(files: Desk, one: Plain, other: Plain, text: str, need: str) -> None:
    with pytest.raises(Misfit) as refused:
        joined(files, one, other)
    path, found = refused.value.path, refused.value.text
    assert found.startswith("does not fit together: ")
    assert text in f"{path}: {found.partition(': ')[2]}"
    assert refused.value.need == need


@pytest.mark.parametrize(
    "value",
    [
        ("date", "", "99999-01-01"),
        ("datetime", "", "99999-01-01T00:00:00", "UTC", 0),
        ("duration", "", 1 << 64),
        ("int", "", 1 << 40),
    ],
)
def test_single_values_that_fit_into_no_array_are_refused(files: Desk, value: Plain) -> None:
    with pytest.raises(Misfit):
        joined(files, value, value, scalars=R)
