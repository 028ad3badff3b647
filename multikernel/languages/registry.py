"""Where adapters are found: entry points of any installed package, named as a kernel's language."""

from functools import cache
from importlib.metadata import entry_points

from ..core.errors import TransferError
from .language import Language

GROUP = "multikernel.languages"


@cache
def find(language: str) -> Language | None:
    """Return the adapter of a language, by its name in lower case, or None; TransferError for one that is broken."""
    for point in entry_points(group=GROUP, name=language):
        try:
            adapter: Language = point.load()
        except Exception as error:
            package = point.dist.name if point.dist is not None else point.value
            raise TransferError(
                f"The adapter for {language} of the package {package} does not load: {type(error).__name__}: {error}"
            ) from None
        return adapter
    return None


def known() -> list[str]:
    """Return the languages that there are adapters for."""
    return sorted({point.name for point in entry_points(group=GROUP)})
