"""Widgets and other comms live between the notebook and the backend that owns them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from .kernel import Answer, Json, Kernel
from .processes import Stopwatch

Need = Callable[..., None]

SLIDER = """\
import ipywidgets
slider = ipywidgets.IntSlider(description='x')
slider.observe(lambda change: print('now', change['new']), 'value')
slider"""

ECHO = """\
def opened(comm, message):
    comm.on_msg(lambda m: comm.send({'got': m['content']['data']}, buffers=[bytes(b)[::-1] for b in m['buffers']]))
    comm.send({'opened with': message['content']['data']}, buffers=[bytes(b) * 2 for b in message['buffers']])
get_ipython().kernel.comm_manager.register_target('echo', opened)
print('registered')"""


@pytest.fixture
def comms(shared: Kernel) -> Kernel:
    """Return a Multi whose default is Python, with no comm open."""
    shared.run("%%stop python3")
    shared.run("%%start python3")
    return shared


def model_id(answer: Answer, name: str) -> str:
    """Return the comm_id of the widget model of a name that a cell has opened."""
    found = [opened for opened in answer.of("comm_open") if opened["data"]["state"].get("_model_name") == name]
    assert len(found) == 1
    return str(found[0]["comm_id"])


def update(kernel: Kernel, comm_id: str, **state: object) -> str:
    """Do as a front-end does when the user moves a widget; return the msg_id."""
    data = {"method": "update", "state": state, "buffer_paths": []}
    return kernel.send("comm_msg", {"comm_id": comm_id, "data": data})


def open_comm(kernel: Kernel, target: str, data: Json | None = None, **frames: Any) -> tuple[str, str]:
    """Open a comm from the notebook's side; return its id and the msg_id."""
    comm_id = uuid4().hex
    content = {"comm_id": comm_id, "target_name": target, "data": data or {}}
    return comm_id, kernel.send("comm_open", content, **frames)


def open_comms(kernel: Kernel, content: Json | None = None) -> Json:
    """Return `comms` of a comm_info_reply."""
    return dict(kernel.ask("comm_info_request", content or {}).content["comms"])


@pytest.mark.parametrize("header", ["", "%%python3\n", "%%backends\n\n%%python\n"])
def test_a_slider_moves_in_both_directions(comms: Kernel, header: str) -> None:
    answer = comms.run(header + SLIDER)
    comm_id = model_id(answer, "IntSliderModel")
    shown = answer.of("execute_result")[0]["data"]
    assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == comm_id
    moved = comms.wait(update(comms, comm_id, value=7), has_reply=False)
    assert moved.stream() == "now 7\n"
    back = comms.run(header + "slider.value += 1; slider.value")
    assert back.result == "8"
    assert [said["data"]["state"] for said in back.of("comm_msg")] == [{"value": 8}]
    assert back.stream() == "now 8\n"


def test_a_slider_answers_while_r_sleeps(comms: Kernel, need: Need) -> None:
    need("ir")
    comm_id = model_id(comms.run(SLIDER), "IntSliderModel")
    sleeping = comms.begin('%%ir\ncat("go\\n"); Sys.sleep(100)')
    moved = comms.wait(update(comms, comm_id, value=3), has_reply=False, patience=5)
    assert moved.stream() == "now 3\n"
    assert moved.seconds < 1
    assert sleeping not in comms.replies
    comms.interrupt()
    assert comms.wait(sleeping).content["status"] == "aborted"
    assert comms.run("slider.value").result == "3"


def test_an_output_widget_captures_under_the_msg_id_of_the_cell(comms: Kernel) -> None:
    code = "import ipywidgets\nwidget = ipywidgets.Output()\nwith widget: print('captured')\nprint('free')"
    msg_id = comms.client.execute(f"%%python3\n{code}")
    answer = comms.wait(msg_id)
    comm_id = model_id(answer, "OutputModel")
    story = [
        message["content"].get("text") or message["content"]["data"]["state"]["msg_id"]
        for message in answer.iopub
        if message["msg_type"] == "stream"
        or (message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == comm_id)
    ]
    assert story == [msg_id, "captured\n", "", "free\n"]


