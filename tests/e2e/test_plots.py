"""The size of R's plots, for one cell."""

import base64
import struct
from collections.abc import Callable

from .kernel import Answer, Kernel


def pixels(answer: Answer) -> tuple[int, int]:
    """Return width and height of the cell's last plot."""
    image = base64.b64decode(answer.of("display_data")[-1]["data"]["image/png"])
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def test_a_plot_has_the_size_that_its_header_asks_for(shared: Kernel, need: Callable[..., None]) -> None:
    need("ir")
    usual = pixels(shared.run("%%r\nplot(1)"))
    assert pixels(shared.run("%%r -w 5 -h 4 -u in\nplot(1)")) == (600, 480)
    assert pixels(shared.run("%%r --width=400 -h 300 # small\nplot(1)")) == (400, 300)
    assert pixels(shared.run("%%r -w 10 -h 5 -u cm -r 200\nplot(1)")) == (787, 394)
    failed = shared.run("%%r -w 4 -u in\nplot(1); stop('no')")
    assert (failed.content["status"], pixels(failed)[0]) == ("error", 480)
    assert pixels(shared.run("%%r\nplot(1)")) == usual
    assert shared.run("%%r\ncat(length(ls()), is.null(getOption('multikernel.plot')))").stream() == "0 TRUE"


def test_a_cell_right_behind_has_the_usual_size(shared: Kernel, need: Callable[..., None]) -> None:
    need("ir")
    usual = pixels(shared.run("%%r\nplot(1)"))
    cells = ("%%r -w 4 -u in\nstop('no')", "%%r\nplot(1)")
    ids = [shared.client.execute(cell, stop_on_error=False) for cell in cells]
    assert shared.wait(ids[0]).content["status"] == "error"
    assert pixels(shared.wait(ids[1])) == usual
