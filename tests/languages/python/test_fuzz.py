"""Whatever a Python value is, exporting it ends with the value or with a refusal, and with no other exception."""

import decimal
import fractions
import json
import types
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from multikernel.languages.python.child.calls import export_variable, import_variables
from multikernel.languages.values.as_json import to_text
from multikernel.languages.values.reader import read

from ..strategies import python_values


class Raising:
    """An object that raises at whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        """Raise."""
        raise ZeroDivisionError(name)

    def __eq__(self, other: object) -> bool:
        """Raise."""
        raise ZeroDivisionError

    def __len__(self) -> int:
        """Raise."""
        raise ZeroDivisionError

    __hash__ = __len__
    __bool__ = __len__


ODD: list[Any] = [
    decimal.Decimal("sNaN"),
    decimal.Decimal("NaN"),
    fractions.Fraction(1, 3),
    pd.NA,
    pd.NaT,
    float("nan"),
    np.datetime64("NaT"),
    np.timedelta64(5),
    np.datetime64("2024", "Y"),
    np.longdouble(1),
    np.void(b"ab"),
    np.zeros((0, 3)),
    np.zeros(2, dtype=[("a", "i4")]),
    np.array([None, pd.NA, decimal.Decimal("sNaN")], dtype=object),
    np.array(["NaT"], dtype=">M8[s]"),
    pd.Index([1]),
    pd.Period("2024"),
    pd.Interval(0, 1),
    pd.Series([pd.NA, pd.NaT, None, float("nan")], dtype=object),
    pd.Series([1], index=pd.period_range("2024", periods=1)),
    pd.DataFrame({("a", 1): [1]}),
    pd.DataFrame([[1]], columns=[decimal.Decimal("sNaN")]),
    pd.DataFrame({"a": [1]}, index=[pd.NaT]),
    pd.Categorical([decimal.Decimal(1), None]),
    pa.scalar(1),
    pa.table({"a": [{"b": 1}]}),
    pa.nulls(2),
    pl.Series([object()], dtype=pl.Object),
    pl.DataFrame({"a": [None]}),
    "\ud800",
    10**5000,
    types.SimpleNamespace(),
    lambda: 1,
    type,
    ...,
]
VALUES = st.recursive(
    st.integers(0, len(ODD) - 1).map(lambda at: ODD[at]) | st.builds(Raising) | python_values,
    lambda below: (
        st.lists(below, max_size=3)
        | st.lists(below, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2) | st.integers(), below, max_size=3)
        | st.lists(below, max_size=3).map(lambda values: pd.Series(values, dtype=object))
        | st.lists(below, min_size=1, max_size=2).map(
            lambda values: pd.DataFrame({"o": pd.Series(values, dtype=object)})
        )
    ),
    max_leaves=5,
)


def answer_of(folder: str) -> Any:
    """Return the answer in a folder."""
    return json.loads(Path(folder, "answer.json").read_text("ascii"))


@settings(max_examples=settings().max_examples * 4)
@given(VALUES)
def test_a_value_is_exported_or_refused(value: Any) -> None:
    variables = {"x": value, "pd": pd}
    with TemporaryDirectory() as folder:
        export_variable(variables, "x", folder)
        answer = answer_of(folder)
        assert "failed" not in answer, answer
        if "value" not in answer:
            assert answer["refused"]
            return
        node = read(answer["value"], Path(folder, "data").stat().st_size)
        Path(folder, "value.json").write_text(to_text(node))
        import_variables(variables, [("y", folder)], is_trial=False)
        assert answer_of(folder) == {"done": True}
        assert type(variables["y"]) is type(value)
