"""What previews are made of, by the backends of `test_listing.KERNELSPECS`, and what they show."""

from multikernel.core.protocol.wire import Json

MADE = {
    "python": """
import datetime, decimal, numpy as np, pandas as pd, polars as pl, pyarrow as pa
class Own:
    def __repr__(self): raise SystemExit
    __str__ = __deepcopy__ = __repr__
moments = np.array(["2026-01-01", "NaT"], "M8[s]")
frame = pd.DataFrame({"n": [1.5, None], "t": moments, "o": [Own(), "x"], 4: pd.Categorical(["a", "b"])})
indexed = pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)]))
large = pd.DataFrame(np.zeros((1000, 100)))
series = pd.Series([1, None], name="s", dtype="Int64", index=["a", "b"])
strange = pd.DataFrame({"a": [1]}); strange.attrs["x"] = Own()
matrix, vector = np.arange(4).reshape(2, 2), np.array(["2026-01-01"], "M8[D]")
cube, zero = np.zeros((2, 3, 4)), np.array(3.5)
records = np.array([(1, "a")], dtype=[("x", "i4"), ("y", "U3")])
polar, polars_series = pl.DataFrame({"a": [1, 2], "b": ["x", None]}), pl.Series("s", [[1], [2]])
table = pa.table({"a": [1, 2], "b": [None, {"k": 1}]})
things = [1, "x", None, True, b"b", 2.5, 1j, decimal.Decimal("1.0"), datetime.date(2026, 1, 1), Own()]
things += [[1, ["a", [2]]], {"k": (1,)}, {3}, np.int8(4), cube, list(range(20))]
pairs, several, nothing, numbers = {"k": 1, (1, 2): Own()}, {7}, [], range(1000)
text, long, count, huge, own = "a\\nb\\u00e4", "x" * 20000, 3, 10 ** 5000, Own()
class Zone(datetime.tzinfo):
    def utcoffset(self, at): raise SystemExit
    tzname = dst = utcoffset
moment, elsewhere = datetime.datetime(2026, 1, 1, 12), datetime.datetime(2026, 1, 1, tzinfo=Zone())
""",
    "r": """
frame <- data.frame(n = c(1.5, NA), d = as.Date(c("2026-01-01", NA)), f = factor(c("a", "b")), row.names = c("x", "y"))
frame$t <- .POSIXct(c(0, NA), "UTC")
frame$c <- c("\u00e4", NA)
frame$l <- list(1:3, NULL)
large <- as.data.frame(matrix(0, 1000, 100))
matrix <- matrix(1:4, 2, dimnames = list(NULL, c("a", "b")))
cube <- array(0, c(2, 2, 2))
counts <- table(c("a", "b", "a"))
named <- c(a = 1.5, b = NA)
things <- list(1, "x", NULL, list(1, 2), frame, as.Date("2026-01-01"), 1:3)
nothing <- NULL
empty <- character()
text <- "a\\nb"
long <- strrep("x", 20000)
count <- 3L
yes <- TRUE
span <- as.difftime(3, units = "mins")
fun <- function(x) x + 1
bytes <- "\\xff"
model <- lm(dist ~ speed, cars)
format.Date <- as.character.Date <- `[.factor` <- print.data.frame <- as.character.factor <- function(...) stop("ran")
""",
    "octave": """
matrix = magic (3)(1:2, :);
row = [1.5, NA, NaN];
cube = zeros (2, 2, 2);
sparse_one = sparse ([1, 0]);
large = zeros (1000, 100);
things = {1, "x", [1, 2, 3], {}, true, int8(3), 1+2i};
one.a = 1;
one.b = "t";
several = struct ("k", {1, 2});
text = "a\\nb\u00e4";
long = repmat ("x", 1, 20000);
lines = ["ab"; "cd"];
count = 3;
yes = true;
fun = @(x) x + 1;
map = containers.Map ();
""",
    "bash": """
list=(1 two $'a\\nb\u00e4' $'\\xff')
sparse=([5]=x)
many=($(seq 1000))
declare -A pairs=([k]=v)
text=$'a\\nb"\u00e4'
empty=
declare -i count=3
declare -n other=list
long=$(printf 'x%.0s' {1..20000})
""",
    "deno": """
var things = [1, "x", null, undefined, true, 10n, [1, 2], { a: 1 }, new Date(0), new Map(), () => 1];
var records = [{ a: 1, b: "x" }, { a: 2, c: 3 }], pairs = new Map([["k", 1]]), several = new Set([7]);
var numbers = new Float64Array(1000), object = { x: 1, get y() { throw 1; } }, when = new Date(0);
var text = "a\\nb\u00e4", long = "x".repeat(20000), count = 3;
var proxy = new Proxy({}, {}), holes = [1, , 3], nothing = [];
""",
}


