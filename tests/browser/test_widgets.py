"""Widgets live in the page and in the backend that made them."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from .conftest import OpenNotebook

Need = Callable[..., None]

SLIDER = """\
%%python
import ipywidgets
slider = ipywidgets.IntSlider()
label = ipywidgets.Label()
ipywidgets.dlink((slider, 'value'), (label, 'value'), 'Python has {}'.format)
ipywidgets.VBox([slider, label])"""

COUNTER = """\
%%python
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''
        export default {render({model, el}) {
            const button = document.createElement("button");
            const show = () => { button.textContent = `count ${model.get("n")}`; };
            button.onclick = () => model.send("add", undefined, [new Uint8Array([1, 255]).buffer]);
            model.on("change:n", show);
            model.on("msg:custom", (said, [bytes]) => { button.title = new Uint8Array(bytes.buffer).join(); });
            show();
            el.append(button);
        }};'''
    n = traitlets.Int().tag(sync=True)
    def add(self, widget, content, buffers):
        self.n += sum(buffers[0])
        self.send('done', buffers=[bytes(buffers[0])[::-1]])
counter = Counter()
counter.on_msg(counter.add)
counter"""


def drag(handle: Locator, by: int) -> None:
    """Move a slider's handle with the mouse, so many pixels to the right."""
    handle.hover()
    box = handle.bounding_box()
    assert box is not None
    mouse = handle.page.mouse
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2 + by, box["y"] + box["height"] / 2, steps=5)
    mouse.up()


def test_a_slider_moves_in_both_directions_while_r_runs_too(
    open_notebook: OpenNotebook, need: Need, folder: Path
) -> None:
    need("ir")
    notebook = open_notebook(
        SLIDER,
        "slider.value",
        "slider.value = 7",
        "%%r\ncat('go\\n')\nwhile (!file.exists('over')) Sys.sleep(0.02)",
    )
    notebook.finish(0)
    handle, shown = notebook.outputs(0).get_by_role("slider"), notebook.outputs(0).locator(".widget-readout")
    label = notebook.outputs(0).get_by_text("Python has")

    drag(handle, by=40)
    expect(shown).not_to_have_text("0")
    expect(label).to_have_text(f"Python has {shown.inner_text()}")
    notebook.finish(1)
    notebook.shows(1, shown.inner_text())

    notebook.finish(2)
    expect(shown).to_have_text("7")
    expect(label).to_have_text("Python has 7")

    notebook.run(3)
    notebook.shows(3, "go")
    drag(handle, by=60)
    expect(shown).not_to_have_text("7")
    expect(label).to_have_text(f"Python has {shown.inner_text()}")
    expect(notebook.prompt(3)).to_have_text("[*]:")
    (folder / "over").touch()
    notebook.has_run(3)


def test_an_anywidget_gets_and_sends_bytes(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(COUNTER, "counter.n", "counter.n = 1")
    notebook.finish(0)
    button = notebook.outputs(0).get_by_role("button")
    expect(button).to_have_text("count 0")
    button.click()
    expect(button).to_have_text("count 256")
    expect(button).to_have_attribute("title", "255,1")
    notebook.finish(1, 2)
    notebook.shows(1, "256")
    expect(button).to_have_text("count 1")


def test_an_output_widget_shows_what_other_cells_print(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(
        "import ipywidgets\noutput = ipywidgets.Output()\noutput",
        "%%python\nwith output:\n    print('captured')\n    display(6 * 7)\nprint('free')",
    )
    notebook.finish(0, 1)
    expect(notebook.outputs(0).locator(".jp-OutputArea-output")).to_have_text(["captured", "42"])
    notebook.shows(1, "free")


def test_a_widget_goes_with_its_backend_and_comes_again(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(SLIDER, "%%stop python3", "%%backends")
    slider = notebook.outputs(0).get_by_role("slider")
    notebook.finish(0)
    expect(slider).to_be_visible()
    notebook.finish(1)
    expect(slider).to_have_count(0)
    notebook.finish(0)
    drag(slider, by=40)
    label = notebook.outputs(0).get_by_text("Python has")
    expect(label).to_have_text(f"Python has {notebook.outputs(0).locator('.widget-readout').inner_text()}")
