"""What is known of a request."""

import pytest

from multikernel.core.request import CellRequest

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
def test_a_cell_tells_what_it_counts_for(
    content: dict[str, object], silent: bool, stores_history: bool, stops_on_error: bool
) -> None:
    request = cell(**content)
    assert (request.silent, request.stores_history, request.stops_on_error) == (silent, stores_history, stops_on_error)
