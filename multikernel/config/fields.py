"""How the value of a key is read: what it may be, and what is said of anything else.

Each function takes a value and returns what it means, or something of no use after a mistake, which it has recorded.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..core.wording import did_you_mean, nearest, quote, shorten
from .values import DECIMAL, Value

MAX_TIMEOUT = 24 * 60 * 60
"""Seconds; a longer timeout is most likely meant in another unit."""
MAX_COUNT = 1000
"""More backends of one kernelspec are most likely a slip."""
MAX_DURATION = 30 * 24 * 60 * 60
"""Seconds; more than a month is most likely a slip."""

UNITS = {"s": 1, "min": 60, "h": 3600}
DURATION = re.compile(r"((?:0|[1-9][0-9]*)(?:\.[0-9]+)?) ?(s|min|h)")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
SERVER = re.compile(
    r"(https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])|http://(localhost|127\.0\.0\.1|\[::1\]))"
    r"(:[0-9]{1,5})?(/[\w.~%!$&'()*+,;=:@/-]*)?",
    re.ASCII,
)
"""Where a server is. No user and no query: there could be a token in them."""
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
"""In capitals, as such variables are: a token, in hexadecimal digits, must not pass for a name."""
CONTROL_OR_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")


def filled(value: Value) -> str | None:
    """Read text that is not empty."""
    text = value.text()
    if text == "":
        value.wrong("empty text: add a value or remove the key")
    return text


def one_of(*choices: str) -> Callable[[Value], str | None]:
    """Return what reads one of these words."""

    def read(value: Value) -> str | None:
        if value.type in ("map", "seq") or value.is_missing:
            value.is_not(f"one of {', '.join(choices)}")
            return None
        word = str(value.node.value)
        if word not in choices:
            near = did_you_mean(nearest(word, choices))
            value.wrong(f"{quote(word)} is not one of {', '.join(choices)}{near}")
        return word

    return read


def aliases(value: Value) -> list[Value]:
    """Read a list of names."""
    return value.items("a list of names such as [py]")


def environment(value: Value) -> Mapping[str, str | None]:
    """Read variables; an unquoted decimal number counts as text, since it is unambiguous."""
    variables = {}
    for name, entry in value.in_secret().entries("a mapping such as {LANG: C.UTF-8}").items():
        if not name or "=" in name:
            entry.key.wrong("not a valid name for an environment variable")
        variables[name] = entry.value.number_as_written() or entry.value.text()
    return MappingProxyType(variables)


def count(value: Value) -> int:
    """Read how many backends there are to be; 0 after a mistake."""
    number = value.number_as_written()
    if number is None or not number.isdecimal():
        value.is_not("a whole number of backends, such as 4")
    elif not 1 <= int(number) <= MAX_COUNT:
        value.wrong(f"{shorten(number)} is out of range: use at least 1 and at most {MAX_COUNT}")
    else:
        return int(number)
    return 0


def seconds(value: Value) -> float | None:
    """Read a plain number of seconds."""
    number = value.number_as_written()
    if number is not None:
        if not 0 < float(number) <= MAX_TIMEOUT:
            value.wrong(
                f"{shorten(number)} seconds is out of range: use more than 0 and at most {MAX_TIMEOUT} (one day)"
            )
        return float(number)
    is_quoted = value.type == "str" and DECIMAL.fullmatch(value.node.value)
    value.is_not(f"a plain number of seconds{' without quotes' if is_quoted else ''}, such as 60")
    return None


def duration(value: Value) -> float | None:
    """Read a time with its unit; return seconds."""
    found = DURATION.fullmatch(value.node.value) if value.type == "str" else None
    if found is None:
        value.is_not("a time with its unit, such as 45 s, 30 min or 2 h")
        return None
    seconds = float(found[1]) * UNITS[found[2]]
    if not 1 <= seconds <= MAX_DURATION:
        value.wrong(f"{shorten(found[0])} is out of range: use at least 1 s and at most {MAX_DURATION // 3600} h")
    return seconds


def ssh_target(value: Value) -> str | None:
    """Read a target that ssh takes for nothing else, and a shell for one word."""
    text = filled(value)
    if text and CONTROL_OR_SPACE.search(text):
        value.wrong(f"{quote(text)} is not one word: name a host, or user@host; options go into ~/.ssh/config")
    elif text and text.startswith("-"):
        value.wrong(f"{quote(text)} is an option of ssh, not a target: options go into ~/.ssh/config")
    return text


def program(value: Value) -> str | None:
    """Read the name or path of a program on another machine."""
    text = filled(value)
    if text and (found := CONTROL.search(text)):
        value.wrong(f"a program's name cannot contain the character U+{ord(found.group()):04X}")
    elif text and text.startswith("-"):
        value.wrong(f"{quote(text)} is an option, not the name of a program")
    return text


def server_url(value: Value) -> str | None:
    """Read where a Jupyter server is; return it with a slash at its end. What may be a secret in it is not shown."""
    text = filled(value.in_secret())
    if not text:
        return None
    if not SERVER.fullmatch(text):
        if re.search(r"[?#]|//[^/]*@", text):
            value.wrong("remove what is before the @, or behind the ? or #: the place for a token is token_env")
        elif re.match(r"http://", text):
            value.wrong("http is for servers on this machine alone, since anybody on the way could read it: use https")
        else:
            value.wrong("this is not the address of a server, such as https://hub.example.org/user/me/")
    return f"{text.rstrip('/')}/"


def token_variable(value: Value) -> str | None:
    """Read the name of an environment variable; what may be the token itself is not shown."""
    text = filled(value.in_secret())
    if text and not VARIABLE.fullmatch(text):
        value.wrong(
            "this is not the name of an environment variable, such as HUB_TOKEN; if it is the token itself, put that "
            "into such a variable, and ask the server for another one if anybody else can read this file"
        )
    return text


def words(value: Value) -> tuple[str, ...]:
    """Read a command as its words; behind the program, an unquoted decimal number counts as text."""
    items = value.in_secret().items("a list of words, such as [docker, exec, -i, box]")
    if value.type == "seq" and not items:
        value.wrong("empty: add the words of a command, such as [docker, exec, -i, box]")
    read = [(number and item.number_as_written()) or item.text() for number, item in enumerate(items)]
    if items and read[0] is not None and (not read[0] or read[0].startswith("-")):
        items[0].wrong("this is not the name of a program")
    return tuple(word for word in read if word is not None)


def option_words(value: Value, reserved: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """Read options of a scheduler as words, except what is reserved; an unquoted decimal number counts as text."""
    items = value.in_secret().items("a list of words, such as [--gres=gpu:1, --time=8:00:00]")
    read = [item.number_as_written() or item.text() for item in items]
    if read and read[0] is not None and not read[0].startswith("-"):
        items[0].wrong("this is not an option: write one word each, such as --gres=gpu:1")
    for item, word in zip(items, read, strict=True):
        if word is not None and reserved is not None and reserved.fullmatch(word):
            name = word.partition("=")[0] if word.startswith("--") else word[:2]
            item.wrong(f"{name} is not possible here: a backend has one job, which Multi itself names and finds again")
    return tuple(word for word in read if word is not None)


def options(value: Value) -> Mapping[str, object]:
    """Read the options of a provisioner: anything that JSON has as well."""
    entries = value.in_secret().entries("a mapping of options, such as {namespace: me}")
    return MappingProxyType({name: _plain(entry.value) for name, entry in entries.items()})


def _plain(value: Value) -> object:
    """Return what a value means in YAML 1.2, unless YAML 1.1 takes it for something else."""
    number = value.number_as_written()
    match value.type:
        case "map":
            return {name: _plain(entry.value) for name, entry in value.entries("").items()}
        case "seq":
            return [_plain(item) for item in value.items("")]
        case "null" if not value.is_missing:
            return None
        case "bool" if value.node.value.lower() in ("true", "false"):
            return bool(value.node.value.lower() == "true")
        case _ if number is not None:
            return int(number) if number.lstrip("-").isdecimal() else float(number)
        case _:
            return value.text()
