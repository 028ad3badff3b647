"""The files that a debugger knows cells by, on both sides: paths and line numbers, to the child and back.

JupyterLab names a cell's file by a hash of the cell's text (`Murmur2`, with prefix, suffix and seed from the answer to
`debugInfo`), ipykernel and xeus-python by that of the text which they got. The two differ where a cell has header
lines. Towards the notebook all names have one prefix, the same in all lives of all children.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from struct import iter_unpack

from ...protocol.wire import Json

HASH_METHOD = "Murmur2"
SEED = 0xC70F6907
"""ipykernel's and xeus-python's."""

CELLS_KEPT = 1000
"""Cells with header lines whose functions may still be stepped into: the last so many that ran."""

LINES = ("line", "endLine")

_FACTOR, _MASK = 0x5BD1E995, 0xFFFFFFFF


def murmur2(text: str, seed: int) -> int:
    """Return the 32-bit MurmurHash2 of a text's UTF-8."""
    data = text.encode("utf-8", "replace")
    whole = len(data) & ~3
    hashed = (seed ^ len(data)) & _MASK
    for (word,) in iter_unpack("<I", data[:whole]):
        mixed = word * _FACTOR & _MASK
        mixed = (mixed ^ mixed >> 24) * _FACTOR & _MASK
        hashed = hashed * _FACTOR & _MASK ^ mixed
    if rest := data[whole:]:
        hashed = (hashed ^ int.from_bytes(rest, "little")) * _FACTOR & _MASK
    hashed = (hashed ^ hashed >> 13) * _FACTOR & _MASK
    return hashed ^ hashed >> 15


@dataclass(frozen=True, slots=True)
class Naming:
    """How one side names the files of cells."""

    prefix: str
    suffix: str = ".py"
    seed: int = SEED

    def path(self, text: str) -> str:
        """Return the file of a cell."""
        return f"{self.prefix}{murmur2(text, self.seed)}{self.suffix}"

    def renamed(self, path: str, other: "Naming") -> str:
        """Return a file of this side as the other names it, if both have the same text; others keep their names."""
        if not (path.startswith(self.prefix) and path.endswith(self.suffix)):
            return path
        return f"{other.prefix}{path[len(self.prefix) : len(path) - len(self.suffix)]}{other.suffix}"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as the other side names it."""

    path: str
    cut: int = 0
    """Lines of the notebook's text that the child did not get."""
    code: str | None = None
    """The cell as typed; None where nobody has noted it."""
    text: str = ""
    """The cell as the child has it."""


