"""What Tab offers in a header line, finished or not: from its text alone, without a kernel."""

from dataclasses import dataclass

from ..errors import MultiError
from .command_names import PARTS, WITHOUT_NOW
from .lines import HEADER_SIGN, NOW
from .names import Names
from .options import AMPERSAND, BACKGROUND, GATHER, INPUT, LONG, OF_SEVERAL, OUTPUT, PLOT, SCATTER, SHORT, UNITS
from .parser import USE, parse

BACKEND, COMMAND, OPTION = "backend", "command", "option"
"""Types in `_jupyter_types_experimental`."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What could stand at a cursor."""

    matches: tuple[tuple[str, str], ...] = ()
    """Texts with their types, backends first."""
    start: int = 0
    """Offset of what they replace, which ends at the cursor."""
    is_name: bool = False
    """They follow `%%`, so that the kernel may have more."""
    variables_of: str | None = None
    """Backend whose variables could stand there, too."""


def offers_in(code: str, position: int, names: Names, default: str) -> Offers | None:
    """Return what could stand at a cursor in a line that begins with `%%`; None where that is not Multi's to say.

    Whether the line is one where a header line can be is for the caller to know.
    """
    start = code.rfind("\n", 0, position) + 1
    name, space, arguments = code[start:position].removeprefix(HEADER_SIGN).partition(" ")
    if not space and "," in name:
        listed = name.rpartition(",")[2]
        return Offers(_beginning(listed, [(each, BACKEND) for each in names.backends()]), position - len(listed))
    if not space:
        return Offers(_names(names, name, HEADER_SIGN), start, is_name=True)
    words = arguments.split(" ")
    prefix = words[-1]
    at = position - len(prefix)
    if any(word.startswith("#") for word in words):
        return Offers((), at)
    if names.is_command(name):
        return Offers(_for_command(name.lower(), prefix, names), at)
    if name.lower() == PARTS:
        return Offers(_beginning(prefix, [(BACKGROUND, OPTION)]), at)
    try:
        targets = names.resolve_all(name.split(",")) if names.is_known(name) else ()
    except MultiError:
        return Offers((), at)
    if not targets:
        return None
    target = targets[0]
    option = next((LONG.get(word, word) for word in reversed(words[:-1]) if word.startswith("-")), "")
    if prefix.startswith("-") or not option:
        hidden = {AMPERSAND}
        if names.languages.get(target) != "r":
            hidden |= PLOT.keys()
        if not names.is_several(name):
            hidden |= OF_SEVERAL.keys()
        known = [each for each in (*SHORT, *LONG) if not hidden & {each, LONG.get(each, each)}]
        return Offers(_beginning(prefix, [(each, OPTION) for each in known]), at)
    if option in (INPUT, OUTPUT, SCATTER, GATHER):
        return _for_variable(option, prefix, position, target, names, _default_above(code[:start], names, default))
    return Offers(_beginning(prefix, [(unit, OPTION) for unit in UNITS]) if option == "-u" else (), at)


def _names(names: Names, prefix: str, sign: str = "") -> tuple[tuple[str, str], ...]:
    """Return backends, then commands."""
    lines = names.lines()
    backends = [(f"{sign}{name}", BACKEND) for name in names.backends() if name not in lines]
    return _beginning(sign + prefix, [*backends, *((f"{sign}{name}", COMMAND) for name in lines)])


def _for_command(command: str, prefix: str, names: Names) -> tuple[tuple[str, str], ...]:
    if prefix.startswith("-"):
        return _beginning(prefix, [(NOW, OPTION)] if command not in WITHOUT_NOW else [])
    if command == "help":
        return _names(names, prefix)
    known = names.single() if command == USE else names.backends()
    return _beginning(prefix, [(name, BACKEND) for name in known])


def _for_variable(option: str, prefix: str, position: int, target: str, names: Names, default: str) -> Offers:
    """Return whose variables could stand behind the last comma, `=` or `:`."""
    item = prefix.rpartition(",")[2]
    name = item.rpartition("=")[2]
    if option in (OUTPUT, GATHER):
        return Offers((), position - len(name.rpartition(":")[2]), variables_of=target)
    backend, colon, name = name.rpartition(":")
    try:
        source = names.resolve(backend) if colon else default
    except MultiError:
        return Offers((), position)
    return Offers((), position - len(name), variables_of=source)


def _default_above(code: str, names: Names, default: str) -> str:
    """Return what is the default where the lines above end."""
    try:
        return parse(code, names, default).new_default or default
    except MultiError:
        return default


def _beginning(prefix: str, offers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((text, kind) for text, kind in offers if text.startswith(prefix.lower()))
