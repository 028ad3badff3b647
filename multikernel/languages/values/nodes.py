"""A value on its way between two children: a tree of nodes, read from what the source has written, and checked.

Nothing that a child says is trusted: types, lengths, offsets and shapes are checked against each other and against the
size of the data file, so that a hostile child can at worst send a wrong value.
"""

from dataclasses import dataclass
from typing import Literal

DEEPEST = 100
"""Levels of lists, dicts and data frames within each other."""

Order = Literal["C", "F"]
Layout = Literal["csc", "csr", "coo"]
LAYOUTS: dict[str, Layout] = {"csc": "csc", "csr": "csr", "coo": "coo"}


@dataclass(frozen=True, slots=True)
class Ref:
    """Bytes in the data file."""

    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """What every node has."""

    tag: str = ""
    """`LANGUAGE:type` in the words of the language it comes from, where its counterparts there and back would not
    make the same type again; it comes along.

    Behind a tab there may be attributes that others have nothing for: those that some of the elements would have, too,
    and behind another tab those of the whole.
    """


@dataclass(frozen=True, slots=True)
class Null(Tagged):
    """None, NULL, null."""


@dataclass(frozen=True, slots=True)
class NA(Tagged):
    """R's NA: a missing value that has a type."""

    of: str


@dataclass(frozen=True, slots=True)
class Bool(Tagged):
    """A truth value."""

    value: bool


@dataclass(frozen=True, slots=True)
class Int(Tagged):
    """An integer of any size."""

    value: int


@dataclass(frozen=True, slots=True)
class Float(Tagged):
    """A double."""

    bits: str
    """IEEE 754, big-endian, 16 digits hex."""


@dataclass(frozen=True, slots=True)
class Complex(Tagged):
    """Two doubles."""

    real: str
    imaginary: str


@dataclass(frozen=True, slots=True)
class Text(Tagged):
    """Text; a long one is in the data file, as UTF-8."""

    value: str
    data: Ref | None = None


@dataclass(frozen=True, slots=True)
class Bytes(Tagged):
    """Bytes."""

    data: Ref


@dataclass(frozen=True, slots=True)
class Date(Tagged):
    """A day, as `2024-02-29`; the year has four digits or more, or a sign."""

    value: str


@dataclass(frozen=True, slots=True)
class Time(Tagged):
    """A time of the day, as `12:00:00.000000001`."""

    value: str


@dataclass(frozen=True, slots=True)
class DateTime(Tagged):
    """A moment; without a zone it is naive."""

    value: str
    """The wall clock's, as `2024-02-29T12:00:00.5`."""
    zone: str = ""
    """`Europe/Berlin`, `+02:00`, or empty."""
    offset: int | None = None
    """Seconds east of UTC; None exactly where there is no zone."""


@dataclass(frozen=True, slots=True)
class Duration(Tagged):
    """A time span."""

    nanoseconds: int


@dataclass(frozen=True, slots=True)
class Dtype:
    """What the elements of an array are."""

    kind: str
    """A key of SIZES."""
    unit: str = ""
    """Of `datetime` and `duration`: s, ms, us or ns."""
    zone: str = ""
    """Of `datetime`: as in DateTime."""


@dataclass(frozen=True, slots=True)
class Array(Tagged):
    """Elements of one type, in the data file."""

    dtype: Dtype
    shape: tuple[int, ...]
    order: Order
    data: Ref
    valid: Ref | None = None
    """A byte for each element, 0 where it is null; None: none is."""

    @property
    def count(self) -> int:
        """Number of elements."""
        return count_of(self.shape)


@dataclass(frozen=True, slots=True)
class Factor(Tagged):
    """Categories: codes into levels, in the data file as i4; -1 is null."""

    count: int
    levels: Array
    ordered: bool
    data: Ref


@dataclass(frozen=True, slots=True)
class List(Tagged):
    """A list of anything."""

    items: "tuple[Node, ...]"
    packed: Array | None = None
    """A list of scalars of one type, as an array of one dimension; there are no items then."""
    of_lists: bool = False
    """Each item is a list, or null, so that one of a single element needs no mark where scalars are vectors."""


Label = Null | Bool | Int | Float | Complex | Text | Date | Time | DateTime | Duration | List
"""What a key or the name of a column may be: nothing of it is in the data file. A list is of labels again."""


@dataclass(frozen=True, slots=True)
class Labels(Tagged):
    """What keys, columns or levels of an index are called where that is more than text: as many labels as texts.

    The texts, which are unique, stand for them in languages that have nothing else.
    """

    values: tuple[Label, ...]
    more: tuple[Label, ...] = ()
    """What else the language that they come from needs to make the same of all of them."""


@dataclass(frozen=True, slots=True)
class Dict(Tagged):
    """Ordered; a key may be empty or be there twice, where a language has such."""

    keys: tuple[str, ...]
    items: "tuple[Node, ...]"
    labels: Labels | None = None
    """The keys, if there are any that are no texts."""


Column = Array | Factor | List


@dataclass(frozen=True, slots=True)
class Index(Tagged):
    """The labels of a data frame's rows: one column or several, with names where they have any."""

    names: tuple[str | None, ...]
    columns: tuple[Column, ...]
    labels: Labels | None = None
    """The names, if there are any that are no texts."""


@dataclass(frozen=True, slots=True)
class Table(Tagged):
    """A data frame: columns of one length."""

    rows: int
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    index: Index | None = None
    """None: the rows have no labels but their number."""
    labels: Labels | None = None
    """The names of the columns, if they are more than texts."""


@dataclass(frozen=True, slots=True)
class Sparse(Tagged):
    """A matrix of which only some elements are there, with their places; the others are 0, or false.

    In a compressed layout the places along one axis are where its columns (`csc`) or rows (`csr`) begin among the
    elements, one more than there are. That they are in range and in order is for the target to check.
    """

    layout: Layout
    shape: tuple[int, int]
    values: Array
    """Numbers or truth values, of one dimension."""
    rows: Array
    """Positions of i4 or i8, from 0."""
    columns: Array


Node = (
    Null
    | NA
    | Bool
    | Int
    | Float
    | Complex
    | Text
    | Bytes
    | Date
    | Time
    | DateTime
    | Duration
    | List
    | Dict
    | Array
    | Factor
    | Table
    | Sparse
)

SIZES: dict[str, int | None] = {
    "b1": 1,
    **{kind + str(size): size for kind in "iu" for size in (1, 2, 4, 8)},
    "f2": 2,
    "f4": 4,
    "f8": 8,
    "c8": 8,
    "c16": 16,
    "date": 4,
    "time": 8,
    "datetime": 8,
    "duration": 8,
    "text": None,
    "bytes": None,
}
"""Kind of an array -> bytes for each element; None where they are of different length."""


def count_of(shape: tuple[int, ...]) -> int:
    """Return how many elements an array of a shape has."""
    count = 1
    for length in shape:
        count *= length
    return count
