"""R, base only: what runs in the child are the files of `child`, in an environment that is kept in `options()`.

A value is written as calls of `list`, one for each node, parts first, since R's parser allows no deep nesting.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from ..language import LONGEST_CELL, LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Incoming, Language, Refused
from ..values import nodes as n
from ..values.as_json import index_fields, labels_to_text
from ..values.elements import Scalars
from ..values.nodes import Node, Ref
from ..values.tables import shown_names
from .literals import string
from .remedies import statement

FILES = [
    "advice",
    "writing",
    "origins",
    "labels",
    "attributes",
    "sparse",
    "export_times",
    "export",
    "import_times",
    "import_levels",
    "import_texts",
    "import",
    "variables",
    "preview",
    "calls",
]
VALUE = "value.R"
NODES_AT_ONCE = 1000
"""Nodes in one call, which R evaluates on its stack."""

EMPTY = '""'
KEPT = "base::getOption('multikernel')"
OWN = "r:"

IDENTIFIER = re.compile(r"(?:[^\W\d_]|\.(?!\d))[\w.]*")
RESERVED = frozenset(
    [
        "if",
        "else",
        "repeat",
        "while",
        "function",
        "for",
        "next",
        "break",
        "TRUE",
        "FALSE",
        "NULL",
        "Inf",
        "NaN",
        "NA",
        "NA_integer_",
        "NA_real_",
        "NA_complex_",
        "NA_character_",
        "in",
        "...",
    ]
)


class RLanguage:
    """The adapter for R."""

    name = "R"
    reads_data = False
    scalars = Scalars(1, "i4", "r:vector")
    keeps_labels = True

    def library_code(self, folder: str) -> str:
        """Return code that makes the functions in the child."""
        return self._library

    @cached_property
    def _library(self) -> str:
        folder = files("multikernel.languages.r") / "child"
        source = "\n".join((folder / f"{name}.R").read_text("utf-8") for name in FILES)
        return (
            f"base::options(multikernel = base::local({{ e <- base::new.env(parent = base::baseenv()); "
            f"base::eval(base::parse(text = {string(source)}, keep.source = FALSE), e); e }}))"
        )

    def refuses_name(self, name: str) -> str:
        """Say why a text is no name of R's."""
        if name in RESERVED or re.fullmatch(r"\.\.\d+", name):
            return "is a reserved word of R's"
        return "" if IDENTIFIER.fullmatch(name) else "is no name in R"

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes a variable's value."""
        return _call("export_variable", string(name), string(folder))

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write the nodes into the folder; Refused."""
        writer = _Writer()
        writer.add(value, "")
        if writer.refused:
            raise Refused.of(writer.refused)
        with Path(folder, VALUE).open("w", encoding="ascii") as file:
            file.write("list(")
            for at in range(0, len(writer.nodes), NODES_AT_ONCE):
                nodes = ",\n".join(writer.nodes[at : at + NODES_AT_ONCE])
                file.write(f"{', ' if at else ''}list({nodes})")
            file.write(")\n")

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Return code that makes variables."""
        names, folders = _vector([each.name for each in values]), _vector([each.folder for each in values])
        return _call("import_variables", names, folders, "TRUE" if is_trial else "FALSE")

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""
        return statement(need, value, name, path)

    def variables_code(self, folder: str) -> str:
        """Return code that lists the user's variables."""
        return _call("list_variables", string(folder))

    def preview_code(self, name: str, folder: str) -> str:
        """Return code that writes the beginning of a variable's value."""
        sizes = (f"{size}L" for size in (MOST_ROWS, MOST_COLUMNS, LONGEST_CELL, LONGEST_TEXT))
        return _call("preview_variable", string(name), string(folder), *sizes)


def _call(function: str, *arguments: str) -> str:
    """Return a call of a function that may not be there yet."""
    return f"if (!base::is.null({KEPT})) base::evalq({function}({', '.join(arguments)}), {KEPT}) else base::invisible()"


