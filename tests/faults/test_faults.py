"""Faults, stage by stage and kernel by kernel: an error in the cell that waited, and nothing else is touched."""

from collections.abc import Callable

import pytest

from .cases import Case
from .conftest import Arenas
from .endings import hello, is_hello
from .subjects import SUBJECTS

Need = Callable[..., None]

LIMIT = 15.0
"""Seconds that a cell may wait after the fact on the busiest machine; 2 are promised, and `make faults` shows them."""


def test_what_comes_of_a_fault(
    arenas: Arenas, need: Need, record_property: Callable[[str, object], None], case: Case
) -> None:
    need(*(subject.kernelspec for subject in SUBJECTS.values()))
    fault, backend = case.fault, case.kernel
    with arenas.borrow(has_clock=fault.has_clock) as arena:
        with arena.bystanders(backend), fault.reach(case.stage)(arena, backend) as moment:
            finding = fault.strike(moment)
            arena.plan_nothing(backend)
            assert is_hello(hello(moment))
            assert finding.logged in arena.log(backend)
        arena.kernel.foreign.clear()
    goes_on = finding.result.startswith("goes on")
    assert goes_on or finding.seconds is None or finding.seconds < LIMIT
    record_property("fault", [fault.title, case.stage, case.kernel, finding.result, finding.seconds])


@pytest.mark.parametrize("backend", ["nowhere", "garbage", "never"])
def test_a_kernelspec_that_is_none(
    arenas: Arenas, record_property: Callable[[str, object], None], backend: str
) -> None:
    with arenas.borrow() as arena, arena.bystanders(backend):
        for _ in range(2):
            answer = arena.kernel.run(f"%%{backend}\nhello", patience=LIMIT)
            assert answer.types == ["busy", "execute_input", "error", "idle"]
            assert answer.content["ename"] == "BackendStartError"
        assert answer.content["evalue"] in arena.log(backend)
    record_property("kernelspec", [backend, answer.content["evalue"], answer.seconds])
