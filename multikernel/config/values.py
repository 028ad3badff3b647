"""A YAML node and its path: read as text, list or mapping, or reported as a mistake with line and column."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import yaml

from ..core.wording import did_you_mean, nearest, quote, shorten
from .mistakes import Mistake
from .yaml_nodes import position

YAML_TAG = "tag:yaml.org,2002:"
PLAIN_STEP = re.compile(r"[A-Za-z0-9_.+#-]+")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
"""A number that means the same in YAML 1.1, YAML 1.2 and JSON: not octal 010, not 1:30, not 1_000."""
NOT_IN_TEXT = re.compile("[\0\ud800-\udfff]")
"""What neither a process's environment nor a message can hold; escapes such as "\\0" can produce it."""

MEANINGS = {
    "int": "a number",
    "float": "a number",
    "bool": "a boolean",
    "timestamp": "a date",
    "null": "an empty value",
}
BOOLS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What YAML 1.1 reads unquoted text as."""


@dataclass(frozen=True, slots=True)
class Value:
    """A node, its path, and the list to which its mistakes go."""

    node: yaml.Node
    path: str
    mistakes: list[Mistake]
    is_secret: bool = False
    """What it is may not be shown: a cell's error is saved with its notebook."""

    def in_secret(self) -> "Value":
        """Return the same value, whose text and whose parts no mistake shows."""
        return replace(self, is_secret=True)

    @property
    def line(self) -> int:
        """The line on which it begins, counted from 1."""
        return position(self.node.start_mark)[0]

    @property
    def type(self) -> str:
        """One of map, seq, str, or what YAML 1.1 reads unquoted text as: bool, int, float, null, timestamp …."""
        if isinstance(self.node, yaml.ScalarNode):
            return self.node.tag.removeprefix(YAML_TAG)
        return "map" if isinstance(self.node, yaml.MappingNode) else "seq"

    @property
    def is_missing(self) -> bool:
        """Whether there is no value at all."""
        return self.type == "null" and self.node.value == ""

    def wrong(self, what: str) -> None:
        """Record a mistake."""
        self.mistakes.append(Mistake(*position(self.node.start_mark), self.path, what))

    def is_not(self, wanted: str) -> None:
        """Record that something else is expected here."""
        text = "no value: add one or remove the key" if self.is_missing else f"expected {wanted}, not {self._found()}"
        self.wrong(text)

    def _found(self) -> str:
        """Return what this is, in words."""
        match self.type:
            case "map":
                return "a mapping"
            case "seq":
                return "a list"
            case "str":
                return "text" if self.is_secret else f"the text {quote(self.node.value)}"
            case _:
                return "something else" if self.is_secret else shorten(self.node.value)

    def number_as_written(self) -> str | None:
        """Return an unquoted decimal number, or None if this is something else, which is not a mistake yet."""
        node = self.node
        plain = isinstance(node, yaml.ScalarNode) and node.style is None and DECIMAL.fullmatch(node.value)
        return str(node.value) if plain else None

    def text(self) -> str | None:
        """Return the text, or None after a mistake, such as missing quotes around what YAML reads as something else."""
        value = self.node.value
        if self.type in ("map", "seq") or self.is_missing:
            self.is_not("text")
        elif self.type != "str":
            meaning = BOOLS.get(value.lower()) or MEANINGS.get(self.type, "a special key")
            quoted = "" if self.is_secret else f", '{shorten(value)}'"
            self.wrong(
                f"YAML reads {'this' if self.is_secret else shorten(value)} as {meaning}: put it in quotes{quoted}"
            )
        elif found := NOT_IN_TEXT.search(value):
            self.wrong(f"text cannot contain the character U+{ord(found.group()):04X}")
        else:
            return str(value)
        return None

    def items(self, wanted: str) -> list["Value"]:
        """Return the items of a list; none after a mistake."""
        if self.type == "seq":
            return [replace(self, node=node, path=f"{self.path}[{i}]") for i, node in enumerate(self.node.value)]
        self.is_not(wanted)
        return []

    def entries(self, wanted: str) -> dict[str, "Entry"]:
        """Return the entries of a mapping in their order, without those whose key is a mistake."""
        entries: dict[str, Entry] = {}
        if self.type != "map":
            self.is_not(wanted)
            return entries
        for key_node, value_node in self.node.value:
            key = Value(key_node, self._path_to(key_node), self.mistakes)
            name = _text_of_key(key)
            if name in entries:
                key.wrong(f"duplicate key, first on line {entries[name].key.line}: remove one of them")
            elif name is not None:
                entries[name] = Entry(key, replace(self, node=value_node, path=key.path))
        return entries

    def known_entries(self, wanted: str, known: Collection[str], hints: Mapping[str, str]) -> dict[str, "Entry"]:
        """Return the entries of a mapping with a fixed set of keys; `hints` has more to say about some other keys.

        A misspelt key counts as the one that was meant, so that it is not reported as missing and its value is checked.
        """
        entries = self.entries(wanted)
        for name in [name for name in entries if name not in known]:
            entry = entries.pop(name)
            meant = nearest(name, known)
            if name in hints:
                entry.key.wrong(hints[name])
            elif meant is not None:
                entry.key.wrong(f"unknown key{did_you_mean(meant)}")
                entries.setdefault(meant, entry)
            elif ":" in name:
                entry.key.wrong("unknown key: is a space missing after the ':'?")
            else:
                entry.key.wrong(f"unknown key; the keys are {', '.join(known)}")
        return entries

    def _path_to(self, key: yaml.Node) -> str:
        step = "?"
        if isinstance(key, yaml.ScalarNode):
            # `{TOKEN=abc}` is a key, too.
            text = re.sub("=.*", "=…", key.value, flags=re.DOTALL) if self.is_secret else key.value
            step = shorten(text) if PLAIN_STEP.fullmatch(text) else quote(text)
        return f"{self.path}.{step}" if self.path else step


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value, with the same path."""

    key: Value
    value: Value


def _text_of_key(key: Value) -> str | None:
    """Return the text of a key, or None after a mistake."""
    if key.type == "merge":
        key.wrong("merge keys are not supported: write out the keys that << would copy")
    elif key.is_missing:
        key.wrong("there is no key before this ':'")
    else:
        return key.text()
    return None