def test_buffers_pass_in_both_directions(comms: Kernel) -> None:
    assert comms.run(ECHO).stream() == "registered\n"
    data = bytes(range(256)) * 512
    comm_id, msg_id = open_comm(comms, "echo", {"a": 1}, buffers=[data, b"\x00\xff"])
    answer = comms.wait(msg_id, has_reply=False)
    assert answer.of("comm_msg")[0]["data"] == {"opened with": {"a": 1}}
    assert buffers_of(answer) == [data * 2, b"\x00\xff\x00\xff"]
    msg_id = comms.send("comm_msg", {"comm_id": comm_id, "data": {"b": 2}}, buffers=[data, b""])
    answer = comms.wait(msg_id, has_reply=False)
    assert answer.of("comm_msg")[0]["data"] == {"got": {"b": 2}}
    assert buffers_of(answer) == [data[::-1], b""]


def buffers_of(answer: Answer) -> list[bytes]:
    """Return the buffers of the comm_msg under a request."""
    return [
        bytes(frame) for message in answer.iopub if message["msg_type"] == "comm_msg" for frame in message["buffers"]
    ]


def test_buffers_of_a_child_s_comm_open_pass(comms: Kernel) -> None:
    answer = comms.run("import ipywidgets\nipywidgets.Image(value=b'\\x89PNG\\x00')")
    opened = [message for message in answer.iopub if message["msg_type"] == "comm_open" and message["buffers"]]
    assert [bytes(frame) for message in opened for frame in message["buffers"]] == [b"\x89PNG\x00"]
    assert opened[0]["metadata"]["version"].startswith("2.")


def test_comm_info_lists_the_open_comms_of_one_target_or_of_all(comms: Kernel) -> None:
    comms.run(ECHO)
    slider = model_id(comms.run(SLIDER), "IntSliderModel")
    echo, msg_id = open_comm(comms, "echo")
    comms.wait(msg_id, has_reply=False)
    assert open_comms(comms, {"target_name": "echo"}) == {echo: {"target_name": "echo"}}
    everything = open_comms(comms)
    assert everything[slider] == {"target_name": "jupyter.widget"}
    assert everything[echo] == {"target_name": "echo"}
    assert open_comms(comms, {"target_name": "jupyter.widget"}) == {
        comm_id: target for comm_id, target in everything.items() if comm_id != echo
    }
    assert open_comms(comms, {"target_name": "unknown"}) == {}
    comms.run("slider.close()")
    assert slider not in open_comms(comms)
    comms.wait(comms.send("comm_close", {"comm_id": echo, "data": {}}), has_reply=False)
    assert echo not in open_comms(comms)


def closed_without_parent(kernel: Kernel) -> set[str]:
    """Return the ids of comms that were closed outside of any request."""
    return {
        message["content"]["comm_id"]
        for message in kernel.foreign
        if message["msg_type"] == "comm_close" and message["parent_header"] == {}
    }


@pytest.mark.parametrize("end", ["import os; os._exit(3)", "%%stop python3", "%%restart python3"])
def test_the_end_of_a_backend_closes_its_comms(comms: Kernel, end: str) -> None:
    comm_id = model_id(comms.run(SLIDER), "IntSliderModel")
    every = open_comms(comms)
    comms.foreign.clear()
    comms.run(end)
    assert comm_id in every
    while closed_without_parent(comms) != every.keys():
        comms.until("comm_close", "", patience=5)
    assert open_comms(comms) == {}
    late = comms.wait(update(comms, comm_id, value=1), has_reply=False, patience=5)
    assert late.types == ["busy", "idle"]


