"""A thousand cells that alternate between two backends: every message once, in order, under its own cell."""

import json
from collections.abc import Callable
from itertools import chain, groupby

import pytest

from .kernel import PATIENCE, Answer, Json, Kernel, open_kernel

CELLS = 1000


OTHER_CELLS = {
    "ir": "%%ir\ncat('out {n}\\n')\nmessage('err {n}')\n{n}L",
    "xpython": "%%xpython\nimport sys\nprint('out', {n})\nprint('err', {n}, file=sys.stderr)\n{n}",
}


def cell(number: int, other: str) -> str:
    """Return the text of a cell: odd numbers are Python's; it says its number in every way there is."""
    if number % 2 == 0:
        return OTHER_CELLS[other].format(n=number)
    # Flushed, since ipykernel may send what it has between a text and its line end.
    prints = f"print('out', {number}, flush=True)\nprint('err', {number}, file=sys.stderr, flush=True)\n"
    return f"import sys\n{prints}len(In) - 1"


def check(number: int, code: str, answer: Answer) -> None:
    """Hold a cell's answer to what it has to be."""
    result = "display_data" if code.startswith("%%ir") else "execute_result"
    kinds = groupby(f"{m['msg_type']} {m['content'].get('name', '')}".strip() for m in answer.iopub)
    assert [kind for kind, _ in kinds] == [
        "status",
        "execute_input",
        "stream stdout",
        "stream stderr",
        result,
        "status",
    ], number
    assert (answer.types[0], answer.types[-1], answer.types.count(result)) == ("busy", "idle", 1)
    assert answer.of("execute_input") == [{"code": code, "execution_count": number}]
    assert answer.stream("stdout") == f"out {number}\n"
    assert answer.stream("stderr").strip() == f"err {number}"
    assert answer.result in (str(number), f"[1] {number}")
    assert all(content["execution_count"] == number for content in answer.of("execute_result"))
    assert (answer.content["status"], answer.content["execution_count"]) == ("ok", number)


@pytest.mark.long
def test_a_thousand_cells_one_after_another(need: Callable[..., None]) -> None:
    need("ir")
    with open_kernel("multi") as multi:
        for number in range(1, CELLS + 1):
            code = cell(number, "ir")
            check(number, code, multi.run(code))
        assert [message["msg_type"] for message in multi.foreign if message["msg_type"] != "status"] == []
        assert_inputs_and_outputs_agree(multi, [cell(number, "ir") for number in range(1, CELLS + 1)])


def test_a_thousand_cells_sent_at_once(need: Callable[..., None]) -> None:
    need("xpython")
    codes = [cell(number, "xpython") for number in range(1, CELLS + 1)]
    with open_kernel("multi") as multi:
        ids = [multi.client.execute(code) for code in codes]
        iopub = read_iopub_until_idle(multi, ids[-1])
        runs = [(msg_id, list(group)) for msg_id, group in groupby(iopub, lambda m: str(m["parent_header"]["msg_id"]))]
        assert [msg_id for msg_id, _ in runs] == ids, "a cell's messages come in one piece, in the order of the cells"
        for number, (code, (msg_id, messages)) in enumerate(zip(codes, runs, strict=True), 1):
            reply = next_execute_reply(multi)
            assert reply["parent_header"]["msg_id"] == msg_id
            check(number, code, Answer(reply, messages))


def next_execute_reply(multi: Kernel) -> Json:
    """Return the next reply to a cell; the client asks for kernel_info more than once when it starts."""
    while (reply := multi.client.get_shell_msg(timeout=PATIENCE))["msg_type"] != "execute_reply":
        assert reply["msg_type"] == "kernel_info_reply"
    return dict(reply)


def read_iopub_until_idle(multi: Kernel, msg_id: str) -> list[Json]:
    """Return every iopub message up to the idle of a request; what belongs to the client's start is left out."""
    messages: list[Json] = []
    while not messages or not (
        messages[-1]["parent_header"].get("msg_id") == msg_id
        and messages[-1]["content"].get("execution_state") == "idle"
    ):
        messages.append(multi.client.get_iopub_msg(timeout=PATIENCE))
    return [message for message in messages if message["parent_header"].get("msg_type") == "execute_request"]


def assert_inputs_and_outputs_agree(multi: Kernel, codes: list[str]) -> None:
    """Ask IPython what it knows of the cells: `In[n]` is the notebook's cell n where it was Python's, else empty."""
    answer = multi.run("import json\nprint(json.dumps([In, {n: Out[n] for n in Out}, [_, __, ___], _999, _i999]))")
    inputs, outputs, last, named_output, named_input = json.loads(answer.stream())
    assert inputs[: len(codes) + 1] == ["", *chain(*zip(codes[::2], [""] * len(codes[1::2]), strict=True))]
    assert outputs == {str(number): number for number in range(1, len(codes), 2)}
    assert last == [999, 997, 995]
    assert (named_output, named_input) == (999, codes[998])
    assert multi.run("%history -n 999").stream().split(":")[0].strip() == "999"
    rerun = multi.run("%rerun 999")
    assert rerun.stream().endswith("=== Output: ===\nout 999\n")
