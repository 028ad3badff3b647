"""Data frames, and dictionaries, in languages that keep the columns of a data frame by their names alone."""

from collections import Counter
from collections.abc import Sequence

from .nodes import Dict, Table


def display_names(names: Sequence[str | None]) -> list[str]:
    """Return the names that the columns of an index get among the columns: what has none is called as in pandas."""
    if len(names) == 1:
        return [names[0] if names[0] is not None else "index"]
    return [f"level_{position}" if name is None else name for position, name in enumerate(names)]


def unclear_keys(value: Dict | Table) -> tuple[str, str]:
    """Return why a value cannot have its parts by name, and what is needed; two empty texts if it can."""
    names = list(value.keys) if isinstance(value, Dict) else list(value.names)
    labels = display_names(value.index.names) if isinstance(value, Table) and value.index is not None else []
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        return f"has the name {twice[0]!r} twice", "unique names"
    if twice := [name for name in labels if name in names]:
        return f"has a column {twice[0]!r}, and its row labels get the same name", "named labels"
    return "", ""
