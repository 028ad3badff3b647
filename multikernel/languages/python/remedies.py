"""What to run in Python when a target has no counterpart for a part of a value."""

import ast
import struct

from ..remedies import STEP, Remedies, expression, part_at
from ..values import nodes as n
from ..values.nodes import Node

EACH = "[{} if each is not None else None for each in {{x}}]"
UTC = "__import__('datetime').timezone.utc"
FILLED = "['' if __import__('pandas').isna(each) else each for each in {x}]"

AS_JSON = (
    "__import__('json').dumps({x}, default=lambda each: each.tolist() if hasattr(each, 'tolist') else "
    "list(each) if isinstance(each, (set, frozenset)) else str(each))"
)

REMEDIES: Remedies = {
    ("json", "table"): "{x}.to_csv()",
    ("json", ""): AS_JSON,
    ("no NUL", "scalar"): "{x}.replace('\\0', '')",
    ("no NUL", "bytes"): "{x}.replace(b'\\0', b'')",
    ("no NUL", "list"): EACH.format("each.replace('\\0', '')"),
    ("no NUL", "column"): "{x}.str.replace('\\0', '')",
    ("text", "scalar"): "str({x})",
    ("text", "list"): EACH.format("str(each)"),
    **{
        ("text", f"array of {kind}"): "[None if each != each else str(each) for each in {x}]"
        for kind in ("date", "datetime", "duration")
    },
    ("text", "array of factor"): "{x}.rename_categories(str)",
    ("text", "column of factor"): "{x}.cat.rename_categories(str)",
    ("text", "column"): "{x}.astype('string')",
    ("text", ""): "{x}.astype(str)",
    ("float", "scalar"): "float({x})",
    ("float", "list"): EACH.format("float(each)"),
    ("float", ""): "{x}.astype('float64')",
    ("float32", ""): "{x}.astype('float32')",
    ("utc", "scalar"): f"{{x}}.astimezone({UTC})",
    ("utc", "list"): EACH.format(f"each.astimezone({UTC})"),
    ("utc", "column"): "{x}.dt.tz_convert('UTC')",
    ("microseconds", "array"): "{x}.astype({x}.dtype.str.replace('ns', 'us'))",
    (
        "microseconds",
        "scalar",
    ): "{x}.round('us') if hasattr({x}, 'nanosecond') else {x}.astype({x}.dtype.str.replace('ns', 'us'))",
    ("microseconds", "column"): "{x}.dt.round('us')",
    ("milliseconds", "array"): "{x}.astype({x}.dtype.str.replace('ns', 'ms').replace('us', 'ms'))",
    ("milliseconds", "list"): EACH.format("each.replace(microsecond=each.microsecond // 1000 * 1000)"),
    ("milliseconds", "scalar"): "{x}.replace(microsecond={x}.microsecond // 1000 * 1000)",
    ("milliseconds", "column"): "{x}.dt.round('ms')",
    ("no nulls", "list"): "['' if each is None else each for each in {x}]",
    ("no nulls", "array"): "['' if each != each else each for each in {x}]",
    ("no nulls", "array of factor"): FILLED,
    ("no nulls", "series"): FILLED,
    ("bytes", "scalar"): "{x}.encode()",
    ("bytes", "list"): EACH.format("each.encode()"),
    ("bytes", "array"): "__import__('numpy').char.encode({x}, 'utf-8')",
    ("bytes", "column"): "{x}.map(lambda each: each.encode(), na_action='ignore')",
    ("row numbers", "series"): "{x}.to_frame({x}.name or 'value').reset_index()",
    ("row numbers", ""): "{x}.reset_index()",
    ("unique names", "table"): "{x}.set_axis([f'{name}_{at}' for at, name in enumerate({x}.columns)], axis=1)",
    ("dense", ""): "{x}.toarray()",
    ("canonical", ""): "{x}.tocoo().asformat({x}.format)",
    ("text keys", "dict"): "{str(key): each for key, each in {x}.items()}",
    ("text keys", "series"): "{x}.rename(str({x}.name))",
    ("text keys", "table"): "{x}.set_axis([str(name) for name in {x}.columns], axis=1)"
    ".rename_axis([None if name is None else str(name) for name in {x}.index.names])",
    ("list", "list"): "list({x})",
    **{("list", f"array of {kind}"): "list({x})" for kind in ("date", "datetime", "duration", "factor")},
    ("list", "array"): "{x}.tolist()",
    ("list", "series"): "{x}.tolist()",
    ("list", "column"): "{x}.astype(object)",
    ("dict", "series"): "{x}.to_frame({x}.name or 'value').reset_index().to_dict('list')",
    ("dict", "table"): "{x}.to_dict('list')",
    ("dict", "table of labels"): "{x}.reset_index().to_dict('list')",
    ("no factor", ""): "{x}.astype(object)",
    ("by columns", "dims"): "__import__('numpy').asfortranarray({x})",
    ("wrapped", ""): "[{x}]",
    ("dense", "sparse"): "{x}.toarray()",
}

