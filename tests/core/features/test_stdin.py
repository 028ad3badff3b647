"""A child's question to the user finds its client, and the answer finds the child."""

from multikernel.core.protocol.wire import decode, encode

from ..desk import CLIENT, Desk
from ..lines import child_message, make_message


def ask(desk: Desk, backend: str, parent: int, msg_id: str) -> list[str]:
    """Let a child ask its user something."""
    return desk.back(backend, "stdin", child_message("input_request", str(parent), {"prompt": "?"}, msg_id=msg_id))


def answer(desk: Desk, parent: str = "", client: tuple[bytes, ...] = CLIENT) -> list[str]:
    """Let a client answer, to a question or to none."""
    parent_frame = encode({"msg_id": parent}) if parent else b"{}"
    message = make_message("answer", "input_reply", {"value": "yes"}, parent_frame, buffers=(b"b",))
    return desk.front(message, "stdin", client)


def asking() -> Desk:
    desk = Desk("python3", "ir")
    desk.execute("input()")
    assert ask(desk, "python3", 1, "q1") == ["stdin input_request of 1"]
    return desk


def test_an_answer_goes_to_the_child_that_asked_as_an_answer_to_its_question() -> None:
    desk = asking()
    assert answer(desk, "q1") == ["python3 <- stdin input_reply own"]
    sent = desk.child_messages("python3", "input_reply")[0]
    asked = child_message("input_request", "1", {"prompt": "?"}, msg_id="q1")
    assert sent.parent_frame == asked.header_frame
    assert (sent.content(), sent.buffers) == ({"value": "yes"}, (b"b",))


def test_the_question_goes_to_the_client_that_sent_the_cell() -> None:
    desk = Desk("python3")
    desk.front(desk.message("execute_request", {"code": "input()"}), client=(b"other",))
    ask(desk, "python3", 1, "q1")
    action = desk.actions[-1]
    assert getattr(action, "client", None) == (b"other",)
    assert decode(desk.front_messages("input_request")[0].parent_frame)["msg_id"] == "1"
    assert answer(desk, "q1") == []
    assert answer(desk, client=(b"other",)) == ["python3 <- stdin input_reply own"]


def test_an_answer_without_parent_is_for_the_last_question_of_its_client() -> None:
    desk = asking()
    desk.request("complete_request", code="%%r\nx", cursor_pos=5)
    ask(desk, "python3", 1, "q2")
    assert answer(desk) == ["python3 <- stdin input_reply own"]
    assert answer(desk) == ["python3 <- stdin input_reply own"]
    assert answer(desk) == []


def test_a_client_is_asked_by_one_backend_at_a_time() -> None:
    desk = asking()
    desk.request("complete_request", code="%%r\nx", cursor_pos=5)
    assert ask(desk, "ir", 2, "q2") == []
    assert answer(desk, "q2") == []
    assert answer(desk, "q1") == ["python3 <- stdin input_reply own", "stdin input_request of 2"]
    assert answer(desk, "q2") == ["ir <- stdin input_reply own"]


def test_an_answer_to_an_earlier_question_finds_it() -> None:
    desk = asking()
    ask(desk, "python3", 1, "q2")
    assert answer(desk, "q1") == ["python3 <- stdin input_reply own"]
    assert answer(desk, "q2") == ["python3 <- stdin input_reply own"]


def test_what_is_asked_for_a_cell_that_is_over_goes_nowhere() -> None:
    desk = Desk("python3")
    desk.execute("Thread(target=input).start()")
    desk.finish("python3", 1)
    assert ask(desk, "python3", 1, "q1") == []
    assert desk.drops == ["python3 stdin input_request: its request is over"]
    assert answer(desk, "q1") == []


def test_an_answer_that_nobody_waits_for_is_dropped() -> None:
    desk = asking()
    assert answer(desk, "another") == []
    desk.finish("python3", 1)
    assert answer(desk, "q1") == answer(desk) == []
    assert desk.drops == ["notebook stdin input_reply: no backend waits for it"] * 3


def test_a_death_drops_the_question() -> None:
    desk = asking()
    desk.died("python3")
    assert answer(desk) == []


def test_a_question_under_no_request_is_not_asked() -> None:
    desk = asking()
    assert ask(desk, "ir", 1, "q2") == ask(desk, "ir", 9, "q3") == []


def test_a_question_that_came_late_ends_with_its_child() -> None:
    desk = Desk("python3")
    desk.execute("Thread(target=input).start()")
    desk.finish("python3", 1)
    ask(desk, "python3", 1, "q1")
    desk.died("python3")
    assert answer(desk, "q1") == []


def asked_by_two(desk: Desk) -> None:
    """Let Python ask, and R while that question is open, which does not get through."""
    assert ask(desk, "python3", 1, "q1") == ["stdin input_request of 1"]
    assert ask(desk, "ir", 2, "q2") == []


def in_background() -> Desk:
    desk = Desk("python3", "ir", "bash")
    desk.execute("%%python --bg\ninput()")
    desk.execute("%%r --bg\nreadline()")
    return desk


def test_a_cell_in_the_background_says_which_backend_asks() -> None:
    desk = in_background()
    ask(desk, "python3", 1, "q1")
    assert desk.last("input_request")["prompt"] == "python3: ?"


def test_a_part_in_the_background_does_too() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%parts\n%%python --bg\ninput()\n%%r\nreadline()")
    ask(desk, "python3", 1, "q1")
    assert desk.last("input_request")["prompt"] == "python3: ?"
    answer(desk, "q1")
    ask(desk, "ir", 1, "q2")
    assert desk.last("input_request")["prompt"] == "?"


def test_the_next_question_is_asked_when_the_cell_of_the_one_before_is_over() -> None:
    desk = in_background()
    asked_by_two(desk)
    assert "stdin input_request of 2" in desk.finish("python3", 1, "error")
    assert answer(desk) == ["ir <- stdin input_reply own"]


def test_the_next_question_is_asked_when_the_child_of_the_one_before_has_died() -> None:
    desk = in_background()
    asked_by_two(desk)
    assert "stdin input_request of 2" in desk.died("python3")


def test_a_question_that_waits_is_forgotten_with_its_cell() -> None:
    desk = in_background()
    asked_by_two(desk)
    desk.finish("ir", 2, "error")
    assert answer(desk, "q1") == ["python3 <- stdin input_reply own"]


def test_of_several_questions_that_wait_one_is_asked_at_a_time() -> None:
    desk = in_background()
    desk.execute("%%bash --bg\nread")
    asked_by_two(desk)
    assert ask(desk, "bash", 3, "q3") == []
    assert answer(desk) == ["python3 <- stdin input_reply own", "stdin input_request of 2"]
    assert answer(desk) == ["ir <- stdin input_reply own", "stdin input_request of 3"]


def test_another_client_is_asked_at_once() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%python --bg\ninput()")
    desk.front(desk.message("execute_request", {"code": "%%r --bg\nreadline()"}), client=(b"other",))
    ask(desk, "python3", 1, "q1")
    assert ask(desk, "ir", 2, "q2") == ["stdin input_request of 2"]
    assert answer(desk, "q2") == []
    assert answer(desk, "q2", (b"other",)) == ["ir <- stdin input_reply own"]
