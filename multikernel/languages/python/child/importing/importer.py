"""Makes Python values of nodes, which the front has checked: what every kind needs. The kinds are in `import_kinds`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..files import Refused, read, read_parts

Node = dict[str, Any]
OWN = "python:"


class Importer:
    """Makes values."""

    def __init__(self, folder: str, kinds: "Kinds") -> None:
        """Take the folder with the data file, and what makes the value of each kind of node."""
        self._folder = folder
        self._kinds = kinds
        self.refused: list[Refused] = []
        """The parts that Python cannot have; None stands for them."""

    def value(self, node: Node) -> Any:
        """Return the value of a node; Refused where Python has none.

        A tag says what the value once was. If that cannot be made of what it is now, it is what it is without.
        """
        make, tag, before = self._kinds[node["t"]], own_tag(node), len(self.refused)
        try:
            return make(self, node, tag)
        except Refused:
            raise
        except Exception:
            if not tag:
                raise
            del self.refused[before:]
            return make(self, node, "")

    def parts(self, keys: Iterable[Any], nodes: list[Node]) -> list[Any]:
        """Return the values of the parts of a container, of which each has a key."""
        return [self.part(key, self.value, node) for key, node in zip(keys, nodes)]

    def part(self, key: Any, make: Callable[..., Any], *arguments: Any) -> Any:
        """Return what makes a part of a container; what Python cannot have is noted."""
        before = len(self.refused)
        try:
            value = make(*arguments)
        except Refused as refused:
            self.refused.append(refused)
            value = None
        for noted in self.refused[before:]:
            noted.below(f"[{key!r}]")
        return value

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
            raise Refused("text", "is not UTF-8") from None
        if len(found) != count:
            raise Refused("text", f"has {len(found)} elements instead of {count}")
        return found


def own_tag(node: Node) -> str:
    """Return a node's tag of Python's own, or the empty string."""
    tag = str(node.get("as", ""))
    return tag[len(OWN) :] if tag.startswith(OWN) else ""


Kinds = dict[str, Callable[[Importer, Node, str], Any]]
"""Kind of a node -> what makes its value, given the node and its tag of Python's own."""
