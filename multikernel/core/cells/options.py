"""The options of a backend header: variables to copy, how big plots are, and whether the next cell waits.

`-i [new=][backend:]name,…` copies from a backend, the default one unless it is named, to that of the header; `-o
[backend:][new=]name,…` the other way. What stands to the left of `=` is the variable that is made. Where several
backends run the body, `-i x` goes to each but its source, and `-o x` makes a variable for each: `x_python`, `x_r`;
`--scatter x`, written as `-i`, gives each a chunk, and `--gather x`, written as `-o`, joins them.
The options have the names of rpy2's `%%R` (3.6).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

from ..errors import HeaderError, MultiError
from ..wording import nearest, quote
from .items import exports, gather, imports, refuse_twice, scatter
from .lines import HeaderLine
from .names import Names
from .transfers import Gather, Scatter, Transfer

INPUT, OUTPUT = "-i", "-o"
SCATTER, GATHER = "--scatter", "--gather"
BACKGROUND, AMPERSAND = "--bg", "&"
LONG = {
    "--input": INPUT,
    "--output": OUTPUT,
    "--width": "-w",
    "--height": "-h",
    "--units": "-u",
    "--res": "-r",
    AMPERSAND: BACKGROUND,
}
PLOT = {"-w": "width", "-h": "height", "-u": "units", "-r": "res"}
OF_SEVERAL = {SCATTER: (INPUT, "--input"), GATHER: (OUTPUT, "--output")}
"""Options for several backends -> what to write for one, and that where `=` follows."""
SHORT = (INPUT, OUTPUT, SCATTER, GATHER, BACKGROUND, *PLOT)
UNITS = ("px", "in", "cm", "mm")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")
FORM = "variables are named as in -i x,y or -i new=backend:x or -o backend:new=x."
VARIABLE = re.compile(r"[\w.:=,]+")

OF_RPY2 = {
    "-b": "in R, options(repr.plot.bg = 'white') sets the background of plots",
    **dict.fromkeys(("-p", "--pointsize"), "in R, options(repr.plot.pointsize = 12) sets it"),
    **dict.fromkeys(("-c", "--converter"), "Multi copies values exactly, and has no converters to choose from"),
    **dict.fromkeys(("-n", "--noreturn"), "in R, invisible(…) around the last line keeps its value from being shown"),
}
"""Options of rpy2's that mean nothing here -> what does the same."""