def table(rows: list[list[str]], *, columns: list[str], types: list[str], labels: list[str], total: list[int]) -> Json:
    return {"columns": columns, "types": types, "labels": labels, "rows": rows, "total": total, "text": ""}


def column(
    *cells: str, kind: str = "", labels: list[str] | None = None, first: int = 0, total: int | None = None
) -> Json:
    """Return a table of one column."""
    labels = [str(at) for at in range(first, first + len(cells))] if labels is None else labels
    rows = [[cell] for cell in cells]
    return table(rows, columns=[""], types=[kind], labels=labels, total=[len(cells) if total is None else total, 1])


def alone(text: str) -> Json:
    return {"columns": [], "types": [], "labels": [], "rows": [], "text": text, "total": None}


THINGS = [
    "1",
    "x",
    "None",
    "True",
    "b'b'",
    "2.5",
    "1j",
    "1.0",
    "2026-01-01",
    "Own",
    "[1, ['a', list (1)]]",
    "{'k': (1)}",
]
THINGS += ["{3}", "4", "ndarray (2 x 3 x 4)", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …]"]

SHOWN: list[tuple[str, str, Json]] = [
    (
        "python",
        "frame",
        table(
            [["1.5", "2026-01-01 00:00:00", "Own", "a"], ["nan", "NaT", "x", "b"]],
            columns=["n", "t", "o", "4"],
            types=["float64", "datetime64[s]", "object", "category"],
            labels=["0", "1"],
            total=[2, 4],
        ),
    ),
    ("python", "indexed", table([["1"]], columns=["a"], types=["int64"], labels=["('x', 1)"], total=[1, 1])),
    ("python", "series", table([["1"], ["<NA>"]], columns=["s"], types=["Int64"], labels=["a", "b"], total=[2, 1])),
    (
        "python",
        "matrix",
        table([["0", "1"], ["2", "3"]], columns=["0", "1"], types=["int64"] * 2, labels=["0", "1"], total=[2, 2]),
    ),
    ("python", "vector", column("2026-01-01", kind="datetime64[D]")),
    ("python", "cube", column(*["ndarray (3 x 4)"] * 2, kind="float64")),
    ("python", "zero", alone("3.5")),
    ("python", "records", table([["1", "a"]], columns=["x", "y"], types=["int32", "<U3"], labels=["0"], total=[1, 2])),
    (
        "python",
        "polar",
        table(
            [["1", "x"], ["2", "None"]], columns=["a", "b"], types=["Int64", "String"], labels=["0", "1"], total=[2, 2]
        ),
    ),
    (
        "python",
        "polars_series",
        table([["[1]"], ["[2]"]], columns=["s"], types=["List(Int64)"], labels=["0", "1"], total=[2, 1]),
    ),
    (
        "python",
        "table",
        table(
            [["1", "None"], ["2", "{'k': 1}"]],
            columns=["a", "b"],
            types=["int64", "struct<k: int64>"],
            labels=["0", "1"],
            total=[2, 2],
        ),
    ),
    ("python", "things", column(*THINGS)),
    ("python", "pairs", column("1", "Own", labels=["k", "(1, 2)"])),
    ("python", "several", column("7")),
    ("python", "nothing", column()),
    ("python", "numbers", column(*map(str, range(100)), total=1000)),
    ("python", "text", alone("a\nbä")),
    ("python", "count", alone("3")),
    ("python", "huge", alone("int of 16610 bits")),
    ("python", "moment", alone("2026-01-01 12:00:00")),
    (
        "r",
        "frame",
        table(
            [
                ["1.5", "2026-01-01", "a", "1970-01-01 00:00:00", "ä", "integer (3)"],
                ["NA", "NA", "b", "NA", "NA", "NULL"],
            ],
            columns=["n", "d", "f", "t", "c", "l"],
            types=["double", "Date", "factor", "POSIXct", "character", "list"],
            labels=["x", "y"],
            total=[2, 6],
        ),
    ),
    (
        "r",
        "matrix",
        table([["1", "3"], ["2", "4"]], columns=["a", "b"], types=["integer"] * 2, labels=["1", "2"], total=[2, 2]),
    ),
    ("r", "cube", column(*["0"] * 8, kind="double", first=1)),
    ("r", "counts", column("2", "1", kind="integer", labels=["a", "b"])),
    ("r", "named", column("1.5", "NA", kind="double", labels=["a", "b"])),
    (
        "r",
        "things",
        column("1", "x", "NULL", "list (2)", "data.frame (6)", "2026-01-01", "integer (3)", kind="list", first=1),
    ),
    ("r", "nothing", alone("NULL")),
    ("r", "empty", column(kind="character")),
    ("r", "text", alone("a\nb")),
    ("r", "count", alone("3")),
    ("r", "yes", alone("TRUE")),
    ("r", "span", alone("3 mins")),
    ("r", "fun", alone("function (x) \nx + 1")),
    ("r", "bytes", alone("<ff>")),
    (
        "octave",
        "matrix",
        table(
            [["8", "1", "6"], ["3", "5", "7"]],
            columns=["1", "2", "3"],
            types=["double"] * 3,
            labels=["1", "2"],
            total=[2, 3],
        ),
    ),
    ("octave", "row", column("1.5", "NA", "NaN", kind="double", first=1)),
    (
        "octave",
        "cube",
        table([["0", "0"]] * 2, columns=["1", "2"], types=["double"] * 2, labels=["1", "2"], total=[2, 2]),
    ),
    ("octave", "sparse_one", column("1", "0", kind="double", first=1)),
    (
        "octave",
        "things",
        column("1", "x", "double (1 x 3)", "cell (0 x 0)", "true", "3", "1+2i", kind="cell", first=1),
    ),
    ("octave", "one", column("1", "t", labels=["a", "b"])),
    ("octave", "several", table([["1"], ["2"]], columns=["k"], types=[""], labels=["1", "2"], total=[2, 1])),
    ("octave", "text", alone("a\nbä")),
    ("octave", "lines", column("ab", "cd", kind="cell", first=1)),
    ("octave", "count", alone("3")),
    ("octave", "yes", alone("true")),
    ("octave", "fun", alone("@(x) x + 1")),
    ("bash", "list", column("1", "two", "a\nbä", r"$'\377'")),
    ("bash", "sparse", column("x", labels=["5"])),
    ("bash", "many", column(*map(str, range(1, 101)), total=1000)),
    ("bash", "pairs", column("v", labels=["k"])),
    ("bash", "text", alone('a\nb"ä')),
    ("bash", "empty", alone("")),
    ("bash", "count", alone("3")),
    (
        "deno",
        "things",
        column(
            *("1", "x", "null", "undefined", "true", "10n", "Array (2)", "Object", "1970-01-01T00:00:00.000Z"),
            *("Map (0)", "function "),
        ),
    ),
    (
        "deno",
        "records",
        table(
            [["1", "x", ""], ["2", "", "3"]],
            columns=["a", "b", "c"],
            types=[""] * 3,
            labels=["0", "1"],
            total=[2, 3],
        ),
    ),
    ("deno", "pairs", column("1", labels=["k"])),
    ("deno", "several", column("7")),
    ("deno", "numbers", column(*["0"] * 100, total=1000)),
    ("deno", "object", column("1", "accessor", labels=["x", "y"])),
    ("deno", "holes", column("1", "", "3")),
    ("deno", "nothing", column()),
    ("deno", "text", alone("a\nbä")),
    ("deno", "count", alone("3")),
    ("deno", "when", alone("1970-01-01T00:00:00.000Z")),
]
