"""The first cell of a backend that has just started loses nothing: thirty fresh starts each of R and deno."""

from collections.abc import Callable

import pytest

from .kernel import Answer, Kernel, open_kernel

FRESH_MULTIS = 4
STARTS_PER_MULTI = 3

FIRST_CELLS = {
    # Backend: the cell, the type of its result's message, and the result.
    "deno": (
        "%%deno\nfor (let i = 1; i <= 5; i++) console.log(i);\nconsole.error('error');\n"
        "await Deno.jupyter.display({'text/plain': 'shown'}, {raw: true});\n'result'",
        "execute_result",
        '\x1b[32m"result"\x1b[39m',
    ),
    "ir": (
        "%%ir\nfor (i in 1:5) cat(i, '\\n', sep = '')\nmessage('error')\n"
        "IRdisplay::publish_mimebundle(list('text/plain' = 'shown'))\n'result'",
        "display_data",
        '[1] "result"',
    ),
}


def check(answer: Answer, result_type: str, result: str) -> None:
    """Hold the answer to the first cell to what it has to be."""
    kinds = [kind for kind in answer.types if kind != "stream"]
    assert kinds == ["busy", "execute_input", "display_data", result_type, "idle"]
    assert answer.stream("stdout") == "1\n2\n3\n4\n5\n"
    assert answer.stream("stderr").strip() == "error"
    shown = [*answer.of("display_data"), *answer.of("execute_result")]
    assert [content["data"]["text/plain"] for content in shown] == ["shown", result]
    assert answer.content["status"] == "ok"


def run_first_cells(multi: Kernel) -> None:
    """Start both backends with a cell each, sent together."""
    sent = {name: multi.client.execute(code) for name, (code, _, _) in FIRST_CELLS.items()}
    for name, msg_id in sent.items():
        check(multi.wait(msg_id), *FIRST_CELLS[name][1:])


@pytest.mark.parametrize("fresh", range(FRESH_MULTIS))
def test_the_first_cells_of_a_cold_backend_are_complete(need: Callable[..., None], fresh: int) -> None:
    need(*FIRST_CELLS)
    with open_kernel("multi") as multi:
        run_first_cells(multi)
        for _ in range(STARTS_PER_MULTI - 1):
            multi.run(f"%%stop {' '.join(FIRST_CELLS)}")
            run_first_cells(multi)
