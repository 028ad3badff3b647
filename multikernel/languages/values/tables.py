"""Data frames, and dictionaries, in languages that keep the columns of a data frame by their names alone."""

from collections import Counter
from collections.abc import Sequence

from .nodes import Dict, Table


def display_names(names: Sequence[str | None]) -> list[str]:
    """Return the names that the columns of an index get among the columns: what has none is called as in pandas."""
    if len(names) == 1:
        return [names[0] if names[0] is not None else "index"]
    return [f"level_{position}" if name is None else name for position, name in enumerate(names)]


def refuse_unclear_keys(value: Dict | Table) -> str:
    """Say why a value cannot have its parts by name: a name is there twice; else return the empty string."""
    names = list(value.keys) if isinstance(value, Dict) else list(value.names)
    if isinstance(value, Table) and value.index is not None:
        names += display_names(value.index.names)
    twice = [name for name, count in Counter(names).items() if count > 1]
    return f"has the name {twice[0]!r} twice" if twice else ""
