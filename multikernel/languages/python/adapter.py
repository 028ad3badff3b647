"""Python: the package `child` becomes one named `_multikernel` in the child."""

import keyword
from functools import cached_property
from importlib.resources import files

from ..language import Language
from ..values.as_json import write
from ..values.nodes import Node

PACKAGE = "_multikernel"
MODULES = [
    "files",
    "encoding",
    "zones",
    "memory",
    "settings",
    "listing",
    "advice",
    "exporter",
    "export_times",
    "export_plain",
    "export_numpy",
    "export_arrow",
    "export_columns",
    "export_index",
    "export_pandas",
    "export_kinds",
    "importer",
    "import_lists",
    "import_numpy",
    "import_times",
    "import_plain",
    "import_arrow",
    "import_columns",
    "import_pandas",
    "import_kinds",
    "calls",
]
"""Each after those that it imports."""

LOADER = """
import sys, types

def load(package, sources):
    for name, source in sources:
        full = package + "." + name if name else package
        module = types.ModuleType(full)
        module.__package__ = package
        if not name:
            module.__path__ = []
        exec(compile(source, "<frozen multikernel " + name + ">", "exec"), module.__dict__)
        sys.modules[full] = module
        if name:
            setattr(sys.modules[package], name, module)

load(PACKAGE, SOURCES)
"""


class Python:
    """The adapter for Python, whichever kernel runs it."""

    name = "Python"

    @cached_property
    def library(self) -> str:
        """Code that makes the package in the child."""
        folder = files("multikernel.languages.python") / "child"
        sources = [("", "")] + [(name, (folder / f"{name}.py").read_text("utf-8")) for name in MODULES]
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

    def import_code(self, name: str, value: Node, folder: str) -> str:
        """Return code that makes a variable; what cannot be shows in the child, which knows what is installed."""
        write(value, folder)
        return self._call("import_variable", name, folder)

    def variables_code(self, folder: str) -> str:
        """Return code that lists the user's variables."""
        return self._call("list_variables", folder)

    @staticmethod
    def _call(function: str, *arguments: str) -> str:
        """Return a call, for a package that may not be there yet; it needs no name but `__import__`."""
        module = f"__import__('sys').modules.get('{PACKAGE}.calls')"
        call = f"{module}.{function}(__import__('sys').modules['__main__'].__dict__, "
        return f"{module} and {call}{', '.join(map(ascii, arguments))}) or None"


PYTHON: Language = Python()
