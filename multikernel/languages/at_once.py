"""Does several things at once, each of which may fail."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

from ..core.errors import MultiError
from .together import together

T = TypeVar("T")


async def at_once(functions: Iterable[Callable[[], Awaitable[T]]]) -> list[T]:
    """Return what functions return, in their order; if some fail, one error for all of them when all have ended."""
    functions = list(functions)
    results: dict[int, T] = {}
    errors: dict[int, MultiError] = {}

    async def do(number: int, function: Callable[[], Awaitable[T]]) -> None:
        try:
            results[number] = await function()
        except MultiError as error:
            errors[number] = error

    async with anyio.create_task_group() as tasks:
        for number, function in enumerate(functions):
            tasks.start_soon(do, number, function)
    if errors:
        raise together([errors[number] for number in sorted(errors)])
    return [results[number] for number in range(len(functions))]