class SourceFiles:
    """The files of one backend's cells."""

    def __init__(self, front: Naming) -> None:
        """Take how the notebook names files."""
        self.front = front
        self.child: Naming | None = None
        """None while no running child has told it: each has a prefix of its own."""
        self._cells: OrderedDict[str, str] = OrderedDict()
        """What the notebook has -> what the child got, for the last CELLS_KEPT cells."""
        self._texts: Counter[str] = Counter()
        """What the child got -> for how many of these cells."""
        self._unnamed: dict[str, str] = {}
        """Those of them that have no paths yet: hashing every cell that runs would cost time."""
        self._paths: dict[str, tuple[str, str]] = {}
        """What the notebook has -> the paths of the others, here and there."""
        self._to_child: dict[str, SourceFile] = {}
        self._to_front: dict[str, SourceFile] = {}

    def ran(self, code: str, text: str) -> None:
        """Note a cell that the child got as a text; a cell that is the same on both sides needs no note."""
        if code != text or text in self._texts:
            self.dumped(code, text)

    def dumped(self, code: str, text: str) -> None:
        """Note a cell, whether it differs or not."""
        self._forget(code)
        self._cells[code] = self._unnamed[code] = text
        self._texts[text] += 1
        if len(self._cells) > CELLS_KEPT:
            self._forget(next(iter(self._cells)))

    def _forget(self, code: str) -> None:
        """Forget a cell, if it is known, and its paths."""
        text = self._cells.pop(code, None)
        if text is None:
            return
        self._texts[text] -= 1
        if not self._texts[text]:
            del self._texts[text]
        self._unnamed.pop(code, None)
        here, there = self._paths.pop(code, ("", ""))
        self._to_child.pop(here, None)
        if there in self._to_front and self._to_front[there].path == here:
            del self._to_front[there]

    def learn(self, debug_info: Json) -> None:
        """Take the body of the child's answer to `debugInfo`; one that names no files leaves all paths as they are."""
        prefix, suffix, seed = (debug_info.get(key) for key in ("tmpFilePrefix", "tmpFileSuffix", "hashSeed"))
        if isinstance(prefix, str) and prefix and isinstance(suffix, str) and isinstance(seed, int):
            self.child = Naming(prefix, suffix, seed)
        else:
            self.child = self.front
        for names in (self._to_child, self._to_front, self._paths):
            names.clear()
        self._unnamed = dict(self._cells)

    def forget_child(self) -> None:
        """The child has gone; the next one names its files differently."""
        self.child = None

    def to_child(self, path: str) -> SourceFile:
        """Return a file of the notebook's as the child names it; from now on that file is this one."""
        self._name()
        if (found := self._to_child.get(path)) is not None:
            self._to_front[found.path] = SourceFile(path, found.cut, found.code, found.text)
            return found
        return SourceFile(self.front.renamed(path, self.child or self.front))

    def to_front(self, path: str) -> SourceFile:
        """Return a file of the child's as the notebook names it."""
        self._name()
        return self._to_front.get(path) or SourceFile((self.child or self.front).renamed(path, self.front))

    def _name(self) -> None:
        if self.child is None:
            return
        for code, text in self._unnamed.items():
            here, there, cut = self.front.path(code), self.child.path(text), code.count("\n") - text.count("\n")
            self._to_child[here] = SourceFile(there, cut, code, text)
            self._to_front[there] = SourceFile(here, cut, code, text)
            self._paths[code] = here, there
        self._unnamed.clear()

    def arguments_to_child(self, arguments: Json) -> Json:
        """Return the arguments of a request with its source, and the lines in it, as the child has them."""
        source = arguments.get("source")
        if not isinstance(source, dict) or not path_in(arguments):
            return arguments
        file = self.to_child(path_in(arguments))
        changed = {**_shifted(arguments, -file.cut), "source": {**source, "path": file.path}}
        if isinstance(breakpoints := arguments.get("breakpoints"), list):
            changed["breakpoints"] = [_shifted(one, -file.cut) if isinstance(one, dict) else one for one in breakpoints]
        if isinstance(lines := arguments.get("lines"), list):
            changed["lines"] = [_moved(line, -file.cut) for line in lines]
        return changed

    def to_front_in(self, item: Json, cut: int = 0) -> Json:
        """Return an object of the child's with the sources and lines in it as the notebook has them.

        `cut` is for lines that have no source with them.
        """
        changed = dict(item)
        source = item.get("source")
        if isinstance(source, str):
            file = self.to_front(source)
            cut, changed["source"] = file.cut, file.path
        elif isinstance(source, dict) and path_in(item):
            file = self.to_front(path_in(item))
            cut, changed["source"] = file.cut, {**source, "path": file.path}
        for key, value in changed.items():
            if isinstance(value, dict) and key != "source":
                changed[key] = self.to_front_in(value, cut)
            elif isinstance(value, list):
                changed[key] = [self.to_front_in(one, cut) if isinstance(one, dict) else one for one in value]
        return _shifted(changed, cut)


def path_in(item: Json) -> str:
    """Return the path of an object's source, or the empty string."""
    source = item.get("source")
    path = source.get("path") if isinstance(source, dict) else None
    return path if isinstance(path, str) else ""


def _shifted(item: Json, by: int) -> Json:
    return {**item, **{key: _moved(item[key], by) for key in LINES if key in item}}


def _moved(line: object, by: int) -> object:
    """Return a line number elsewhere; a breakpoint on a line that was cut goes to the first that was not."""
    return max(1, line + by) if isinstance(line, int) else line