LABELS = {
    "text": "map(str, na_action='ignore')",
    "float": "astype('float64')",
    "float32": "astype('float32')",
    "utc": "tz_convert('UTC')",
    "microseconds": "round('us')",
    "milliseconds": "round('ms')",
}
"""What is needed of the labels of rows -> what makes it of them."""

POLARS = {
    "text": "{x}.cast(__import__('polars').String)",
    "float": "{x}.cast(__import__('polars').Float64)",
    "float32": "{x}.cast(__import__('polars').Float32)",
    "utc": "{x}.dt.convert_time_zone('UTC')",
    "microseconds": "{x}.dt.cast_time_unit('us')",
    "milliseconds": "{x}.dt.cast_time_unit('ms')",
    "no nulls": "['' if each is None else each for each in {x}]",
    "list": "{x}.to_list()",
    "no factor": "{x}.cast(__import__('polars').String)",
}
OF_UNIT = "{{x}}.cast(__import__('pyarrow').timestamp({}, {}), safe=False)"
PYARROW = {
    "text": "{x}.cast('string')",
    "float": "{x}.cast('float64')",
    "float32": "{x}.cast('float32')",
    "utc": OF_UNIT.format("{x}.type.unit", "'UTC'"),
    "microseconds": OF_UNIT.format("'us'", "{x}.type.tz"),
    "milliseconds": OF_UNIT.format("'ms'", "{x}.type.tz"),
    "no nulls": "['' if each is None else each for each in {x}.to_pylist()]",
    "list": "{x}.to_pylist()",
    "no factor": "{x}.cast('string')",
}
OF_LIBRARIES = {"polars": POLARS, "pyarrow": PYARROW}
"""Library -> what is needed of a column -> expression."""
TABLES = {
    ("polars", "json"): "{x}.write_csv()",
    ("pyarrow", "json"): "{x}.to_pandas().to_csv()",
    ("polars", "dict"): "{x}.to_dict(as_series=False)",
    ("pyarrow", "dict"): "{x}.to_pydict()",
}


