"""bash: text, and arrays of it.

The kernel feeds bash through a terminal, line by line, 50 ms each, and cuts lines at 4095 bytes. So one line is typed,
which sources a file, and import code is a script in the value's folder.

A value that came from another language goes back as it came as long as its text is the same: the associative array
`__multikernel__` holds for each name what `declare -p` said of it, the manifest, and the data as a format of printf's.
"""

import os
import re
import shlex
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from ..language import ANSWER, DATA, LONGEST_CELL, LONGEST_TEXT, MOST_ROWS, Incoming, Refused, Script
from ..values import nodes as n
from ..values.as_json import to_text
from ..values.nodes import SIZES, Node, Ref
from ..values.words import words
from .quoting import format_of, quoted

CHILD = Path(__file__).with_name("child")
SCRIPT = "transfer.sh"
PRELUDE = "prelude.sh"
VALUE = "value.sh"
IMPORT = "import.sh"
ENVIRONMENT = "environment"
PREVIEW_SIZES = "sizes"

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OWN = re.compile(
    r"BASH.*|COMP_.*|DIRSTACK|EPOCH(REALTIME|SECONDS)|EUID|FUNCNAME|GROUPS|HISTCMD|LINENO|OPTIND|PIPESTATUS|PPID|"
    r"POSIXLY_CORRECT|PROMPT_COMMAND|PS[0-4]|READLINE_.*|RANDOM|SECONDS|SHELLOPTS|SRANDOM|UID|_|__multikernel_.*"
)
"""Variables that bash or its kernel sets or reads itself: what is assigned to them is not what they hold."""

ATTRIBUTES = re.compile(r"bash:(?:text|(integer)|list|associative|indexed)(?: -([ilucrtx]+))?")
"""The end of a tag are the attributes that a variable has had in bash."""

MOST_SHOWN = 5
"""Parts that cannot be in bash that a refusal names."""

