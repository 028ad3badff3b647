"""What is known of a request, and for how long."""

import pytest

from multikernel.core.protocol.rewrite import Origin
from multikernel.core.request import ORIGINS_KEPT, CellRequest, Origins, Request

from .lines import make_message


def cell(**content: object) -> CellRequest:
    return CellRequest(make_message("1", "execute_request", content), "shell", (), dict(content))


@pytest.mark.parametrize(
    ("content", "silent", "stores_history", "stops_on_error"),
    [
        ({}, False, True, True),
        ({"silent": True}, True, False, False),
        ({"silent": True, "store_history": True, "stop_on_error": True}, True, False, False),
        ({"store_history": False}, False, False, True),
        ({"stop_on_error": False}, False, True, False),
        ({"silent": None, "store_history": 1}, False, True, True),
    ],
)
def test_a_cell_says_what_it_counts_for(
    content: dict[str, object], silent: bool, stores_history: bool, stops_on_error: bool
) -> None:
    request = cell(**content)
    assert (request.silent, request.stores_history, request.stops_on_error) == (silent, stores_history, stops_on_error)


def test_a_request_is_of_the_backend_that_it_was_sent_to() -> None:
    request = Request(make_message("7", "complete_request", {}), "shell", (), {})
    assert (request.id, request.type, request.backend) == ("7", "complete_request", "")
    request.origin = Origin("ir", b"{}")
    assert request.backend == "ir"


def origins(count: int) -> Origins:
    known = Origins()
    for number in range(count):
        known[str(number)] = Origin("python3", b"{}", count=number)
    return known


def test_an_origin_is_known_to_its_backend_only() -> None:
    known = origins(1)
    assert known.get("0", "python3") == Origin("python3", b"{}", count=0)
    assert known.get("0", "ir") is None
    assert known.get("1", "python3") is None


def test_the_oldest_origin_is_forgotten() -> None:
    known = origins(ORIGINS_KEPT + 1)
    assert known.get("0", "python3") is None
    assert known.get("1", "python3") is not None


def test_an_origin_that_is_spoken_of_stays() -> None:
    known = origins(ORIGINS_KEPT)
    known.get("0", "python3")
    known.get("1", "ir")
    known["new"] = Origin("ir", b"{}")
    assert known.get("0", "python3") is not None
    assert known.get("1", "python3") is None