def statement(need: str, value: Node, name: str, path: str) -> str:
    """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""
    if need == "no origin":
        return f"{name} = __import__('copy').copy({name})"
    if path.endswith(".index") and need in LABELS:
        steps = [step[0] for step in STEP.finditer(path)]
        index = f"{_access(name, value, steps)}.index"
        return f"{index} = {index}.{LABELS[need]}"
    part, above = part_at(value, path)
    x = name + path
    if library := _library(above if isinstance(above, n.Table) else part):
        if isinstance(part, n.Table):
            found = TABLES.get((library, need), "[{x}]" if need == "wrapped" else "")
            return f"{x} = {found.replace('{x}', x)}" if found else ""
        if found := OF_LIBRARIES[library].get(need, ""):
            return _put(library, above, x, path, found)
    path = path.removesuffix(".index")
    found = expression(REMEDIES, need, value, path)
    return _assign(name, value, [step[0] for step in STEP.finditer(path)], found) if found else ""


def _assign(name: str, value: Node, steps: list[str], found: str) -> str:
    """Return a statement that puts an expression in place of a part; of a tuple, a set or a column in place of that."""
    x = _access(name, value, steps)
    if not steps:
        return f"{x} = {found.replace('{x}', x)}"
    whole, above = part_at(value, "".join(steps[:-1]))
    if _is_series(whole):
        return _assign(name, value, steps[:-1], found)
    at, within = steps[-1], _access(name, value, steps[:-1])
    if isinstance(whole, n.List) and isinstance(above, n.Table):
        each = f"{found.replace('{x}', 'each')} if type(each) is type({x}) else each"
        return _assign(name, value, steps[:-1], f"{within}.map(lambda each: {each})")
    if whole.tag == "python:tuple":
        position = int(at[1:-1])
        made = f"(*{within}[:{position}], {found.replace('{x}', x)}, *{within}[{position + 1}:])"
        return _assign(name, value, steps[:-1], made)
    if whole.tag in ("python:set", "python:frozenset"):
        made = f"type({within})({found.replace('{x}', 'each')} for each in {within})"
        return _assign(name, value, steps[:-1], made)
    return f"{x} = {found.replace('{x}', x)}"


def _is_series(node: Node) -> bool:
    """Whether a data frame of one column is that column."""
    return isinstance(node, n.Table) and ".Series" in node.tag


def _access(name: str, value: Node, steps: list[str]) -> str:
    """Return an expression for a part; rows of pandas are told by position."""
    for at, step in enumerate(steps):
        whole, above = part_at(value, "".join(steps[:at]))
        if _is_series(whole):
            continue
        is_row = isinstance(whole, n.List) and (isinstance(above, n.Table) or ".Series" in whole.tag)
        name += f".iloc{step}" if is_row else _step(name, whole, step)
    return name


def _step(name: str, whole: Node, step: str) -> str:
    """Return how a part of a value of this name is reached; keys and columns may be no texts."""
    labels = whole.labels if isinstance(whole, n.Dict | n.Table) else None
    if labels is None:
        return step
    texts = whole.keys if isinstance(whole, n.Dict) else whole.names if isinstance(whole, n.Table) else ()
    at = texts.index(ast.literal_eval(step[1:-1]))
    if literal := _literal(labels.values[at]):
        return f"[{literal}]"
    return f"[list({name})[{at}]]" if isinstance(whole, n.Dict) else f"[{name}.columns[{at}]]"


def _literal(label: n.Label) -> str:
    """Return a label as code; the empty string for one that is no literal."""
    match label:
        case n.Null(tag=""):
            return "None"
        case n.Bool(value=value) | n.Int(value=value) | n.Text(value=value):
            return repr(value)
        case n.Float(bits=bits) if int(bits, 16) >> 52 & 2047 < 2047:
            return repr(struct.unpack(">d", bytes.fromhex(bits))[0])
        case n.List(items=items, tag="python:tuple"):
            parts = [_literal(item) for item in items if isinstance(item, n.Label)]
            return f"({', '.join(parts)}{',' * (len(parts) == 1)})" if all(parts) else ""
        case _:
            return ""


def _library(part: Node) -> str:
    """Return which library other than pandas a table or column is of."""
    kind, _, container = part.tag.removeprefix("python:").partition(" in ")
    library = (container or kind).partition(".")[0]
    return library if library in OF_LIBRARIES else ""


def _put(library: str, above: Node | None, x: str, path: str, found: str) -> str:
    """Return a statement that puts an expression in place of a column."""
    made = found.replace("{x}", x)
    if not isinstance(above, n.Table):
        return f"{x} = {made}"
    key = path[path.rindex("[") :]
    table = x.removesuffix(key)
    if above.tag == "python:polars.Series":
        return f"{table} = {found.replace('{x}', table)}"
    if found == OF_LIBRARIES[library]["list"]:
        # Columns of anything are pandas' alone.
        cells = TABLES[library, "dict"].replace("{x}", table)
        return f"{table} = __import__('pandas').DataFrame({cells}, dtype=object)"
    if above.tag == "python:polars.DataFrame":
        return f"{table} = {table}.with_columns({made})"
    name = key[1:-1]
    return f"{table} = {table}.set_column({table}.column_names.index({name}), {name}, {made})"
