"""What a transfer is called, and which backends are at its ends."""

import pytest

from multikernel.core.cells.transfers import Gather, Scatter, Transfer


def test_a_transfer_is_said_in_words() -> None:
    assert Transfer("python", "df", "r", "df").text == "df from python to r"
    assert Transfer("r", "fit", "python", "old").text == "fit from r to python as old"


@pytest.mark.parametrize(
    ("transfer", "sources", "targets"),
    [
        (Transfer("python", "a", "r", "a"), ("python",), ("r",)),
        (Scatter("python", "a", ("r", "bash"), "a"), ("python",), ("r", "bash")),
        (Gather(("r", "bash"), "a", "python", "a"), ("r", "bash"), ("python",)),
    ],
)
def test_a_transfer_knows_its_ends(
    transfer: Transfer | Scatter | Gather, sources: tuple[str, ...], targets: tuple[str, ...]
) -> None:
    assert (transfer.sources, transfer.targets) == (sources, targets)
    assert transfer.backends == (*sources, *targets)
