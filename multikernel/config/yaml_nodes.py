"""Turns the bytes of a multikernel.yaml into one tree of YAML nodes, or into a sentence on why it cannot be read.

PyYAML composes the nodes; nothing is ever constructed from them, so no tag can create an object. Limits on bytes, depth
and values keep a hostile file cheap: aliases are never expanded, only counted as if they were.
"""

import codecs
import re

import yaml

from ..core.wording import quote, shorten
from .mistakes import Mistake

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_VALUES = 10_000

EXAMPLE = "backends: {python: {kernel: python3}}"
NULL = "tag:yaml.org,2002:null"
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What PyYAML counts as the end of a line (YAML 1.1, 5.4)."""

SENTENCES = (
    (r"found character '\\t'", "YAML does not allow a tab here: use spaces"),
    (r"found character '(.)' that cannot start", "text that begins with {0} needs quotes"),
    (r"while scanning an alias", "text that begins with * needs quotes"),
    (r"while scanning an anchor", "text that begins with & needs quotes"),
    (r"found undefined alias '(.*)'", "there is no anchor &{0} for *{0}; text that begins with * needs quotes"),
    (r"second occurrence", "this anchor is already defined: choose another name"),
    (r"mapping values are not allowed", "unexpected ':': check the indentation, the quotes and the line above"),
    (r"expected <block end>, but found '<scalar>'", "unexpected text: is there a quote inside quotes?"),
    (r"expected (<block end>|'<document start>')", "unexpected content: check the indentation"),
    (r"expected ',' or '(.)', but got '(?!<stream end>)", "a ',' or '{0}' is missing before this"),
    (r"unknown escape character '(.+)'", "\\{0} is not a valid escape: double the backslash, or use single quotes"),
    (r"expected the node content, but found '(\W)'", "unexpected '{0}': is something missing before it?"),
    (r"found another document", "a second document begins here: write a single one, without ---"),
)
"""PyYAML's messages -> what they mean to the author of a config; the first match is used."""

SENTENCES_AT_BEGIN = (
    (r"scanning a quoted scalar.*end of stream", "this quote is never closed"),
    (r"expected ',' or '(.)', but got '<stream end>'", "this bracket is never closed: '{0}' is missing"),
)
"""The same, for mistakes that are best shown where the construct begins."""


class _Unreadable(Exception):
    """The file cannot be read any further."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        self.mistake = Mistake(line, column, "", what)


def compose(file_bytes: bytes, mistakes: list[Mistake]) -> yaml.Node | None:
    """Return the root of the only document, or None if it cannot be read; mistakes are added to `mistakes`."""
    try:
        return _compose(_decode(file_bytes), mistakes)
    except _Unreadable as unreadable:
        mistakes.append(unreadable.mistake)
        return None


def position(mark: yaml.Mark) -> tuple[int, int]:
    """Return line and column of a mark, counted from 1."""
    return mark.line + 1, mark.column + 1


def _decode(file_bytes: bytes) -> str:
    """Return the text of a file that is short enough and in UTF-8 without a byte-order mark."""
    if len(file_bytes) > MAX_BYTES:
        raise _Unreadable(f"the file is larger than 256 KiB ({MAX_BYTES} bytes)")
    if file_bytes[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in file_bytes[:4]:
        raise _Unreadable("this is UTF-16, UTF-32 or not text: save the file as UTF-8")
    if file_bytes.startswith(codecs.BOM_UTF8):
        raise _Unreadable("the file begins with a byte-order mark: save it as UTF-8 without one")
    try:
        text = file_bytes.decode()
    except UnicodeDecodeError as error:
        line, column = _position_of_end(file_bytes[: error.start].decode())
        byte = f"0x{file_bytes[error.start]:02X}"
        raise _Unreadable(f"byte {byte} is not UTF-8: save the file as UTF-8", line, column) from None
    if found := yaml.SafeLoader.NON_PRINTABLE.search(text):
        line, column = _position_of_end(text[: found.start()])
        character = f"U+{ord(found.group()):04X}"
        raise _Unreadable(f"YAML does not allow the character {character}: remove it", line, column)
    return text


def _position_of_end(text: str) -> tuple[int, int]:
    lines = LINE_BREAK.split(text)
    return len(lines), len(lines[-1]) + 1


def _compose(text: str, mistakes: list[Mistake]) -> yaml.Node:
    loader = _Loader(text, mistakes)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _translated(error) from None
    except (ValueError, OverflowError):  # PyYAML 6.0 at "\U00110000", and at a %YAML of 5000 digits
        raise _Unreadable("this number is too large", *position(loader.get_mark())) from None
    if root is None or root.tag == NULL:
        raise _Unreadable(f"the file is empty: add for example {EXAMPLE}, or delete it")
    return root


def _translated(error: yaml.MarkedYAMLError) -> _Unreadable:
    """Return what a YAML error means, at the position to look at."""
    raw = f"{error.context or ''} {error.problem or ''}".strip()
    for sentences, mark in ((SENTENCES_AT_BEGIN, error.context_mark), (SENTENCES, error.problem_mark)):
        for pattern, sentence in sentences:
            if found := re.search(pattern, raw):
                assert mark is not None
                return _Unreadable(sentence.format(*map(shorten, found.groups())), *position(mark))
    assert error.problem_mark is not None
    return _Unreadable(f"not valid YAML: {shorten(raw, 200)}", *position(error.problem_mark))


class _Loader(yaml.SafeLoader):
    """Composes nodes within limits, and records each explicit tag as a mistake."""

    def __init__(self, text: str, mistakes: list[Mistake]) -> None:
        super().__init__(text)
        self._mistakes = mistakes
        self._depth = 0
        self._values = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node:
        """Return the next node (see `yaml.composer`); an alias is the very node that it refers to."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line, column = position(event.start_mark)
        values_before = self._values
        if self._depth == MAX_DEPTH:
            raise _Unreadable(f"nested more than {MAX_DEPTH} levels deep; a config needs 4", line, column)
        self._depth += 1
        node = super().compose_node(parent, index)
        assert node is not None
        self._depth -= 1
        if isinstance(event, yaml.AliasEvent):
            if node not in self._sizes:
                raise _Unreadable(f"*{shorten(str(event.anchor))} refers to something that contains it", line, column)
            self._values += self._sizes[node]
        else:
            self._values += 1
            self._sizes[node] = self._values - values_before
            if event.tag is not None:
                self._refuse_tag(node, event.tag, line, column)
        if self._values > MAX_VALUES:
            raise _Unreadable(f"more than {MAX_VALUES} values, counting every alias in full", line, column)
        return node

    def _refuse_tag(self, node: yaml.Node, tag: str, line: int, column: int) -> None:
        shown = quote(tag.replace("tag:yaml.org,2002:", "!!"))
        self._mistakes.append(Mistake(line, column, "", f"the tag {shown} is not allowed: remove it"))
        if isinstance(node, yaml.ScalarNode):
            plain = node.style is None
            node.tag = self.resolve(yaml.ScalarNode, node.value, (plain, False))  # type: ignore[no-untyped-call]
