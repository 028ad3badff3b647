"""The interrupt and restart buttons."""

from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import OpenNotebook

Need = Callable[..., None]


def test_the_interrupt_button_stops_the_running_cell_and_drops_the_queued(
    open_notebook: OpenNotebook, need: Need
) -> None:
    need("ir")
    notebook = open_notebook(
        "import time\nprint('go', flush=True)\ntime.sleep(1000)", "%%r\ncat('go\\n')\nSys.sleep(1000)", "6 * 7"
    )
    for index in (0, 1):
        notebook.run(index, 2)
        expect(notebook.outputs(index).first).to_have_text("go")
        expect(notebook.prompt(2)).to_have_text("[*]:")
        notebook.button("Interrupt the kernel").click()
        notebook.has_run(index, count=index + 1)
        expect(notebook.prompt(2)).to_have_text("[ ]:")
    expect(notebook.outputs(0).last).to_contain_text("KeyboardInterrupt")
    notebook.finish(2)
    notebook.shows(2, "42")


def test_the_restart_button_empties_every_backend(open_notebook: OpenNotebook, need: Need) -> None:
    need("ir")
    notebook = open_notebook("x = 6", "%%r\nx <- 7", "x", "%%r\nx", "6 * 7")
    notebook.finish(0, 1)
    notebook.button("Restart the kernel").click()
    with notebook.connects():
        notebook.button("Confirm Kernel Restart").click()
    notebook.is_ready()
    notebook.finish(2, 3, 4)
    expect(notebook.outputs(2)).to_contain_text("name 'x' is not defined")
    expect(notebook.outputs(3)).to_contain_text("object 'x' not found")
    notebook.shows(4, "42")
    notebook.has_run(4, count=3)
