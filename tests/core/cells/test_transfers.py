"""What a transfer is called."""

from multikernel.core.cells.transfers import Transfer


def test_a_transfer_is_said_in_words() -> None:
    assert Transfer("python", "df", "r", "df").text == "df from python to r"
    assert Transfer("r", "fit", "python", "old").text == "fit from r to python as old"
