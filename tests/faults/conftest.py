"""Fixtures for faults: a Multi that the cases share, as long as it is as they found it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.e2e.conftest import need, own_folders, tmp_path
from tests.e2e.lacking import lacking

from .arena import Arena, open_arena
from .cases import all_cases, pairwise
from .of_surroundings import clock_environment

__all__ = ["need", "own_folders", "tmp_path"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make faults` ask for everything."""
    parser.addoption("--every-fault", action="store_true", help="all faults, not a subset that has every pair")
    parser.addoption("--fault-seed", type=int, help="of what is random")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases."""
    is_everything = metafunc.config.getoption("every_fault", False)
    if "case" in metafunc.fixturenames:
        cases = all_cases(is_everything=is_everything)
        chosen = cases if is_everything else sorted(pairwise(cases), key=cases.index)
        metafunc.parametrize("case", chosen, ids=str)


class Arenas:
    """Opens an arena when it is first needed, and a new one after a case that has failed."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        """Take where folders come from."""
        self._factory = factory
        self._open: dict[bool, tuple[Arena, ExitStack]] = {}

    @contextmanager
    def borrow(self, *, has_clock: bool = False) -> Iterator[Arena]:
        """Lend an arena, whose clock can be put or not; it is kept if it comes back without an error."""
        if has_clock not in self._open:
            stack = ExitStack()
            folder = self._factory.mktemp("arena")
            env = clock_environment(folder) if has_clock else {}
            if env is None:
                lacking("libfaketime, which puts the clock of single processes")
            self._open[has_clock] = stack.enter_context(open_arena(folder, env)), stack
        try:
            yield self._open[has_clock][0]
        except BaseException:
            self._open.pop(has_clock)[1].close()
            raise

    def close(self) -> None:
        """Close all."""
        for _, stack in self._open.values():
            stack.close()


@pytest.fixture(scope="session")
def arenas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arenas]:
    """Return where arenas come from."""
    arenas = Arenas(tmp_path_factory)
    yield arenas
    arenas.close()
