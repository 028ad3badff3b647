"""What is remembered of variables that came from other languages."""

from typing import Any

from .files import Tags


class Memory:
    """Which variables came from other languages, with the tags of their parts, as long as they hold what came."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, Tags]] = {}

    def note(self, name: str, value: Any, tags: Tags) -> None:
        """Remember a value's tags, or forget those of the one before."""
        self._known.pop(name, None)
        if tags:
            self._known[name] = (_reference(value), tags)

    def tags(self, name: str, value: Any) -> Tags:
        """Return the tags of a variable that still holds what came."""
        known = self._known.get(name)
        if known is None:
            return {}
        reference, tags = known
        return tags if reference() is value else {}

    def forget(self, variables: dict[str, Any]) -> None:
        """Let go of values that variables do not hold any more."""
        for name, (reference, _) in list(self._known.items()):
            if name not in variables or variables[name] is not reference():
                del self._known[name]


def _reference(value: Any) -> Any:
    """Return a function that returns the value, and keeps it only where a weak reference is impossible."""
    import weakref

    try:
        return weakref.ref(value)
    except TypeError:
        return lambda: value


MEMORY = Memory()
