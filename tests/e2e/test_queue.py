"""Cells run one after another; an error aborts what is queued; other requests do not wait for them."""

from collections.abc import Callable

import pytest

from .kernel import Answer, Json, Kernel

Need = Callable[..., None]

FAILING = {"python3": "1 / 0", "ir": 'stop("no")', "bash": "false"}
PRINTING = {"python3": "print({})", "ir": "cat({})", "bash": "echo {}"}
R_SLEEPS = '%%ir\ncat("go\\n"); Sys.sleep(100)'


def send_all(kernel: Kernel, cells: list[str], **options: bool) -> list[str]:
    """Send cells behind one that asks, and answer it when all have arrived; return their msg_ids."""
    first = kernel.client.execute("%%python3\ninput()", allow_stdin=True, store_history=False)
    kernel.question()
    msg_ids = [str(kernel.client.execute(cell, **options)) for cell in cells]
    kernel.have_arrived()
    kernel.client.input("")
    kernel.wait(first)
    return msg_ids


def statuses(answers: list[Answer]) -> list[str]:
    """Return the statuses of replies."""
    return [answer.content["status"] for answer in answers]


@pytest.mark.parametrize("backend", FAILING)
def test_an_error_aborts_what_is_queued(shared: Kernel, need: Need, backend: str) -> None:
    need(backend)
    shared.run(f"%%{backend}\n{PRINTING[backend].format(0)}")
    cells = [PRINTING[backend].format(0), FAILING[backend], *(PRINTING[backend].format(n) for n in (1, 2, 3))]
    msg_ids = send_all(shared, [f"%%{backend}\n{cell}" for cell in cells])
    answers = [shared.wait(msg_id) for msg_id in msg_ids]
    assert statuses(answers) == ["ok", "error", "aborted", "aborted", "aborted"]
    assert [answer.types for answer in answers[2:]] == [["busy", "idle"]] * 3
    after = shared.run(f"%%{backend}\n{PRINTING[backend].format(4)}")
    assert after.stream().split() == ["4"]
    assert after.content["execution_count"] == answers[1].content["execution_count"] + 1


@pytest.mark.parametrize("failing", FAILING)
def test_an_error_aborts_what_is_queued_for_other_backends(shared: Kernel, need: Need, failing: str) -> None:
    need("ir", "bash")
    answers = [
        shared.wait(msg_id)
        for msg_id in send_all(
            shared, [f"%%{failing}\n{FAILING[failing]}", "print(1)", "%%ir\ncat(2)", "%%bash\necho 3"]
        )
    ]
    assert statuses(answers) == ["error", "aborted", "aborted", "aborted"]


def test_an_error_of_multi_itself_aborts_what_is_queued(shared: Kernel) -> None:
    answers = [shared.wait(msg_id) for msg_id in send_all(shared, ["%%stop nothing", "print(1)"])]
    assert statuses(answers) == ["error", "aborted"]


@pytest.mark.parametrize("backend", FAILING)
def test_without_stop_on_error_the_queue_goes_on(shared: Kernel, need: Need, backend: str) -> None:
    need(backend)
    cells = [f"%%{backend}\n{FAILING[backend]}", "print(1)", f"%%{backend}\n{PRINTING[backend].format(2)}"]
    answers = [shared.wait(msg_id) for msg_id in send_all(shared, cells, stop_on_error=False)]
    assert statuses(answers) == ["error", "ok", "ok"]


def test_silent_code_that_fails_aborts_nothing(shared: Kernel) -> None:
    silent = shared.client.execute("import time; time.sleep(0.1); 1 / 0", silent=True)
    cell = shared.client.execute("print(1)")
    assert statuses([shared.wait(silent), shared.wait(cell)]) == ["error", "ok"]


def test_only_what_had_been_received_is_aborted(shared: Kernel) -> None:
    assert shared.run("1 / 0").content["status"] == "error"
    assert shared.run("print(1)").stream() == "1\n"


def test_a_complete_request_in_the_queue_is_answered_though_a_cell_fails(shared: Kernel) -> None:
    msg_ids = send_all(shared, ["1 / 0", "print(1)"])
    question = shared.send("complete_request", {"code": "prin", "cursor_pos": 4})
    assert "print" in shared.wait(question).content["matches"]
    assert statuses([shared.wait(msg_id) for msg_id in msg_ids]) == ["error", "aborted"]


def test_code_that_is_not_stored_does_not_count(shared: Kernel, need: Need) -> None:
    need("ir")
    before = shared.run("0").content["execution_count"]
    for code in ("1", "%%ir\n1"):
        answer = shared.run(code, store_history=False)
        assert answer.content["execution_count"] == answer.of("execute_input")[0]["execution_count"] == before
    silent = shared.run("print('unheard'); 2", silent=True)
    assert "execute_input" not in silent.types
    assert shared.run("%%ir\n3").content["execution_count"] == before + 1
    assert shared.run("4").of("execute_result")[0]["execution_count"] == before + 2


