"""The items of `-i`, `-o`, `--scatter` and `--gather`: which variable becomes which, and where."""

import re
from collections.abc import Iterator, Sequence

from ..errors import HeaderError
from .lines import HeaderLine
from .names import Names
from .transfers import Gather, Scatter, Transfer


def imports(option: str, item: str, targets: tuple[str, ...], names: Names, default: str) -> Iterator[Transfer]:
    """Yield what `-i` with one item copies: to each target but its source."""
    new_name, equals, where = item.partition("=")
    backend, name = _split_backend(where if equals else item)
    source = _other(option, item, backend, targets, names, default)
    for target in targets:
        if target != source:
            yield Transfer(source, name, target, new_name if equals else name)


def exports(option: str, item: str, targets: tuple[str, ...], names: Names, default: str) -> Iterator[Transfer]:
    """Yield what `-o` with one item copies: from each target, under a name that says whose where there are several."""
    backend, what = _split_backend(item)
    new_name, equals, name = what.partition("=")
    other = _other(option, item, backend, targets, names, default)
    for target in targets:
        made = new_name if len(targets) == 1 else f"{new_name}_{_as_name(target)}"
        yield Transfer(target, name if equals else what, other, made)


def scatter(item: str, targets: tuple[str, ...], names: Names, default: str) -> Scatter:
    """Return what `--scatter` with one item deals out; HeaderError where a chunk would overwrite the whole."""
    new_name, equals, where = item.partition("=")
    where = where if equals else item
    backend, name = _split_backend(where)
    source = names.resolve(backend) if backend else default
    if source in targets and (not equals or new_name == name):
        raise HeaderError(
            f"--scatter {item}: {source} runs the body too, and its chunk would overwrite its {name}. Give the chunks "
            f"another name, as in --scatter {name}_part={where}."
        )
    return Scatter(source, name, targets, new_name if equals else name)


def gather(item: str, targets: tuple[str, ...], names: Names, default: str) -> Gather:
    """Return what `--gather` with one item joins; HeaderError where the whole would overwrite a chunk."""
    backend, what = _split_backend(item)
    new_name, equals, name = what.partition("=")
    name = name if equals else what
    target = names.resolve(backend) if backend else default
    if target in targets and new_name == name:
        raise HeaderError(
            f"--gather {item}: {target} runs the body too, and the whole would overwrite its {name}. Give the whole "
            f"another name, as in --gather {backend and backend + ':'}{name}_all={name}."
        )
    return Gather(targets, name, target, new_name)


def _as_name(backend: str) -> str:
    """Return a backend's name as the end of a variable's: `worker_2` of `worker[2]`."""
    return re.sub(r"\W+", "_", backend).strip("_")


def _split_backend(item: str) -> tuple[str, str]:
    """Return backend, which may be empty, and name."""
    backend, colon, name = item.partition(":")
    return (backend, name) if colon else ("", item)


def _other(option: str, item: str, backend: str, targets: tuple[str, ...], names: Names, default: str) -> str:
    """Return the backend at the other end."""
    found = names.resolve(backend) if backend else default
    if targets == (found,):
        why = "the backend of this cell" if backend else "the default backend and that of this cell"
        raise HeaderError(f"{option} {item}: {found} is {why}; name the other one, as in {option} backend:x.")
    return found


def refuse_twice(line: HeaderLine, transfers: Sequence[Transfer | Scatter | Gather]) -> None:
    """Raise HeaderError where two values would become one variable, so that one of them is lost."""
    seen: set[tuple[str, str]] = set()
    for transfer in transfers:
        made = {(target, transfer.new_name) for target in transfer.targets}
        if seen & made:
            raise HeaderError(
                f"{line.text} makes {transfer.new_name} twice; name it once, or give one another name, as in new=old."
            )
        seen |= made
