"""Cells reach the backend that their header line names, and their outputs come back under them."""

from .kernel import Kernel


def test_first_cell(multi: Kernel) -> None:
    answer = multi.run("6 * 7")
    assert answer.types == ["busy", "execute_input", "execute_result", "idle"]
    assert answer.result == "42"
    assert answer.content["status"] == "ok"
    assert answer.content["execution_count"] == 1
