"""A dict that forgets its oldest entries."""

import pytest

from multikernel.core.bounded import Bounded


def full() -> Bounded[str, int]:
    known: Bounded[str, int] = Bounded(3)
    for number, key in enumerate("abc"):
        known[key] = number
    return known


def test_the_oldest_entry_is_forgotten() -> None:
    known = full()
    known["d"] = 3
    assert dict(known) == {"b": 1, "c": 2, "d": 3}


def test_an_entry_that_is_set_again_is_the_newest() -> None:
    known = full()
    known["a"] = 7
    known["d"] = 3
    assert dict(known) == {"c": 2, "a": 7, "d": 3}


def test_an_entry_that_is_touched_stays() -> None:
    known = full()
    known.touch("a")
    known["d"] = 3
    assert list(known) == ["c", "a", "d"]
    with pytest.raises(KeyError):
        known.touch("b")
