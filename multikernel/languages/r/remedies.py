"""What to run in R when a target has no counterpart for a part of a value."""

import ast
import re

from ..remedies import STEP, Remedies, part_at, remedy
from ..values.nodes import Array, Dict, List, Node, Table
from ..values.walk import every
from .literals import string

IN_SHAPE = "structure({}, dim = dim({{x}}))"
ROUNDED = ".POSIXct(round(as.numeric({{x}}), {}), attr({{x}}, 'tzone'))"
AS_TEXT = {
    "c16": 'ifelse(is.na({x}), NA, sprintf("%.17g%+.17gi", Re({x}), Im({x})))',
    "datetime": 'ifelse(is.na({x}), NA, paste0(format({x}, "%Y-%m-%dT%H:%M:%S"), '
    'sub("^0", "", sprintf("%.6f", as.numeric({x}) %% 1)), format({x}, "%z")))',
    "duration": 'ifelse(is.na({x}), NA, sprintf("%.17g %s", as.numeric({x}), attr({x}, "units")))',
}
AS_TEXT["time"] = AS_TEXT["duration"]
AS_JSON = "as.character(jsonlite::toJSON({x}, auto_unbox = TRUE, digits = I(17), force = TRUE))"
PLAIN = "attributes({x})[intersect(names(attributes({x})), c('names', 'dim', 'dimnames'))]"
WITHOUT_LABELS = "data.frame({x}, row.names = NULL, check.names = FALSE)"
REMEDIES: Remedies = {
    **{
        ("text", f"{shape} of {kind}"): text
        for kind, text in AS_TEXT.items()
        for shape in ("scalar", "array", "column")
    },
    ("text", "scalar"): "paste({x})",
    ("json", "table"): "paste(utils::capture.output(utils::write.csv({x})), collapse = '\\n')",
    ("json", ""): AS_JSON,
    ("no NUL", "bytes"): "{x}[{x} != 0]",
    ("text", "dims"): IN_SHAPE.format("as.character({x})"),
    ("text", ""): "as.character({x})",
    ("float", "dims"): IN_SHAPE.format("as.numeric({x})"),
    ("float", ""): "as.numeric({x})",
    ("utc", ""): "!attr({x}, 'tzone') <- 'UTC'",
    ("microseconds", "dims"): IN_SHAPE.format(ROUNDED.format(6)),
    ("microseconds", ""): ROUNDED.format(6),
    ("milliseconds", "dims"): IN_SHAPE.format(ROUNDED.format(3)),
    ("milliseconds", ""): ROUNDED.format(3),
    ("no nulls", "list"): "lapply({x}, function(each) if (is.null(each) || is.na(each)) '' else each)",
    ("no nulls", "array of factor"): "ifelse(is.na({x}), '', as.character({x}))",
    ("no nulls", ""): "lapply({x}, function(each) if (is.na(each)) '' else each)",
    ("unique names", ""): "!names({x}) <- make.unique(names({x}))",
    ("row numbers", "table"): f"cbind(index = rownames({{x}}), {WITHOUT_LABELS})",
    ("list", "dims"): "list(dim = dim({x}), values = as.vector({x}))",
    ("list", "array of factor"): "as.list(as.character({x}))",
    ("list", "column of factor"): "as.list(as.character({x}))",
    ("list", "list"): "lapply({x}, identity)",
    ("list", ""): "as.list({x})",
    ("dict", "table"): "c(list(row.names = row.names({x})), as.list({x}))",
    ("no factor", ""): "as.character({x})",
    ("dense", ""): "as.matrix({x})",
    (
        "no origin",
        "table",
    ): "if (is.data.frame({x})) structure(lapply({x}, identity), row.names = attr({x}, 'row.names'), "
    f"class = 'data.frame') else `attributes<-`({{x}}, {PLAIN})",
    **{("no origin", f"{place} of factor"): "factor(as.vector({x}), levels({x}))" for place in ("array", "column")},
    ("no origin", ""): f"!attributes({{x}}) <- {PLAIN}",
    ("wrapped", ""): "list({x})",
}
NO_RAW = (
    "rapply(list({x}), function(each) if (is.raw(each)) structure(as.integer(each), dim = dim(each)) else each, "
    "how = 'replace')[[1]]"
)
"""For toJSON, which knows no matrices of bytes."""
LABELS = "attr({x}, 'row.names') <- as.character(attr({x}, 'row.names'))"
"""What makes text of the labels of rows."""


def statement(need: str, value: Node, name: str, path: str) -> str:
    """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""

    def access(path: str) -> str:
        return name + STEP.sub(_step, path)

    if path.endswith(".index") and need == "text":
        return LABELS.replace("{x}", access(path.removesuffix(".index")))
    found = remedy(_for_json(value) if need == "json" else REMEDIES, need, value, path, access)
    found = found if re.match(r"(names|attr)\(", found) else found.replace(" = ", " <- ", 1)
    whole = access(path[: path.rindex("[")]) if _is_of_vector(value, path) else ""
    return f"{whole} <- as.list({whole}); {found}" if found and whole else found


def _for_json(value: Node) -> Remedies:
    """Return how a value becomes JSON, or a data frame CSV, unless it has lists as columns."""
    nodes = [node for _, node in every(value)]
    remedies = dict(REMEDIES)
    if any(isinstance(column, List) for table in nodes if isinstance(table, Table) for column in table.columns):
        remedies["json", "table"] = AS_JSON
    if any(isinstance(node, Array) and node.tag.startswith("r:raw") for node in nodes):
        remedies["json", ""] = AS_JSON.replace("{x}", NO_RAW)
    return remedies


def _is_of_vector(value: Node, path: str) -> bool:
    """Whether a part is an element of a named vector, which can be of no other type than the others."""
    _, above = part_at(value, path)
    return isinstance(above, Dict) and above.tag.startswith("r:vector")


def _step(found: re.Match[str]) -> str:
    key = found[1]
    return f"[[{int(key) + 1}]]" if key.isdecimal() else f"[[{string(ast.literal_eval(key))}]]"