def test_an_aborted_cell_does_not_count(shared: Kernel) -> None:
    failed, aborted = (shared.wait(msg_id) for msg_id in send_all(shared, ["1 / 0", "1"]))
    assert aborted.content["status"] == "aborted"
    assert shared.run("2").content["execution_count"] == failed.content["execution_count"] + 1


def test_user_expressions_are_evaluated_below_a_header_too(shared: Kernel) -> None:
    for code in ("x = 20", "%%python3\nx = 20"):
        found = shared.run(code, user_expressions={"sum": "x + 1", "wrong": "nothing"}).content["user_expressions"]
        assert found["sum"]["data"]["text/plain"] == "21"
        assert found["wrong"]["ename"] == "NameError"


def test_use_in_a_cell_that_fails_changes_nothing(shared: Kernel, need: Need) -> None:
    need("ir")
    assert shared.run('%%use ir\nstop("no")').content["status"] == "error"
    assert shared.run("print(1)").stream() == "1\n"


def test_use_in_a_cell_that_is_aborted_changes_nothing(shared: Kernel, need: Need) -> None:
    need("ir")
    answers = [shared.wait(msg_id) for msg_id in send_all(shared, ["1 / 0", "%%use ir", "%%use ir\ncat(1)"])]
    assert statuses(answers) == ["error", "aborted", "aborted"]
    assert shared.run("print(1)").stream() == "1\n"


def test_use_holds_for_cells_that_were_sent_together_and_not_for_silent_ones(shared: Kernel, need: Need) -> None:
    need("ir")
    msg_ids = send_all(shared, ["%%use ir", "cat(paste0('R ', 1))", "%%python3\nprint('P 1')", "cat('R 2')"])
    silent = shared.client.execute("unheard = 'set by silent Python'", silent=True)
    with_header = shared.client.execute("%%ir\nheard <- 'set by silent R'", silent=True)
    last = send_all(shared, ["cat(heard)", "%%use python3", "print(unheard)"])
    assert [shared.wait(msg_id).stream() for msg_id in msg_ids] == ["", "R 1", "P 1\n", "R 2"]
    assert statuses([shared.wait(silent), shared.wait(with_header)]) == ["ok", "ok"]
    assert [shared.wait(msg_id).stream() for msg_id in last] == ["set by silent R", "", "set by silent Python\n"]


def test_python_completes_and_kernel_info_is_answered_while_r_sleeps(shared: Kernel, need: Need) -> None:
    need("ir", "bash")
    shared.run("%%start bash")
    msg_id = shared.begin(R_SLEEPS)
    queued = shared.client.execute("%%bash\necho 1")
    requests: dict[str, Json] = {
        "complete_request": {"code": "prin", "cursor_pos": 4},
        "inspect_request": {"code": "print", "cursor_pos": 5, "detail_level": 0},
        "is_complete_request": {"code": "for i in x:"},
        "kernel_info_request": {},
        "history_request": {"hist_access_type": "tail", "n": 1, "output": False, "raw": True},
        "comm_info_request": {},
    }
    for msg_type, content in requests.items():
        answer = shared.ask(msg_type, content, patience=5)
        assert answer.types == ["busy", "idle"]
        assert answer.seconds < 1
    in_bash = shared.ask("complete_request", {"code": "%%bash\nprintf", "cursor_pos": 13}, patience=5)
    assert "printf" in in_bash.content["matches"]
    assert shared.ask("kernel_info_request", {}, channel="control", patience=5).content["status"] == "ok"
    assert not {msg_id, queued} & shared.replies.keys()
    shared.interrupt()
    assert statuses([shared.wait(msg_id), shared.wait(queued)]) == ["aborted", "aborted"]


def test_messages_of_unknown_types_are_over_at_once_and_harm_nothing(shared: Kernel, need: Need) -> None:
    need("ir")
    for default in ("python3", "ir"):
        shared.run(f"%%use {default}")
        for channel in ("shell", "control"):
            unknown = shared.send("frobnicate_request", {"anything": [1]}, channel=channel)
            assert shared.wait(unknown, has_reply=False, patience=5).types == ["busy", "idle"]
    answer = shared.run("%%use python3\n%%ir\ncat(1)")
    assert (answer.stream(), answer.stream("stderr")) == ("1", "")
    shared.run("%%stop python3")
    unknown = shared.send("frobnicate_request", {})
    assert shared.wait(unknown, has_reply=False, patience=5).types == ["busy", "idle"]
    assert shared.run("print(1)").stream() == "1\n"
