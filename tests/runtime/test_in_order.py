"""Outcomes are used in the order of the work, whichever is done first."""

import logging
import threading

import anyio
import pytest

from multikernel.runtime.in_order import InOrder, Outcome, begin

pytestmark = pytest.mark.anyio

PATIENCE = 20


class Gate:
    """Work in a thread that goes on when it is told to."""

    def __init__(self, outcome: str) -> None:
        self._outcome = outcome
        self._opened = threading.Event()

    def open(self) -> None:
        self._opened.set()

    def work(self) -> str:
        assert self._opened.wait(PATIENCE)
        if self._outcome == "raises":
            raise ValueError("raises")
        return self._outcome


@pytest.fixture
def used() -> list[str]:
    """Return the outcomes in the order in which they were used."""
    return []


def make(used: list[str]) -> InOrder[str]:
    def use(outcome: Outcome[str]) -> None:
        try:
            used.append(outcome())
        except ValueError as error:
            used.append(f"error: {error}")

    return InOrder(use)


async def drained(in_order: InOrder[str]) -> None:
    with anyio.fail_after(PATIENCE):
        await in_order.drain()
    assert not in_order.waits


async def test_what_is_short_waits_for_what_is_long(used: list[str]) -> None:
    in_order, gate = make(used), Gate("long")
    in_order.add(gate.work, is_long=True)
    in_order.add(lambda: "short", is_long=False)
    assert in_order.waits
    assert used == []
    gate.open()
    await drained(in_order)
    assert used == ["long", "short"]


async def test_what_is_done_first_waits_for_what_came_first(used: list[str]) -> None:
    in_order, first, second = make(used), Gate("first"), Gate("second")
    in_order.add(first.work, is_long=True)
    in_order.add_begun(begin(second.work))
    second.open()
    await anyio.to_thread.run_sync(lambda: None)
    assert used == []
    first.open()
    await drained(in_order)
    assert used == ["first", "second"]


async def test_work_that_raises_holds_up_nothing(used: list[str]) -> None:
    in_order, gate = make(used), Gate("raises")
    in_order.add(gate.work, is_long=True)
    in_order.add(lambda: "next", is_long=False)
    gate.open()
    await drained(in_order)
    assert used == ["error: raises", "next"]


async def test_a_use_that_raises_holds_up_nothing(caplog: pytest.LogCaptureFixture) -> None:
    used: list[str] = []

    def use(outcome: Outcome[str]) -> None:
        used.append(outcome())
        raise RuntimeError("cannot be used")

    in_order, gate = InOrder(use), Gate("long")
    in_order.add(gate.work, is_long=True)
    in_order.add(lambda: "short", is_long=False)
    gate.open()
    with caplog.at_level(logging.ERROR):
        await drained(in_order)
    assert used == ["long", "short"]
    assert caplog.text.count("a message is lost") == 2


async def test_nothing_to_drain_is_drained(used: list[str]) -> None:
    await drained(make(used))
