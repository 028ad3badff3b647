"""What is wrong with several values, or at several backends, as one error."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..core.errors import MultiError, TransferError

MOST_SHOWN = 5
"""Values, or backends."""

ADVICE = re.compile(r"; run (`.+?`(?: in \S+)?) first")


def together(errors: Sequence[MultiError]) -> MultiError:
    """Return one error for several: that of a backend that cannot answer, else all that is refused.

    What is to be run for several of them is said once. Its notes are all texts, for when it is one of several itself.
    """
    first = next((error for error in errors if not isinstance(error, TransferError)), errors[0])
    texts = list(dict.fromkeys(text for error in errors for text in getattr(error, "__notes__", [str(error)])))
    if len(texts) == 1 or not isinstance(first, TransferError):
        return first
    said: set[str] = set()
    shown = [_without(text, said) for text in texts[:MOST_SHOWN]]
    if len(texts) > MOST_SHOWN:
        shown.append(f"And {len(texts) - MOST_SHOWN} more.")
    found = TransferError(" ".join(shown))
    for text in texts:
        found.add_note(text)
    return found


def _without(text: str, said: set[str]) -> str:
    """Return a text without the advice that has been said, to which its own is added."""
    own = set(ADVICE.findall(text))
    text = ADVICE.sub(lambda found: "" if found[1] in said else found[0], text)
    said |= own
    return text


class Refusals:
    """What has been refused so far."""

    def __init__(self, *errors: TransferError) -> None:
        """Take what there is to begin with."""
        self._errors: list[MultiError] = list(errors)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self._errors)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Go on after a refusal."""
        try:
            yield
        except TransferError as error:
            self._errors.append(error)

    def report(self) -> None:
        """Raise what has been refused, if anything has."""
        if self._errors:
            raise together(self._errors) from None