@pytest.mark.parametrize("default", ["python3", "ir", "xpython", "bash", "deno"])
def test_a_comm_open_to_an_unknown_target_is_closed(comms: Kernel, need: Need, default: str) -> None:
    need(default)
    comms.run(f"%%start {default}")
    comms.run(f"%%use {default}")
    comm_id, msg_id = open_comm(comms, "nobody")
    answer = comms.wait(msg_id, has_reply=False, patience=10)
    comms.run("%%use python3")
    assert [closed["comm_id"] for closed in answer.of("comm_close")] == [comm_id]
    assert comm_id not in open_comms(comms)
    comms.run(f"%%stop {default}")


def test_a_comm_for_a_backend_that_does_not_run_is_closed_at_once(comms: Kernel) -> None:
    comms.run("%%stop python3")
    for target in ("echo", "jupyter.widget", "jupyter.widget.control"):
        watch = Stopwatch()
        comm_id, msg_id = open_comm(comms, target)
        answer = comms.wait(msg_id, has_reply=False, patience=5)
        assert answer.types == ["busy", "comm_close", "idle"]
        assert answer.of("comm_close")[0]["comm_id"] == comm_id
        assert watch.seconds < 1
    assert "python3" not in comms.children()


def test_a_message_for_an_unknown_comm_is_over_at_once(comms: Kernel) -> None:
    for msg_type in ("comm_msg", "comm_close"):
        msg_id = comms.send(msg_type, {"comm_id": "unknown", "data": {}})
        assert comms.wait(msg_id, has_reply=False, patience=5).types == ["busy", "idle"]


def test_a_comm_open_waits_for_the_queued_cell_that_registers_its_target(comms: Kernel) -> None:
    running = comms.begin("print('go', flush=True); input()", allow_stdin=True)
    comms.question()
    cell = comms.client.execute(ECHO)
    comm_id, opening = open_comm(comms, "echo", {"n": 1})
    message = comms.send("comm_msg", {"comm_id": comm_id, "data": {"n": 2}})
    comms.have_arrived()
    comms.client.input("")
    assert comms.wait(running).content["status"] == comms.wait(cell).content["status"] == "ok"
    assert comms.wait(opening, has_reply=False).of("comm_msg")[0]["data"] == {"opened with": {"n": 1}}
    assert comms.wait(message, has_reply=False).of("comm_msg")[0]["data"] == {"got": {"n": 2}}


def test_widget_control_reaches_the_backend_that_has_the_widgets(comms: Kernel, need: Need) -> None:
    need("ir")
    slider = model_id(comms.run(SLIDER), "IntSliderModel")
    comms.run("%%use ir")
    comm_id, msg_id = open_comm(comms, "jupyter.widget.control", {}, metadata={"version": "1.0.0"})
    comms.wait(msg_id, has_reply=False)
    asked = comms.send("comm_msg", {"comm_id": comm_id, "data": {"method": "request_states"}})
    states = comms.wait(asked, has_reply=False).of("comm_msg")[0]["data"]
    comms.run("%%use python3")
    assert states["method"] == "update_states"
    assert states["states"][slider]["model_name"] == "IntSliderModel"


def test_widgets_of_two_python_backends_live_side_by_side(comms: Kernel, need: Need) -> None:
    need("xpython")
    code = "from comm import create_comm\nc = create_comm(target_name='mine')\nc.on_msg(lambda m: print({!r}))"
    opened = {name: comms.run(f"%%{name}\n" + code.format(name)).of("comm_open") for name in ("python3", "xpython")}
    assert len(open_comms(comms, {"target_name": "mine"})) == 2
    for name, (comm_open,) in opened.items():
        comms.foreign.clear()
        answer = comms.wait(comms.send("comm_msg", {"comm_id": comm_open["comm_id"], "data": {}}), has_reply=False)
        # xeus-python says it under the cell that made the comm.
        said = [message for message in (*answer.iopub, *comms.foreign) if message["msg_type"] == "stream"]
        assert "".join(message["content"]["text"] for message in said) == f"{name}\n"
