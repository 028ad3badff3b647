"""Writes a Python value as a tree of nodes: what every kind of value needs. The kinds are in `export_kinds`."""

import sys
from collections.abc import Callable, Iterable
from typing import Any, Optional

from ..advice import Step
from ..files import Data, Refused, type_name
from ..memory import Origin

DEEPEST = 95

Node = dict[str, Any]


class Exporter:
    """Makes nodes, puts buffers into the data file, and collects what cannot be exported."""

    def __init__(self, data: Data, kinds: "Kinds", libraries: "dict[str, Callable[[], Kinds]]") -> None:
        """Take the data file, what makes the node of each type, and what returns that for the types of a library."""
        self.data = data
        self._kinds = kinds
        self._libraries = libraries
        self._steps: list[Step] = []
        self.refused: list[tuple[list[Step], Refused]] = []
        """The parts that cannot be exported, with the way to them."""

    def value(self, value: Any, origin: Optional[Origin]) -> Node:
        """Return the node of a whole value; there may be `refused` parts in it then."""
        return self.part(("", None), value, origin)

    def node(self, value: Any, origin: Optional[Origin] = None) -> Node:
        """Return the node of a value; Refused for what has none."""
        if len(self._steps) > DEEPEST:
            raise Refused(type_name(value), f"is more than {DEEPEST} levels deep, or contains itself")
        kind = type(value)
        export = self._kinds.get(kind) or self._of_library(kind) or self._kinds[object]
        node = export(self, value, origin)
        if origin is not None and origin.tag and origin.fits(value):
            node["as"] = origin.tag
        return node

    def part(self, step: Step, value: Any, origin: Optional[Origin] = None) -> Node:
        """Return the node of a part of a value; what cannot be exported is noted, and null stands for it."""
        return self.at(step, lambda: self.node(value, origin))

    def at(self, step: Step, export: Callable[[], Node]) -> Node:
        """Return what exports a part of a value; what cannot be exported is noted, and null stands for it."""
        self._steps.append(step)
        try:
            return export()
        except Refused as refused:
            self.refused.append((list(self._steps), refused))
            return {"t": "null"}
        finally:
            self._steps.pop()

    def parts(self, how: str, values: Iterable[Any], origin: Optional[Origin] = None, count: int = -1) -> list[Node]:
        """Return the nodes of the elements of a sequence; `how` is the kind of steps to them."""
        origins = origin.of_list(count) if origin is not None else {}
        return [self.part((how, at), value, origins.get(at)) for at, value in enumerate(values)]

    def _of_library(self, kind: type) -> "Optional[Kind]":
        package = kind.__module__.partition(".")[0] if isinstance(kind.__module__, str) else ""
        if package not in self._libraries or package not in sys.modules:
            return None
        self._kinds.update(self._libraries[package]())
        return self._kinds.get(kind)


Kind = Callable[[Exporter, Any, Optional[Origin]], Node]
Kinds = dict[type, Kind]
"""Exact type -> what makes its node; `object` stands for all others."""
