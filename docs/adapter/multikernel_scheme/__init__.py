"""Variables of Calysto Scheme: what its kernel needs to take part in `%%scheme -i x -o y`.

This half runs in Multi. It returns code for the child, and refuses what Scheme has no counterpart for.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from multikernel.languages.language import Incoming, Refused
from multikernel.languages.values import nodes as n
from multikernel.languages.values.as_json import write
from multikernel.languages.values.nodes import Node
from multikernel.languages.values.walk import every

CHILD = "_multikernel_scheme"
"""Name of the module that the other half becomes in the child."""

IDENTIFIER = re.compile(r"[A-Za-z!$%&*/:<=>?^_~][A-Za-z0-9!$%&*/:<=>?^_~+.@-]*")
LISTED = ("b1", "i8", "f8", "text")
"""Types of elements that a list may be packed of, which `child.py` can unpack."""

SYNTAX = frozenset(
    {"and", "begin", "case", "cond", "define", "do", "else", "if", "lambda", "let", "or", "quote", "set!"}
)


class Scheme:
    """The adapter, as `multikernel.languages.language.Language` describes it."""

    name = "Scheme"

    def library_code(self, folder: str) -> str:
        """Return code that makes a module of `child.py`. Calysto Scheme is written in Python, so that is in Python."""
        source = Path(__file__).with_name("child.py").read_text("utf-8")
        load = (
            "import sys, types\n"
            f"module = sys.modules[{CHILD!r}] = types.ModuleType({CHILD!r})\n"
            f"exec({source!a}, module.__dict__)"
        )
        return f"(python-exec {quoted(f'exec({load!a}, {{}})')})"

    def refuses_name(self, name: str) -> str:
        """Say why a text cannot be the name of a variable."""
        if name in SYNTAX:
            return "is syntax of Scheme"
        return "" if IDENTIFIER.fullmatch(name) else "is no identifier of Scheme"

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes a variable's value. Without the library nothing is written, so Multi loads that."""
        export = call("export_variable", quoted(name), name, quoted(folder))
        return f"(try {export} (catch e {call('answer_missing', quoted(folder))}))"

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write a value into a folder; Refused if there is no Scheme for it, or for a part of it."""
        refused = [
            (path, type(node).__name__.lower(), why, "") for path, node in every(value) if (why := why_not(node))
        ]
        if refused:
            raise Refused.of(refused)
        write(value, folder)

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Return code that makes all values, and then, unless it is a trial, variables of them."""
        folders = " ".join(quoted(each.folder) for each in values)
        names = " ".join(quoted(each.name) for each in values)
        made = call("make_values", f"(list {names})", f"(list {folders})")
        definitions = (
            "" if is_trial else " ".join(f"(define {each.name} {call('value', quoted(each.name))})" for each in values)
        )
        return f"(begin {made} {definitions} {call('answer_done', quoted(values[0].folder))})"

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return what to run in Scheme for a target that has no counterpart for a part of a value: nothing is known."""
        return ""

    def variables_code(self, folder: str) -> str:
        """Return code that lists the user's variables."""
        return call("list_variables", quoted(folder))


def call(function: str, *arguments: str) -> str:
    """Return Scheme that calls a function of `child.py`."""
    found = f"__import__('sys').modules['{CHILD}'].{function}"
    return f"((python-eval {quoted(found)}) {' '.join(arguments)})"


def quoted(text: str) -> str:
    """Return a Scheme string. JSON's escapes of ASCII text are Scheme's too, but for these, which are not in ours."""
    assert text.isascii()
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def why_not(node: Node) -> str:
    """Say why a node cannot enter, apart from the nodes below it."""
    match node:
        case n.Bool() | n.Int() | n.Float() | n.Complex() | n.Text() | n.List(packed=None):
            return ""
        case n.List(packed=n.Array(dtype=n.Dtype(kind=kind), valid=None)) if kind in LISTED:
            return ""
        case n.Array():
            return "has no counterpart in Scheme; send a list"
        case _:
            return "has no counterpart in Scheme"


SCHEME = Scheme()

__all__ = ["SCHEME"]
