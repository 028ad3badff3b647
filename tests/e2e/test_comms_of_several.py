"""Comms of several backends at once: each message finds its own, in order and whole, whatever cells are running."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from .kernel import PATIENCE, Json, Kernel, open_kernel
from .test_comms import ECHO, SLIDER, model_id, open_comm, open_comms, update

Need = Callable[..., None]

CONFIG = """\
default: one
backends:
  one: {kernel: python3}
  two: {kernel: python3}
  three: {kernel: xpython}
  r: {kernel: ir}
"""

R_ECHO = """\
%%r
IRkernel::comm_manager()$register_target("echo", function(comm, data) {
  comm$on_msg(function(data) comm$send(list(got = data)))
  comm$send(list(opened = data))
})"""

X_COMM = """\
%%three
from comm import create_comm
mine = create_comm(target_name='mine')
mine.on_msg(lambda message: mine.send(message['content']['data'], buffers=message['buffers']))"""

EACH = 5000


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Return a Multi with two backends of one kernelspec, and two more kernels with comms."""
    config = tmp_path_factory.mktemp("several") / "multikernel.yaml"
    config.write_text(CONFIG)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(config)}) as kernel:
        yield kernel


@pytest.fixture
def several(opened: Kernel) -> Kernel:
    """Return it with backends one and two as new."""
    opened.run("%%stop one two")
    opened.run("%%start one two")
    opened.foreign.clear()
    return opened


def sliders(kernel: Kernel) -> dict[str, str]:
    """Let one and two show a slider each."""
    return {name: model_id(kernel.run(f"%%{name}\n{SLIDER}"), "IntSliderModel") for name in ("one", "two")}


def say(kernel: Kernel, comm_id: str, data: Json, *buffers: bytes) -> str:
    """Send a message of a comm."""
    return kernel.send("comm_msg", {"comm_id": comm_id, "data": data}, buffers=list(buffers))


def move_both(kernel: Kernel, comms: dict[str, str]) -> None:
    """Move both sliders to 1, 2, 3 and 4; each move is over before the next, as ipywidgets wants it."""
    for value in range(1, 5):
        for comm_id in comms.values():
            moved = kernel.wait(update(kernel, comm_id, value=value), has_reply=False)
            assert moved.stream() == f"now {value}\n"


def test_sliders_of_two_backends_move_while_a_third_computes(several: Kernel, need: Need) -> None:
    need("ir")
    comms = sliders(several)
    running = several.begin("%%r\ncat('go\\n'); Sys.sleep(100)")
    move_both(several, comms)
    assert running not in several.replies
    several.interrupt()
    assert several.wait(running).content["status"] == "aborted"


@pytest.mark.parametrize("backend", ["one", "two"])
def test_sliders_of_two_backends_move_while_one_runs_an_async_cell(several: Kernel, backend: str) -> None:
    comms = sliders(several)
    wait = "print('go', flush=True); import asyncio\nwhile slider.value < 4: await asyncio.sleep(0.01)\nslider.value"
    running = several.begin(f"%%{backend}\n{wait}")
    move_both(several, comms)
    assert several.wait(running).result == "4"


def test_what_is_sent_without_a_word_to_an_async_cell_is_over_when_that_is(several: Kernel) -> None:
    several.run("def opened(comm, _): comm.on_msg(got.append)\ngot = []")
    several.run("get_ipython().kernel.comm_manager.register_target('mute', opened)")
    comm_id, opening = open_comm(several, "mute")
    several.wait(opening, has_reply=False)
    several.run("import asyncio; gate = asyncio.Event()")
    running = several.begin("print('go', flush=True)\nwhile len(got) < 3: await asyncio.sleep(0.01)\nlen(got)")
    sent = [say(several, comm_id, {"n": number}) for number in range(3)]
    assert several.wait(running).result == "3"
    for msg_id in sent:
        several.wait(msg_id, has_reply=False)


def test_an_interrupt_ends_the_handler_of_a_comm(several: Kernel) -> None:
    handler = "lambda message: print('go', flush=True) or __import__('time').sleep(100)"
    several.run(f"get_ipython().kernel.comm_manager.register_target('slow', lambda comm, _: comm.on_msg({handler}))")
    comm_id, opening = open_comm(several, "slow")
    several.wait(opening, has_reply=False)
    message = say(several, comm_id, {})
    several.until("stream", message, text="go")
    several.interrupt()
    assert several.wait(message, has_reply=False).types == ["busy", "stream", "idle"]
    assert several.run("6 * 7").result == "42"


@pytest.mark.parametrize(("backend", "spec", "cell"), [("r", "ir", R_ECHO), ("one", "python3", f"%%one\n{ECHO}")])
def test_the_notebook_opens_a_comm_at_the_default(
    several: Kernel, need: Need, backend: str, spec: str, cell: str
) -> None:
    need(spec)
    several.run(cell)
    several.run(f"%%use {backend}")
    comm_id, opening = open_comm(several, "echo", {"a": 1})
    (hello,) = several.wait(opening, has_reply=False).of("comm_msg")
    (answer,) = several.wait(say(several, comm_id, {"b": 2}), has_reply=False).of("comm_msg")
    assert list(hello["data"].values()) == [{"a": 1}]
    assert answer["data"] == {"got": {"b": 2}}
    assert open_comms(several, {"target_name": "echo"}) == {comm_id: {"target_name": "echo"}}
    several.wait(several.send("comm_close", {"comm_id": comm_id, "data": {}}), has_reply=False)
    several.run("%%use one")
    assert open_comms(several, {"target_name": "echo"}) == {}