@dataclass(slots=True)
class _Writer:
    """Collects nodes as calls, parts first."""

    nodes: list[str] = field(default_factory=list)
    refused: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, node: Node, path: str, within: str = "") -> int:
        """Add a node and return its number; `path` is for the user, `within` the tag that it has by its place."""
        try:
            kind, *rest = self._words(node, path)
        except Refused as refused:
            self.refused += [(below or path, kind, why, need) for below, kind, why, need in refused.parts]
            return 0
        own, other = _tags(node, within)
        self.nodes.append(f"list({', '.join((string(kind), own, other, *rest, string(path)))})")
        return len(self.nodes)

    def _words(self, node: Node, path: str) -> tuple[str, ...]:
        match node:
            case n.Null():
                return ("null",)
            case n.NA(of=of):
                return "na", string(of)
            case n.Bool(value=value):
                return "bool", "TRUE" if value else "FALSE"
            case n.Int(value=number):
                return "int", string(str(number))
            case n.Float(bits=bits):
                return "float", _number(bits)
            case n.Complex(real=real, imaginary=imaginary):
                return "complex", _number(real), _number(imaginary)
            case n.Text(value=text, data=data):
                return ("text", string(text)) if data is None else ("long_text", _ref(data))
            case n.Bytes(data=ref):
                return "bytes", _ref(ref)
            case n.Date(value=text) | n.Time(value=text):
                return "date" if isinstance(node, n.Date) else "time", string(text)
            case n.DateTime(value=text, zone=zone, offset=offset):
                return "datetime", string(text), string(zone), str(offset or 0)
            case n.Duration(nanoseconds=number):
                return "duration", string(str(number))
            case n.List(items=items, packed=None):
                steps = [f"[{at}]" for at in range(len(items))]
                return "list", self._parts(items, steps, path, "column" if node.of_lists else "")
            case n.List(packed=packed) if packed is not None:
                return _array(packed)
            case n.Dict(keys=keys, items=items, labels=labels):
                parts = self._parts(items, [f"[{key!r}]" for key in keys], path)
                return "dict", _vector(keys), parts, string(labels_to_text(keys, labels))
            case n.Array():
                return _array(node)
            case n.Factor():
                levels = self.add(node.levels, path, "levels")
                return "factor", _ref(node.data), f"{levels}L", "TRUE" if node.ordered else "FALSE"
            case n.Table():
                return self._table(node, path)
            case n.Sparse(layout=layout, shape=(rows, columns)):
                parts = self._parts((node.values, node.rows, node.columns), [""] * 3, path, "column")
                return "sparse", string(layout), f"c({rows}, {columns})", parts
        raise AssertionError

    def _parts(self, items: "tuple[Node, ...]", steps: list[str], path: str, within: str = "") -> str:
        """Add parts and return their numbers."""
        numbers = [self.add(item, path + step, within) for item, step in zip(items, steps, strict=True)]
        return f"c({', '.join(f'{number}L' for number in numbers)})" if numbers else "integer()"

    def _table(self, table: n.Table, path: str) -> tuple[str, ...]:
        index, own = "integer()", "character()"
        shown: tuple[str, ...] = ()
        if (labels := table.index) is not None:
            index = self._parts(labels.columns, [".index"] * len(labels.columns), path, "column")
            shown = shown_names(labels.names, table.names)
            own = f"c({', '.join(f'{key} = {string(value)}' for key, value in index_fields(labels).items())})"
        columns = self._parts(table.columns, [f"[{name!r}]" for name in table.names], path, "column")
        is_nameless = "TRUE" if table.index is not None and table.index.names == (None,) else "FALSE"
        called = string(labels_to_text(table.names, table.labels))
        return "table", str(table.rows), _vector(table.names), columns, index, _vector(shown), is_nameless, own, called


def _number(bits: str) -> str:
    """Return a double as R reads it to the last bit; what is no normal number as its 16 digits."""
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    return number.hex() if 2.0**-900 < abs(number) < 2.0**900 else string(bits)


def _tags(node: Node, within: str) -> tuple[str, str]:
    """Return the tag of R's own and that of another language."""
    tag = node.tag
    if tag.startswith(OWN):
        kind, tab, attributes = tag.removeprefix(OWN).partition("\t")
        return string(f"{kind or within}{tab}{attributes}"), EMPTY
    if tag == "python:int" and isinstance(node, n.Int) and abs(node.value) < 1 << 31:
        # It is an integer in R too.
        tag = ""
    return string(within), string(tag)


def _array(node: n.Array) -> tuple[str, ...]:
    shape = f"c({', '.join(map(str, node.shape))})"
    valid = "NULL" if node.valid is None else _ref(node.valid)
    kind, unit, zone = map(string, (node.dtype.kind, node.dtype.unit, node.dtype.zone))
    return "array", kind, shape, string(node.order), _ref(node.data), valid, unit, zone


def _ref(ref: Ref) -> str:
    return f"c({ref.offset}, {ref.length})"


def _vector(texts: Sequence[str]) -> str:
    return f"c({', '.join(map(string, texts))})" if texts else "character()"


R: Language = RLanguage()
