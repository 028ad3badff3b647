"""What is to be done for a cell, as steps, and the parts that children run."""

from collections.abc import Iterator

from ..cells.cell import Cell
from ..cells.parser import WAIT
from ..cells.transfers import Check, Copy
from ..protocol.marks import Marks
from ..request import AtOnce, Body, CellRequest, Detach, Fork, Move, Next, Part, Ready, Step, WaitFor
from ..state import State


def plan(request: CellRequest, cell: Cell, state: State) -> tuple[Step, ...]:
    """Return the steps of a cell whose turn has come, and put its parts and its number into the request."""
    steps: list[Step] = []
    for line in cell.commands:
        if line.name.lower() == WAIT:
            steps.append(WaitFor(state.names.resolve_all(line.operands)))
        steps.append(line)
    if cell.is_in_background:
        steps.append(Detach())
    bodies = list(cell.bodies)
    for index, body in enumerate(bodies):
        count = request.count - len(bodies) + index + 1 if request.stores_history else request.count
        parts = tuple(_parts(request, body, count, state))
        request.parts += parts
        own = list(_steps(body, parts))
        if body.is_in_background and cell.parts:
            steps.append(Fork((*own, Next(parts))))
        else:
            steps += own
            if cell.parts:
                steps.append(Next(parts))
    return tuple(steps)


def _parts(request: CellRequest, body: Cell, count: int, state: State) -> Iterator[Part]:
    targets = body.targets or (state.config.default if request.silent else state.default,)
    marks = Marks() if len(targets) > 1 else None
    for index, backend in enumerate(targets, len(request.parts)):
        yield Part(body, backend, count, (request.serial, index), marks)


def _steps(body: Cell, parts: tuple[Part, ...]) -> Iterator[Step]:
    """Yield what is done for one header and its body.

    What can be refused is refused, and what has to start is started, before the body runs.
    """
    first = parts[0]
    yield Ready(tuple(part.backend for part in parts))
    if body.has_body and body.exports:
        yield Ready(Copy(body.exports).targets)
        yield Check(body.exports)
    if body.imports:
        yield Move(Copy(body.imports), first)
    if body.has_body:
        yield Body(first) if len(parts) == 1 else AtOnce(tuple((Body(part),) for part in parts))
    if body.exports:
        yield Move(Copy(body.exports), first)
