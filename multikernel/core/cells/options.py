"""The options of a backend header: which variables are copied before the body runs, and which after it.

`-i [new=][backend:]name,…` copies from a backend, the default unless it is said, to that of the header; `-o
[backend:][new=]name,…` the other way. What stands left of `=` is the variable that is made.
"""

from collections.abc import Iterator, Sequence

from ..errors import HeaderError
from .names import Names
from .transfers import Transfer

INPUT = "-i"
OUTPUT = "-o"
FORM = "variables are named as in -i x,y or -i new=backend:x or -o backend:new=x, without spaces."

Transfers = tuple[Transfer, ...]


def parse_options(
    header: str, words: Sequence[str], target: str, names: Names, default: str
) -> tuple[Transfers, Transfers]:
    """Return what is copied before and after a body that runs on `target`, for the words behind a header's name.

    Raises HeaderError, or BackendNotFound.
    """
    before: list[Transfer] = []
    after: list[Transfer] = []
    for option, item in _items(header, words):
        if option == INPUT:
            new_name, equals, where = item.partition("=")
            backend, name = _split_backend(where if equals else item)
            other = _other(option, item, backend, target, names, default)
            before.append(Transfer(other, name, target, new_name if equals else name))
        else:
            backend, what = _split_backend(item)
            new_name, equals, name = what.partition("=")
            other = _other(option, item, backend, target, names, default)
            after.append(Transfer(target, name if equals else what, other, new_name))
    for transfer in (*before, *after):
        if not (transfer.name and transfer.new_name) or set("=:") & set(transfer.name + transfer.new_name):
            raise HeaderError(f"%%{header}: {FORM}")
    return tuple(before), tuple(after)


def _items(header: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each variable with its option."""
    rest = iter(words)
    for option in rest:
        if option not in (INPUT, OUTPUT):
            raise HeaderError(
                f"%%{header} takes no option {option!r}, only -i and -o, with variables to copy. If the line is a "
                f"magic of the kernel's own, put the kernel's header above it, for example %%python."
            )
        variables = next(rest, "")
        if not variables or variables in (INPUT, OUTPUT):
            raise HeaderError(f"%%{header}: {option} needs the names of variables, as in {option} x,y.")
        if variables.endswith(","):
            raise HeaderError(f"%%{header}: {FORM}")
        yield from ((option, item) for item in variables.split(","))


def _split_backend(item: str) -> tuple[str, str]:
    """Return backend, which may be empty, and name."""
    backend, colon, name = item.partition(":")
    return (backend, name) if colon else ("", item)


def _other(option: str, item: str, backend: str, target: str, names: Names, default: str) -> str:
    """Return the backend at the other end."""
    found = names.resolve(backend, default) if backend else default
    if found == target:
        why = "the backend of this cell" if backend else "the default backend and that of this cell"
        raise HeaderError(f"{option} {item}: {found} is {why}; name the other one, as in {option} backend:x.")
    return found
