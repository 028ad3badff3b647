"""Widgets say through Multi what they say on ipykernel alone: message by message, buffers and metadata included."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from .kernel import Json, Kernel, open_kernel


@dataclass(frozen=True)
class Move:
    """What a front-end sends when the user moves a widget: a new state for the last widget of a model."""

    model: str
    state: Json


STORIES: dict[str, list[str | Move]] = {
    "slider": [
        "import ipywidgets\n"
        "slider = ipywidgets.IntSlider(description='x')\n"
        "slider.observe(lambda change: print('now', change['new'], flush=True), 'value')\n"
        "slider",
        Move("IntSliderModel", {"value": 7}),
        "slider.value += 1; slider.value",
        "slider.close()",
    ],
    "interact": [
        "import ipywidgets\ninteract = ipywidgets.interact(lambda x: print('x is', x), x=(0, 10))",
        Move("IntSliderModel", {"value": 3}),
    ],
    "buffers": [
        "import ipywidgets\nimage = ipywidgets.Image(value=b'\\x89PNG\\x00')\nimage",
        "image.value = b'\\xff' * 5",
    ],
    "output": [
        "import ipywidgets\nout = ipywidgets.Output()\nout",
        "with out:\n    print('captured', flush=True)\n    1 / 0",
        "@out.capture(clear_output=True)\ndef show(): display({'text/plain': 'shown'}, raw=True)",
        "show()",
    ],
    "nested output": [
        "import ipywidgets\ninner, outer = ipywidgets.Output(), ipywidgets.Output()\nouter",
        "with outer:\n"
        "    print('outer', flush=True)\n"
        "    with inner:\n"
        "        print('inner', flush=True)\n"
        "    display(inner)\n"
        "    print('outer again', flush=True)\n"
        "print('free')",
    ],
    "output of threads": [
        "import ipywidgets, threading\nout = ipywidgets.Output()\nout",
        "def beside(number):\n"
        "    with out: print('captured', number, flush=True)\n"
        "    out.append_stdout(f'appended {number}')\n"
        "    print('free', number, flush=True)\n"
        "for number in range(2):\n"
        "    thread = threading.Thread(target=beside, args=(number,))\n"
        "    thread.start()\n"
        "    thread.join()",
    ],
    "progress": [
        "from tqdm.notebook import tqdm\nfor _ in tqdm(range(2), mininterval=1000, bar_format='{n}{bar}'): pass"
    ],
    "anywidget": [
        "import anywidget, traitlets\n"
        "class Counter(anywidget.AnyWidget):\n"
        "    _esm = 'export default {render() {}}'\n"
        "    count = traitlets.Int(0).tag(sync=True)\n"
        "    data = traitlets.Bytes(bytes(range(256))).tag(sync=True)\n"
        "    @anywidget.experimental.command\n"
        "    def twice(self, message, buffers): return message * 2, [bytes(b) * 2 for b in buffers]\n"
        "counter = Counter()\n"
        "counter.observe(lambda change: print('count', change['new'], flush=True), 'count')\n"
        "counter",
        Move("AnyModel", {"count": 5}),
        "counter.send({'hello': 1}, buffers=[b'\\x00\\x01']); counter.count",
    ],
}


@pytest.fixture(scope="module")
def alone() -> Iterator[Kernel]:
    """Return ipykernel alone."""
    with open_kernel("python3") as kernel:
        yield kernel


def run(kernel: Kernel, step: str | Move, models: dict[str, str]) -> str:
    """Do one step of a story and return its msg_id."""
    if isinstance(step, str):
        return str(kernel.client.execute(step))
    data = {"method": "update", "state": step.state, "buffer_paths": []}
    return kernel.send("comm_msg", {"comm_id": models[step.model], "data": data})


def tell(kernel: Kernel, steps: list[str | Move]) -> list[str]:
    """Return a line for each message of a story; ids are numbered as they come, what differs by chance is left out."""
    models: dict[str, str] = {}
    sent: list[str] = []
    told: list[Json] = []
    for step in steps:
        sent.append(run(kernel, step, models))
        told += kernel.wait(sent[-1], has_reply=isinstance(step, str)).iopub
        opened = [message["content"] for message in told if message["msg_type"] == "comm_open"]
        models = {content["data"]["state"].get("_model_name"): content["comm_id"] for content in opened}
    return render(whole([m for m in told if m["msg_type"] not in ("status", "execute_input")]), sent)


def whole(told: list[Json]) -> list[Json]:
    """Return messages with what one `print` has written in one of them: ipykernel, when it is slow, sends parts."""
    joined: list[Json] = []
    for message in told:
        before = joined[-1] if joined else {}
        alike = [
            (m.get("msg_type"), m.get("parent_header"), m.get("content", {}).get("name")) for m in (before, message)
        ]
        if message["msg_type"] == "stream" and alike[0] == alike[1]:
            text = before["content"]["text"] + message["content"]["text"]
            joined[-1] = {**before, "content": {**before["content"], "text": text}}
        else:
            joined.append(message)
    return joined


def render(told: list[Json], sent: list[str]) -> list[str]:
    """Return the messages as lines that do not depend on the run."""
    names = {msg_id: f"request {number}" for number, msg_id in enumerate(sent)}
    lines = []
    for message in told:
        content = {k: v for k, v in message["content"].items() if k not in ("execution_count", "traceback")}
        metadata = {k: v for k, v in message["metadata"].items() if k == "version"}
        buffers = [bytes(frame).hex() for frame in message["buffers"]]
        parent = names[message["parent_header"]["msg_id"]]
        line = json.dumps([parent, message["msg_type"], content, metadata, buffers], sort_keys=True)
        for msg_id in sent:
            line = line.replace(msg_id, names[msg_id])
        line = re.sub("0x[0-9a-f]+", "address", line)
        lines.append(re.sub("[0-9a-f]{32}", lambda found: names.setdefault(found[0], f"id {len(names)}"), line))
    return lines


@pytest.mark.parametrize("header", ["", "%%python3\n"])
@pytest.mark.parametrize("story", STORIES)
def test_a_widget_says_the_same_as_on_ipykernel_alone(alone: Kernel, shared: Kernel, story: str, header: str) -> None:
    steps = STORIES[story]
    expected = tell(alone, steps)
    assert len(expected) > 3
    through = [header + step if isinstance(step, str) else step for step in steps]
    assert tell(shared, through) == expected