def test_a_comm_of_xeus_python_echoes_buffers(several: Kernel, need: Need) -> None:
    need("xpython")
    (comm_open,) = several.run(X_COMM).of("comm_open")
    comms = sliders(several)
    data = bytes(range(256))
    said = say(several, comm_open["comm_id"], {"a": 1}, data)
    answer = several.wait(said, has_reply=False)
    found = [message for message in (*answer.iopub, *several.foreign) if message["msg_type"] == "comm_msg"]
    echoed = [message for message in found if message["content"]["comm_id"] == comm_open["comm_id"]]
    assert [(message["content"]["data"], bytes(message["buffers"][0])) for message in echoed] == [({"a": 1}, data)]
    several.run("%%stop three")
    assert open_comms(several).keys() >= set(comms.values())
    assert comm_open["comm_id"] not in open_comms(several)


def test_widget_control_with_two_widget_backends_is_closed_at_once(several: Kernel) -> None:
    sliders(several)
    comm_id, opening = open_comm(several, "jupyter.widget.control")
    answer = several.wait(opening, has_reply=False)
    assert answer.types == ["busy", "comm_close", "idle"]
    assert answer.of("comm_close")[0]["comm_id"] == comm_id


def test_a_restart_closes_the_comms_of_its_backend_alone(several: Kernel) -> None:
    comms = sliders(several)
    several.run("%%restart two")
    assert comms["one"] in open_comms(several)
    assert comms["two"] not in open_comms(several)
    assert several.wait(update(several, comms["one"], value=5), has_reply=False).stream() == "now 5\n"


FROM_A_THREAD = """\
import threading
from comm import create_comm
gate = threading.Event()
def late():
    gate.wait(60)
    comm = create_comm(target_name='late', data={'n': 0})
    comm.on_msg(lambda message: comm.send({'got': message['content']['data']}))
    comm.send({'n': 1}, buffers=[b'\\x00'])
threading.Thread(target=late).start()"""


def test_a_thread_opens_a_comm_after_its_cell_has_ended(several: Kernel) -> None:
    with open_kernel("python3") as alone:
        stories = []
        for kernel in (alone, several):
            cells = [str(kernel.client.execute(code)) for code in (FROM_A_THREAD, "gate.set()")]
            answers = [kernel.wait(cell) for cell in cells]
            told = [message for answer in answers for message in answer.iopub] + kernel.foreign
            while not any(message["content"].get("data") == {"n": 1} for message in told):
                told.append(kernel._next(kernel.client.iopub_channel, time.monotonic() + PATIENCE, "comm_msg"))
            (opened,) = [message["content"]["comm_id"] for message in told if message["msg_type"] == "comm_open"]
            said = [message for message in told if message["content"].get("comm_id") == opened]
            stories.append(
                [(m["msg_type"], m["content"]["data"], cells.index(m["parent_header"]["msg_id"])) for m in said]
            )
            assert bytes(said[-1]["buffers"][0]) == b"\x00"
            answer = kernel.wait(say(kernel, opened, {"a": 1}), has_reply=False)
            assert answer.of("comm_msg")[0]["data"] == {"got": {"a": 1}}
    assert stories[0] == stories[1]
    assert opened in open_comms(several, {"target_name": "late"})


FLOOD = """\
import threading
from comm import create_comm
flood, gate, got = create_comm(target_name='flood'), threading.Event(), []
def pour():
    gate.wait(60)
    for n in range({each}):
        flood.send({{'n': n}}, buffers=[n.to_bytes(4, 'big') * 64])
@flood.on_msg
def take(message):
    got.append((message['content']['data']['n'], bytes(message['buffers'][0])))
    if message['content']['data']['n'] == 0:
        gate.set()
threading.Thread(target=pour).start()"""

CHECK = "[n for n, data in got] == list(range({each})) and all(data == n.to_bytes(4, 'big') * 64 for n, data in got)"


def test_no_message_of_two_floods_is_lost_and_each_is_in_order(several: Kernel) -> None:
    names = ("one", "two")
    (one,), (two,) = (several.run(f"%%{name}\n{FLOOD.format(each=EACH)}").of("comm_open") for name in names)
    ids = [one["comm_id"], two["comm_id"]]
    for number in range(EACH // 10):
        for comm_id in ids:
            say(several, comm_id, {"n": number}, number.to_bytes(4, "big") * 64)
    heard: dict[str, list[int]] = defaultdict(list)
    while sum(map(len, heard.values())) < 2 * EACH:
        message = several._next(several.client.iopub_channel, time.monotonic() + PATIENCE, "comm_msg")
        if message["msg_type"] == "comm_msg":
            number = message["content"]["data"]["n"]
            assert bytes(message["buffers"][0]) == number.to_bytes(4, "big") * 64
            heard[message["content"]["comm_id"]].append(number)
    assert heard == {comm_id: list(range(EACH)) for comm_id in ids}
    for name in names:
        assert several.run(f"%%{name}\n{CHECK.format(each=EACH // 10)}").result == "True"
