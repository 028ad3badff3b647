"""Every form of history_request, with what ipykernel alone answers, in the second session of a history of its own."""

import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from .kernel import Json, Kernel, open_kernel

BEFORE = ["first = 1", "'x'\n", "first = 1", "", " \n", "'[é]'", "x"]
NOW = ["second = 2", "first = 1", "6 * 7", "print('é🎈')\n\n", "1 / 0", "'long' * 2000", "exit(keep_kernel=True)"]
"""Cells without magics, which a history_request that is not `raw` shows as IPython transforms them."""
HIDDEN = [{"store_history": False}, {"silent": True}]

RAW_AND_OUTPUT = [{"raw": raw, "output": output} for raw in (True, False) for output in (True, False)]
TAILS: list[Json] = [{"n": n} for n in (None, 0, 1, 3, 8, 100)] + [{}]
RANGES: list[Json] = [
    {"session": session, "start": start, "stop": stop}
    for session in (0, -1, -2, 1, 2, 3, 99)
    for start, stop in [(0, None), (1, None), (2, 3), (1, 0), (2, -1), (-1, None), (-3, -1), (3, 2), (1, 99), (50, 60)]
] + [{}]
PATTERNS = ["*", "*first*", "first*", "?irst = 1", "[fs]*", "FIRST*", "*é*", "*[[]é*", "nothing", "", "*\n", None]
SEARCHES: list[Json] = [
    *({"pattern": pattern, "n": n} for pattern in PATTERNS for n in (None, 0, 1, 2, 100, -1)),
    *({"pattern": pattern, "n": n, "unique": True} for pattern in PATTERNS for n in (None, 0, 1, 2, 100, -1)),
    *({}, {"unique": True}, {"n": 5}),
]


def requests() -> Iterator[Json]:
    contents_by_kind: dict[str, list[Json]] = {"tail": TAILS, "range": RANGES, "search": SEARCHES, "nonsense": [{}]}
    for kind, contents in contents_by_kind.items():
        for content, form in itertools.product(contents, RAW_AND_OUTPUT):
            yield {"hist_access_type": kind, **content, **form}


@pytest.fixture(scope="module", params=["before the first cell", "after some cells"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kernel, Kernel]]:
    """Return Multi and ipykernel alone, in the second session of histories that nobody else writes."""
    with (
        second_session("multi", tmp_path_factory.mktemp("multi")) as mine,
        second_session("python3", tmp_path_factory.mktemp("alone")) as its,
    ):
        for kernel in (mine, its) if request.param == "after some cells" else ():
            for cell in NOW:
                kernel.run(cell, stop_on_error=False)
            for options in HIDDEN:
                kernel.run("'hidden'", **options)
        yield mine, its


def second_session(name: str, folder: Path) -> AbstractContextManager[Kernel]:
    env = {"JUPYTER_DATA_DIR": str(folder), "IPYTHONDIR": str(folder)}
    with open_kernel(name, env=env) as kernel:
        for cell in BEFORE:
            kernel.run(cell)
    return open_kernel(name, env=env)


@pytest.mark.parametrize("kind", ["tail", "range", "search", "nonsense"])
def test_every_request_finds_what_it_finds_alone(both: tuple[Kernel, Kernel], kind: str) -> None:
    mine, its = both
    for content in requests():
        if content["hist_access_type"] == kind and not asks_before_the_beginning(mine, content):
            answer, expected = (kernel.ask("history_request", content).content for kernel in (mine, its))
            assert answer == as_asked_for(expected, content), content


def as_asked_for(answer: Json, content: Json) -> Json:
    """Return what IPython says with its own session, the second, under the number that it was asked for by."""
    if content.get("session") != 2:
        return answer
    return {**answer, "history": [[2, *entry] for _, *entry in answer["history"]]}


def asks_before_the_beginning(kernel: Kernel, content: Json) -> bool:
    """Whether ipykernel fails and never replies: a start that lies before the beginning of this session."""
    own = {"hist_access_type": "range", "raw": True, "output": False}
    lines = len(kernel.ask("history_request", own).content["history"])
    return content.get("session") in (0, 2) and content["start"] + lines < 0
