"""Python: the package `child` becomes one named `_multikernel` in the child."""

import keyword
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

from ..language import LONGEST_CELL, LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Incoming, Language
from ..values.as_json import write
from ..values.nodes import Node
from .remedies import statement

PACKAGE = "_multikernel"

LOADER = """
import importlib.machinery, sys

class Library:
    def find_spec(self, name, path=None, target=None):
        if name in SOURCES:
            return importlib.machinery.ModuleSpec(name, self, is_package=SOURCES[name][0])

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        exec(compile(SOURCES[name][1], "<frozen multikernel " + name + ">", "exec"), module.__dict__)

library = Library()
sys.meta_path.insert(0, library)
try:
    modules = {name: importlib.import_module(name) for name in SOURCES}
finally:
    sys.meta_path.remove(library)
modules[PACKAGE + ".hooks"].withhold()
"""


class Python:
    """The adapter for Python, whichever kernel runs it."""

    name = "Python"
    keeps_labels = True
    reads_data = False

    def library_code(self, folder: str) -> str:
        """Return code that makes the package in the child."""
        return self._library

    @cached_property
    def _library(self) -> str:
        sources = dict(_sources(PACKAGE, files("multikernel.languages.python") / "child"))
        code = f"PACKAGE = {PACKAGE!r}\nSOURCES = {sources!r}\n{LOADER}"
        return f"exec({code!a}, {{}})"

    def refuses_name(self, name: str) -> str:
        """Say why a text is no identifier of Python's."""
        if keyword.iskeyword(name):
            return "is a keyword of Python's"
        return "" if name.isidentifier() else "is no identifier in Python"

    def export_code(self, name: str, folder: str) -> str:
        """Return code that writes a variable's value."""
        return self._call("export_variable", name, folder)

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write a value; what cannot be shows in the child, which knows what is installed."""
        write(value, folder)

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> str:
        """Return code that makes variables."""
        return self._call("import_variables", [(each.name, each.folder) for each in values], is_trial)

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes of a part of a variable what a target needs; empty if none is known."""
        return statement(need, value, name, path)

    def variables_code(self, folder: str) -> str:
        """Return code that lists the user's variables."""
        return self._call("list_variables", folder)

    def preview_code(self, name: str, folder: str) -> str:
        """Return code that writes the beginning of a variable's value."""
        return self._call("preview_variable", name, folder, MOST_ROWS, MOST_COLUMNS, LONGEST_CELL, LONGEST_TEXT)

    @cached_property
    def _without_hooks(self) -> str:
        """Code for a child that lacks the package, so that no hook of the user's is called then either."""
        source = (files("multikernel.languages.python") / "child" / "hooks.py").read_text("utf-8")
        return f"exec({source + 'withhold()'!a}, {{}})"

    def _call(self, function: str, *arguments: object) -> str:
        """Return a call, for a package that may not be there yet; it needs no name but `__import__` and `exec`."""
        module = f"__import__('sys').modules.get('{PACKAGE}.calls')"
        call = (
            f"{module}.{function}(__import__('sys').modules['__main__'].__dict__, {', '.join(map(ascii, arguments))})"
        )
        return f"{call} if {module} else {self._without_hooks}"


PYTHON: Language = Python()


def _sources(package: str, folder: Traversable) -> Iterator[tuple[str, tuple[bool, str]]]:
    """Return the names of all modules in a folder, whether each is a package, and their sources."""
    for entry in folder.iterdir():
        name, _, ending = entry.name.rpartition(".")
        if entry.is_dir():
            yield from _sources(f"{package}.{entry.name}", entry)
        elif entry.name == "__init__.py":
            yield package, (True, entry.read_text("utf-8"))
        elif ending == "py":
            yield f"{package}.{name}", (False, entry.read_text("utf-8"))
