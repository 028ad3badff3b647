"""Makes Python values of nodes, which the front has checked: what every kind needs. The kinds are in `import_kinds`."""

from collections.abc import Callable, Iterator
from typing import Any

from .files import Path, Refused, Tags, read, read_parts

Node = dict[str, Any]
OWN = "python:"


class Importer:
    """Makes values, and collects the tags of other languages."""

    def __init__(self, folder: str, kinds: "Kinds") -> None:
        """Take the folder with the data file, and what makes the value of each kind of node."""
        self._folder = folder
        self._kinds = kinds
        self.tags: Tags = {}

    def value(self, node: Node, path: Path = ()) -> Any:
        """Return the value of a node; Refused where Python has none."""
        return self._kinds[node["t"]](self, node, self.note(node, path), path)

    def note(self, node: Node, path: Path) -> str:
        """Return a node's tag of Python's own, and remember one of another language."""
        tag = str(node.get("as", ""))
        if tag.startswith(OWN):
            return tag[len(OWN) :]
        if tag:
            self.tags[path] = tag
        return ""

    def values(self, nodes: list[Node], path: Path) -> list[Any]:
        """Return the values of the parts of a container."""
        values = []
        for position, node in enumerate(nodes):
            try:
                values.append(self.value(node, (*path, position)))
            except Refused as refused:
                raise refused.below(f"[{position}]") from None
        return values

    def read(self, ref: list[int]) -> bytearray:
        """Return bytes of the data file."""
        return read(self._folder, ref)

    def read_parts(self, ref: list[int]) -> Iterator[bytearray]:
        """Read texts that are joined by 0xFF, some at a time."""
        return read_parts(self._folder, ref)

    def texts(self, ref: list[int], count: int) -> list[str]:
        """Return texts that are joined by 0xFF; Refused for what is no UTF-8, or not so many."""
        if not count:
            return []
        found: list[str] = []
        try:
            for raw in self.read_parts(ref):
                if b"\0" in raw:
                    found += [part.decode("utf-8") for part in raw.split(b"\xff")]
                else:
                    found += raw.replace(b"\xff", b"\0").decode("utf-8").split("\0")
        except UnicodeDecodeError:
            raise Refused("text", "is no UTF-8") from None
        if len(found) != count:
            raise Refused("text", f"has {len(found)} elements instead of {count}")
        return found


Kinds = dict[str, Callable[[Importer, Node, str, Path], Any]]
"""Kind of a node -> what makes its value, given the node, its tag of Python's own, and its path."""
