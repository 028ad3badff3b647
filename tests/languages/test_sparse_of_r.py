"""Sparse matrices of R's package Matrix, as nodes and of nodes."""

import pytest

from multikernel.languages.r.adapter import R

from .child import Child, child_of
from .plain import Plain

child = child_of("ir", R)

MADE = "Matrix::sparseMatrix(i = c(1, 3, 2), j = c(1, 1, 2), x = c(1.5, NA, -0), dims = c(3, 2))"
VALUES = [
    MADE,
    f"methods::as({MADE}, 'RsparseMatrix')",
    f"methods::as({MADE}, 'TsparseMatrix')",
    "Matrix::sparseMatrix(i = c(1, 1), j = c(1, 1), x = c(1, 2), repr = 'T')",
    "Matrix::sparseMatrix(i = c(1, 2), j = c(1, 2), x = c(TRUE, NA))",
    "Matrix::sparseMatrix(i = c(1, 2), j = c(1, 2))",
    "Matrix::sparseMatrix(i = 1:2, j = 1:2, dimnames = list(c('a', 'b'), NULL))",
    "Matrix::sparseMatrix(i = c(1, 2), j = c(1, 1), x = c(2, 3), symmetric = TRUE)",
    "Matrix::sparseMatrix(i = c(1, 1), j = c(1, 2), x = c(2, 3), symmetric = TRUE, repr = 'T')",
    "Matrix::sparseMatrix(i = c(1, 2), j = c(1, 1), x = c(2, 3), triangular = TRUE)",
    "Matrix::sparseMatrix(i = 1, j = 2, x = 3, triangular = TRUE, dims = c(2, 2))",
    "Matrix::sparseMatrix(i = integer(), j = integer(), x = numeric(), dims = c(0, 4))",
    "structure(list(m = Matrix::sparseMatrix(i = 1, j = 1, x = 5)), names = 'm')",
]


@pytest.mark.parametrize("value", VALUES)
def test_they_come_back(child: Child, value: str) -> None:
    child.kernel.run(f"x <- {value}")
    found = child.get("x")
    assert isinstance(found, tuple), found
    assert child.put("y", found) == {"done": True}
    answer = child.kernel.run(f"stopifnot(identical({value}, y, num.eq = FALSE))")
    assert answer.content["status"] == "ok", (found, answer.content)


def places(*numbers: int) -> Plain:
    """Return positions."""
    elements = tuple(number.to_bytes(4, "little", signed=True).hex() for number in numbers)
    return ("array", "", "i4", "", "", (len(numbers),), "C", elements)


ONES = ("array", "", "f8", "", "", (2,), "C", ("000000000000f03f",) * 2)


def test_a_matrix_has_an_order_of_its_elements(child: Child) -> None:
    child.kernel.run(f"x <- {MADE}")
    assert child.get("x")[2:4] == ("csc", (3, 2))  # type: ignore[index]


@pytest.mark.parametrize(
    ("layout", "rows", "columns"),
    [
        ("csc", places(1, 0), places(0, 2, 2)),
        ("csc", places(1, 1), places(0, 2, 2)),
        ("csc", places(0, 5), places(0, 2, 2)),
        ("csc", places(0, 1), places(0, 9, 2)),
        ("csc", places(0, 1), places(0, -1, 2)),
        ("csr", places(0, 2, 1), places(0, 1)),
        ("coo", places(0, -1), places(0, 1)),
        ("coo", places(0, -(1 << 31)), places(0, 1)),
    ],
)
def test_places_that_cannot_be_are_refused(child: Child, layout: str, rows: Plain, columns: Plain) -> None:
    refused = child.put("y", ("sparse", "", layout, (2, 2), ONES, rows, columns))
    assert refused["refused"][0][3] in ("canonical", "dense"), refused


def test_a_tag_that_does_not_fit_is_not_followed(child: Child) -> None:
    value = ("sparse", "r:dsCMatrix U", "csc", (2, 2), ONES, places(0, 1), places(0, 1, 2))
    for tag in (
        "r:ngCMatrix",
        "r:lgCMatrix",
        "r:dgTMatrix",
        "r:dsCMatrix U",
        "r:dtCMatrix U U",
        "r:dsCMatrix",
        "r:CHMfactor",
    ):
        assert child.put("y", (value[0], tag, *value[2:])) == {"done": True}
        answer = child.kernel.run("stopifnot(identical(as.vector(y), c(1, 0, 0, 1)))")
        assert answer.content["status"] == "ok", (tag, answer.content)