Imports = tuple[Transfer | Scatter, ...]
Exports = tuple[Transfer | Gather, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What the words behind a backend header's name ask for."""

    imports: Imports = ()
    exports: Exports = ()
    plot: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """`width`, `height` and `res` (numbers) and `units` (px, in, cm, mm), as typed; those that are given."""
    is_in_background: bool = False
    """The next cell does not wait for this one."""


def parse_options(line: HeaderLine, targets: tuple[str, ...], names: Names, default: str) -> Options:
    """Return what a backend header asks for; `targets` are its backends, `default` the default one.

    Raises HeaderError, with a line that works, or BackendNotFound.
    """
    before: list[Transfer | Scatter] = []
    after: list[Transfer | Gather] = []
    plot: dict[str, str] = {}
    is_in_background = False
    others = [target for target in targets if names.languages.get(target) != "r"]
    for option, values in _options(line, not others, default):
        if option in PLOT and others:
            raise HeaderError(
                f"{option} sets the size of R's plots, and {others[0]} is not R. "
                f"The line without it: {_without_plot(line)}"
            )
        if option in PLOT:
            plot[PLOT[option]] = _size(line, option, values)
        elif option == BACKGROUND:
            is_in_background = _flag(line, option, values)
        elif option in OF_SEVERAL and not names.is_several(line.name):
            raise _for_one(line, option, targets, names, default)
        elif option == SCATTER:
            before += [scatter(item, targets, names, default) for item in _variables(line, option, values)]
        elif option == GATHER:
            after += [gather(item, targets, names, default) for item in _variables(line, option, values)]
        elif option == INPUT:
            for item in _variables(line, option, values):
                before += imports(option, item, targets, names, default)
        else:
            for item in _variables(line, option, values):
                after += exports(option, item, targets, names, default)
    for made in (before, after):
        refuse_twice(line, made)
    for transfer in (*before, *after):
        if not (transfer.name and transfer.new_name) or set("=:") & set(transfer.name + transfer.new_name):
            raise HeaderError(f"{line.text}: {FORM}")
    return Options(tuple(before), tuple(after), MappingProxyType(plot), is_in_background)


def parse_parts_options(line: HeaderLine) -> Options:
    """Return what the header of a cell in parts asks for; HeaderError for all but `--bg`."""
    options = Options()
    for word in line.arguments:
        if word not in (BACKGROUND, AMPERSAND):
            rest = line.with_arguments(*(word for word in line.arguments if word in (BACKGROUND, AMPERSAND)))
            raise HeaderError(
                f"{line.text} takes only {BACKGROUND}, not {quote(word)}: what concerns one part goes behind its own "
                f"header line. The line without it: {rest}"
            )
        options = Options(is_in_background=True)
    return options


def _options(line: HeaderLine, is_r: bool, default: str) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield each option, under its short name, with the words behind it."""
    words = line.arguments
    starts = [index for index, word in enumerate(words) if word.startswith("-") or word == AMPERSAND]
    if words and starts[:1] != [0]:
        raise _no_option(line, (*starts, len(words))[0], default)
    for start, end in pairwise((*starts, len(words))):
        option, equals, value = words[start].partition("=") if words[start].startswith("--") else (words[start], "", "")
        option = LONG.get(option, option)
        if option not in SHORT:
            raise _unknown(line, start, end, is_r, default)
        yield option, ((value,) if equals else ()) + words[start + 1 : end]


def _no_option(line: HeaderLine, end: int, default: str) -> HeaderError:
    """Return the error for words that belong to no option: variables, or code."""
    words, rest = line.arguments[:end], line.arguments[end:]
    if all(map(VARIABLE.fullmatch, words)):
        works = f"to copy a variable, write {line.with_arguments(INPUT, ','.join(words), *rest)}"
    else:
        works = f"code goes below the line, which then is {line.with_arguments(*rest)}"
    return HeaderError(f"{line.text} takes options only, not {quote(' '.join(words))}: {works}{_own(line, default)}.")


def _unknown(line: HeaderLine, start: int, end: int, is_r: bool, default: str) -> HeaderError:
    """Return the error for an unknown option."""
    words = line.arguments
    option = words[start].partition("=")[0]
    rest = line.with_arguments(*words[:start], *words[end:])
    if is_r and option in OF_RPY2:
        return HeaderError(f"{line.text} takes no {option}: {OF_RPY2[option]}. The line without it: {rest}")
    is_short = option[:2] in SHORT
    known = option[:2] if is_short else nearest(option, (*LONG, *SHORT))
    value = words[start][2:].lstrip("=").strip("\"'") if is_short else ""
    if known is not None:
        meant = line.with_arguments(*words[:start], *filter(None, (known, value)), *words[start + 1 :])
        return HeaderError(f"{line.text} takes no option {quote(option)}; did you mean {meant}{_own(line, default)}?")
    return HeaderError(
        f"{line.text} takes no option {quote(option)}, only -i and -o, with variables to copy, --scatter and --gather "
        f"for several backends, --bg, and in R -w, -h, -u and -r for plots. The line without it: "
        f"{rest}{_own(line, default)}"
    )


def _own(line: HeaderLine, default: str) -> str:
    return f"; if it is a line of {default}'s own, put %%{default} above it"


def _flag(line: HeaderLine, option: str, values: Sequence[str]) -> bool:
    """Return True; HeaderError for an option that takes no value and has one."""
    if values:
        kept = [option if word.startswith(f"{option}=") else word for word in line.arguments if word not in values]
        raise HeaderError(
            f"{line.text}: {option} takes no value, but {quote(' '.join(values))} follows it; code goes below the "
            f"line, which then is {line.with_arguments(*kept)}"
        )
    return True


def _is_positive(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None and float(text) > 0


def _size(line: HeaderLine, option: str, values: Sequence[str]) -> str:
    is_right = len(values) == 1 and (values[0] in UNITS if option == "-u" else _is_positive(values[0]))
    if not is_right:
        wanted = "one of px, in, cm, mm, as in -u in" if option == "-u" else f"a number, as in {option} 5"
        raise HeaderError(f"{line.text}: {option} needs {wanted}.")
    return values[0]


def _without_plot(line: HeaderLine) -> str:
    """Return a header line without what is for plots."""
    kept: list[str] = []
    is_kept = True
    for word in line.arguments:
        if word.startswith("-"):
            option = word.partition("=")[0]
            is_kept = LONG.get(option, option) not in PLOT
        if is_kept:
            kept.append(word)
    return line.with_arguments(*kept)


def _variables(line: HeaderLine, option: str, values: Sequence[str]) -> Iterator[str]:
    """Yield each variable of an option; there may be spaces at the commas."""
    items = [item.strip() for item in " ".join(values).split(",")]
    if items == [""]:
        raise HeaderError(f"{line.text}: {option} needs the names of variables, as in {option} x,y.")
    if any(" " in item for item in items):
        joined = ",".join(" ".join(values).replace(",", " ").split())
        raise HeaderError(f"{line.text}: the names of variables are separated by commas, as in {option} {joined}.")
    if "" in items:
        raise HeaderError(f"{line.text}: {FORM}")
    yield from items


def _for_one(line: HeaderLine, option: str, targets: tuple[str, ...], names: Names, default: str) -> HeaderError:
    """Return the error for an option that means nothing where one backend runs the body."""
    works = replace(line, arguments=tuple(map(_as_for_one, line.arguments)))
    try:
        parse_options(works, targets, names, default)
    except MultiError:
        works = replace(line, arguments=())
    return HeaderError(
        f"{option} is for several backends, and {line.text} runs on one. The line that works: "
        f"{works.with_arguments(*works.arguments)}"
    )


def _as_for_one(word: str) -> str:
    option, equals, value = word.partition("=")
    short, long = OF_SEVERAL.get(option, (option, option))
    return f"{long}={value}" if equals else short
