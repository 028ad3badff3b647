"""What a child asks reaches whoever ran the cell, and the answer reaches the child."""

from collections.abc import Callable, Iterator
from queue import Empty

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from .kernel import Kernel

Need = Callable[..., None]

ASKING = {
    "python": ("python3", "print('got', input('Name? '))", "got Ada\n"),
    "python by header": ("python3", "%%python3\nprint('got', input('Name? '))", "got Ada\n"),
    "R": ("ir", '%%ir\ncat("got", readline("Name? "))', "got Ada"),
    "deno": ("deno", '%%deno\nconsole.log("got", prompt("Name? "))', "got Ada\n"),
    "xpython": ("xpython", "%%xpython\nprint('got', input('Name? '))", "got Ada\n"),
    "octave": ("octave", "%%octave\nprintf('got %s', input('Name? ', 's'))", "got Ada"),
}


def ask(kernel: Kernel, code: str) -> tuple[str, dict[str, object]]:
    """Send a cell that asks something; return its msg_id and the question."""
    msg_id = str(kernel.client.execute(code, allow_stdin=True))
    question = kernel.question()
    assert question["parent_header"]["msg_id"] == msg_id
    return msg_id, question


@pytest.mark.parametrize("name", ASKING)
@pytest.mark.parametrize("with_parent", [True, False], ids=["parent header", "no parent header"])
def test_input_is_asked_and_answered(shared: Kernel, need: Need, name: str, with_parent: bool) -> None:
    backend, code, output = ASKING[name]
    need(backend)
    msg_id, question = ask(shared, code)
    assert str(dict(question["content"])["prompt"]).strip() == "Name?"  # type: ignore[call-overload]
    frames = {"parent_header": question["header"]} if with_parent else {}
    shared.send("input_reply", {"status": "ok", "value": "Ada"}, channel="stdin", **frames)
    answer = shared.wait(msg_id)
    assert answer.content["status"] == "ok"
    assert answer.stream().replace("\r\n", "\n").endswith(output)


def test_two_questions_in_a_row_and_a_password(shared: Kernel) -> None:
    msg_id, first = ask(shared, "from getpass import getpass\nprint(input('a '), input('b '), getpass('c '))")
    questions = [first]
    for value in ("1", "2", "3"):
        shared.client.input(value)
        if value != "3":
            questions.append(shared.question())
    assert [question["content"] for question in questions] == [
        {"prompt": "a ", "password": False},
        {"prompt": "b ", "password": False},
        {"prompt": "c ", "password": True},
    ]
    assert shared.wait(msg_id).stream() == "1 2 3\n"


def test_questions_are_of_the_one_session(shared: Kernel, need: Need) -> None:
    need("ir")
    sessions = set()
    for code in ("input()", '%%ir\nreadline("")'):
        msg_id, question = ask(shared, code)
        sessions.add(dict(question["header"])["session"])  # type: ignore[call-overload]
        shared.client.input("")
        sessions |= {message["header"]["session"] for message in shared.wait(msg_id).iopub}
    assert len(sessions) == 1


def test_a_cell_that_may_not_ask_gets_the_error_of_its_kernel(shared: Kernel) -> None:
    answer = shared.run("input('? ')", allow_stdin=False)
    assert answer.content["ename"] == answer.of("error")[0]["ename"] == "StdinNotImplementedError"


def test_an_answer_that_nobody_waits_for_is_ignored(shared: Kernel) -> None:
    shared.client.input("to nobody")
    msg_id, _ = ask(shared, "input('? ')")
    shared.send("input_reply", {"value": "of another"}, channel="stdin", parent_header={"msg_id": "unknown"})
    shared.client.input("right")
    assert shared.wait(msg_id).result == "'right'"


@pytest.fixture
def second(shared: Kernel) -> Iterator[BlockingKernelClient]:
    """Return another client of the shared Multi, of a session of its own."""
    client = BlockingKernelClient(connection_file=shared.manager.connection_file)
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=20)
    yield client
    client.stop_channels()


def test_only_the_client_that_ran_the_cell_is_asked(shared: Kernel, second: BlockingKernelClient) -> None:
    msg_id = second.execute("print('got', input('whose? '))", allow_stdin=True)
    question = second.get_stdin_msg(timeout=20)
    assert question["parent_header"]["msg_id"] == msg_id
    shared.client.input("of the first")
    second.input("of the second")
    reply = second.get_shell_msg(timeout=20)
    assert reply["content"]["status"] == "ok"
    shared.until("stream", msg_id, text="got of the second")
    with pytest.raises(Empty):
        shared.client.get_stdin_msg(timeout=0)


def test_completion_of_another_backend_is_answered_while_one_waits_for_input(shared: Kernel, need: Need) -> None:
    need("ir")
    shared.run("%%start ir")
    msg_id, _ = ask(shared, "input('? ')")
    matches = shared.ask("complete_request", {"code": "%%ir\nread.cs", "cursor_pos": 12}).content["matches"]
    assert "read.csv" in matches
    assert msg_id not in shared.replies
    shared.client.input("done")
    assert shared.wait(msg_id).result == "'done'"
