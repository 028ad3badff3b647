"""Outputs that deno sends after its idle come before Multi's, whatever the user has made of JavaScript."""

import pytest

from .kernel import Kernel

LINES = 2000
KEEP = "globalThis.say = console.log; undefined"
BREAKING = {
    "a group": "console.group()",
    "console.log": "console.log = () => { throw 1 }",
    "console": "globalThis.console = null",
    "built-ins": "for (const name of ['map', 'join', 'push', 'slice']) Array.prototype[name] = null;"
    "for (const name of ['repeat', 'split', 'trim']) String.prototype[name] = null;"
    "Array.prototype[Symbol.iterator] = Object.prototype.indentLevel = null",
    "a name": "{ const __multikernel__ = 1; var globalThat = __multikernel__ }; this.__multikernel__ = 1",
}


@pytest.fixture
def deno(shared: Kernel, need: object) -> Kernel:
    need("deno")  # type: ignore[operator]
    shared.run("%%start deno")
    return shared


def test_every_line_comes_before_idle(deno: Kernel) -> None:
    answer = deno.run(f"%%deno\nfor (let n = 0; n < {LINES}; n++) console.log(n)")
    assert [line.strip() for line in answer.stream().splitlines()] == [str(n) for n in range(LINES)]


def test_the_mark_is_printed_and_not_shown_whatever_was_replaced(deno: Kernel) -> None:
    deno.run(f"%%deno\n{KEEP}")
    for what, code in BREAKING.items():
        deno.run(f"%%deno\n{code}; undefined")
        answer = deno.run("%%deno\nsay('line')")
        assert answer.stream().strip() == "line", what
        assert answer.seconds < 1
    assert "may come after its idle" not in str(deno.run("%%log deno").iopub), "no mark came"
    deno.run("%%restart deno")


def test_what_runs_in_the_background_goes_on_under_its_cell(deno: Kernel) -> None:
    answer = deno.run("%%deno\nglobalThis.timer = setInterval(() => console.log('tick'), 10); undefined")
    deno.run("%%vars deno")
    cell = answer.iopub[0]["parent_header"]["msg_id"]
    deno.until("stream", cell, text="tick")
    deno.run("%%deno\nclearInterval(timer)")