FORMATS = {"i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}
FORMATS |= {"f2": "e", "f4": "f", "f8": "d"}
R_NA = {"7ff00000000007a2", "7ff80000000007a2"}
"""Bits of a number of which R makes no text."""

NO_NUL = "has a NUL, which no text in bash can have"
NONE = "has no counterpart in bash"
OF_ONE_DIMENSION = "cannot be in bash, whose arrays have one dimension"
ALONE = "cannot be in bash, whose arrays hold only texts"
NULLS = "has missing values, which bash cannot represent"


class Bash:
    """The adapter."""

    name = "bash"
    assignment = "{name}=${{{value}}}"

    def refuses_name(self, name: str) -> str:
        """Return why a text cannot be a variable, or the empty string."""
        if not IDENTIFIER.fullmatch(name):
            return "is no identifier of bash"
        return "is a variable of bash's own" if OWN.fullmatch(name) else ""

    def library_code(self, folder: str) -> str:
        """Return nothing: each call brings what it needs."""
        return ""

    def export_code(self, name: str, folder: str) -> Script:
        """Return code that writes the value of a variable."""
        return _call("export", folder, name)

    def write(self, name: str, value: Node, folder: str) -> None:
        """Write a script into the folder that makes a variable; Refused."""
        data = Path(folder, DATA)
        content = data.read_bytes() if data.exists() else b""
        script = _script(name, _assignment(name, value, content), to_text(value), content)
        Path(folder, VALUE).write_text(script, "ascii")

    def import_code(self, values: Sequence[Incoming], *, is_trial: bool) -> Script:
        """Return code that runs a script, which makes all variables."""
        folder = values[0].folder
        return _script_call("import", folder, "", {IMPORT: _import(values, folder, is_trial).encode()})

    def remedy(self, need: str, value: Node, name: str, path: str) -> str:
        """Return a statement that makes text of integers, and of what leaves as it came from elsewhere."""
        is_integer = isinstance(value, n.Int) or "i" in value.tag.partition(" -")[2]
        return f"declare +i {name}" if is_integer else f"unset '__multikernel__[{name}]'"

    def variables_code(self, folder: str) -> Script:
        """Return code that lists the variables which Multi's own environment does not have."""
        names = (name for name in os.environ if IDENTIFIER.fullmatch(name))
        return _call("variables", folder, "", {ENVIRONMENT: "".join(f"{name}\n" for name in names).encode("ascii")})

    def preview_code(self, name: str, folder: str) -> Script:
        """Return code that writes the beginning of a variable's value."""
        sizes = f"{MOST_ROWS} {LONGEST_CELL} {LONGEST_TEXT}\n"
        return _call("preview", folder, name, {PREVIEW_SIZES: sizes.encode("ascii")})


def _call(action: str, folder: str, name: str = "", files: Mapping[str, bytes] | None = None) -> Script:
    """Return a call of a script of the name of an action, which reads files."""
    own = {each: _source(each) for each in (PRELUDE, f"{action}.sh")}
    return _script_call(action, folder, name, own | dict(files or {}))


def _script_call(action: str, folder: str, name: str, files: Mapping[str, bytes]) -> Script:
    script = shlex.quote(f"{folder}/{SCRIPT}")
    code = f". {script} {action} {shlex.quote(folder)} {name}".rstrip()
    return Script(code, {SCRIPT: _source(SCRIPT), **files})


@cache
def _source(name: str) -> bytes:
    return (CHILD / name).read_bytes()


def _script(name: str, assignment: str, tree: str, content: bytes) -> str:
    """Return a script that makes a variable, in place of one of the name; if that is exported, so is the new one."""
    return rf"""\builtin declare -gA __multikernel__
if [[ -R {name} ]]; then \builtin unset -n {name}; fi
if ( [[ "$(\builtin declare -p {name} 2>/dev/null)" =~ ^declare\ -[a-zA-Z]*x ]] ); then
  __multikernel__['{name} export']=1
fi
\builtin unset -v {name}
{assignment}
if [[ "${{__multikernel__['{name} export']-}}" ]]; then
  \builtin export {name}
  \builtin unset -v "__multikernel__[{name} export]"
fi
__multikernel__['{name}']=$(LC_ALL=C; \builtin declare -p {name})
__multikernel__['{name} json']={quoted(tree)}
__multikernel__['{name} data']='{format_of(content)}'
"""


def _import(values: Sequence[Incoming], folder: str, is_trial: bool) -> str:
    """Return a script that makes all variables, if none of them is read-only."""
    answer = shlex.quote(f"{folder}/{ANSWER}")
    lines = []
    for at, each in enumerate(values):
        unset = f"if [[ -R {each.name} ]]; then \\builtin unset -n {each.name}; else \\builtin unset -v {each.name}; fi"
        why = f"{each.name} is read-only in bash; another name is not, as in {each.name}_={each.name}"
        failed = f'{{"failed":"{why}","at":{at}}}'
        lines += [
            f"{'elif' if at else 'if'} ! ( {unset} ) 2>/dev/null; then",
            f"  \\builtin printf %s '{failed}' >| {answer}",
        ]
    lines += ["else", *([] if is_trial else [f"  . {shlex.quote(f'{each.folder}/{VALUE}')}" for each in values])]
    return "\n".join([*lines, f"  \\builtin printf '{{\"done\":true}}' >| {answer}", "fi", ""])


def _assignment(name: str, value: Node, content: bytes) -> str:
    """Return the commands that make a variable; Refused."""
    assignment = _values_of(name, value, content)
    attributes = ATTRIBUTES.fullmatch(value.tag)
    flags = f"{'i' if attributes[1] else ''}{attributes[2] or ''}" if attributes else ""
    # An attribute changes what is assigned after it.
    return f"{assignment}\n\\builtin declare -g{flags} {name}" if flags else assignment


def _values_of(name: str, value: Node, content: bytes) -> str:
    match value:
        case n.List(packed=n.Array() as packed):
            return _indexed(name, _elements(packed, content))
        case n.List(items=items):
            return _indexed(name, _texts(value, ((f"[{at}]", item) for at, item in enumerate(items)), content))
        case n.Dict(keys=keys, items=items):
            texts = _texts(value, ((f"[{key!r}]", item) for key, item in zip(keys, items, strict=True)), content)
            return _keyed(name, value, keys, texts)
        case n.Array(shape=shape) if sum(length != 1 for length in shape) <= 1:
            return _indexed(name, _elements(value, content))
        case n.Array():
            raise Refused("", words(value), OF_ONE_DIMENSION, "json")
        case n.Sparse():
            raise Refused("", words(value), NONE, "dense")
        case n.Table():
            raise Refused("", words(value), NONE, "json")
        case n.Factor(levels=levels, data=data):
            codes = struct.iter_unpack("<i", content[data.offset : data.offset + data.length])
            texts = _elements(levels, content)
            found = [texts[code] for (code,) in codes if code >= 0]
            if len(found) < value.count:
                raise Refused("", words(value), NULLS, "json")
            return _indexed(name, found)
        case _:
            return f"{name}={quoted(_text(value, content))}"


def _indexed(name: str, texts: Iterable[str | bytes]) -> str:
    return f"{name}=({' '.join([quoted(text) for text in texts])})"


def _keyed(name: str, value: n.Dict, keys: tuple[str, ...], texts: list[str | bytes]) -> str:
    if "" in keys or len(set(keys)) < len(keys) or any("\0" in key for key in keys):
        why = "has a key that is empty, has a NUL or is there twice, which bash cannot have"
        raise Refused("", words(value), why, "json")
    if value.tag.startswith("bash:indexed") and all(map(_is_index, keys)):
        return f"{name}=({' '.join(f'[{key}]={quoted(text)}' for key, text in zip(keys, texts, strict=True))})"
    pairs = (f"[{quoted(key)}]={quoted(text)}" for key, text in zip(keys, texts, strict=True))
    return f"\\builtin declare -gA {name}; {name}=({' '.join(pairs)})"


def _is_index(key: str) -> bool:
    return re.fullmatch("0|[1-9][0-9]{0,18}", key) is not None and int(key) < (1 << 63) - 1


def _texts(value: Node, items: Iterable[tuple[str, Node]], content: bytes) -> list[str | bytes]:
    """Return parts as texts; Refused for the whole, which one statement makes a text."""
    texts, refused = [], []
    for path, item in items:
        try:
            texts.append(_text(item, content))
        except Refused as no_text:
            refused.append((path, *no_text.parts[0][1:3]))
    if refused:
        shown = ", ".join(f"{path} ({kind}) {why}" for path, kind, why in refused[:MOST_SHOWN])
        more = f", and {len(refused) - MOST_SHOWN} more" if len(refused) > MOST_SHOWN else ""
        raise Refused("", words(value), f"has parts that bash cannot have: {shown}{more}", "json")
    return texts


def _text(node: Node, content: bytes) -> str | bytes:
    """Return a scalar as text; Refused."""
    match node:
        case n.Bool(value=value):
            return "true" if value else "false"
        case n.Int(value=value):
            return str(value)
        case n.Float(bits=bits):
            return repr(struct.unpack(">d", bytes.fromhex(bits))[0])
        case n.Text(data=None, value=text):
            if "\0" in text:
                raise Refused("", words(node), NO_NUL, "no NUL")
            return text
        case n.Text(data=Ref() as ref) | n.Bytes(data=ref):
            found = content[ref.offset : ref.offset + ref.length]
            if b"\0" in found:
                raise Refused("", words(node), NO_NUL, "no NUL")
            return found
        case n.Date(value=text) | n.Time(value=text) | n.DateTime(value=text, offset=None):
            return text
        case n.DateTime(value=text, zone=zone, offset=int(offset)):
            return f"{text}{_offset(offset)}[{zone}]" if zone[0] not in "+-" else f"{text}{_offset(offset)}"
        case n.Complex(real=real, imaginary=imaginary) if not {real, imaginary} & R_NA:
            raise Refused("", words(node), NONE, "text")
        case n.Duration():
            raise Refused("", words(node), NONE, "text")
        case n.Null() | n.NA() | n.Complex():
            raise Refused("", words(node), NONE, "json")
        case _:
            raise Refused("", words(node), ALONE)


def _offset(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def _elements(array: n.Array, content: bytes) -> list[str | bytes]:
    """Return the elements of an array of one dimension as texts; Refused."""
    kind = array.dtype.kind
    data = content[array.data.offset : array.data.offset + array.data.length]
    if array.valid is not None:
        raise Refused("", words(array), NULLS, "json")
    if kind not in ("text", "b1", *FORMATS):
        raise Refused("", words(array), NONE, "text")
    if kind == "text":
        texts: list[str | bytes] = [*data.split(b"\xff")] if array.count else []
        if b"\0" in data:
            raise Refused("", words(array), NO_NUL, "json")
        return texts
    if kind == "b1":
        return ["true" if byte else "false" for byte in data]
    size = SIZES[kind]
    assert size is not None
    return [repr(number) for (number,) in struct.iter_unpack(f"<{FORMATS[kind]}", data)]


BASH = Bash()
