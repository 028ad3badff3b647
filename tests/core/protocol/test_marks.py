"""Who speaks, in the outputs of several backends: a line where it changes, and no line of two."""

import re
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from multikernel.core.protocol.marks import LONGEST_LINE, Marks
from multikernel.core.protocol.wire import Json, Message

from ..lines import child_message

HEADLINE = re.compile(r"stdout\|\n?── (\w) ──\n")


def make(content: Json) -> Message:
    return child_message("stream", "1", content)


class Notebook:
    """What the notebook shows of one cell."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.shown: list[str] = []

    def say(self, backend: str, text: str, name: str = "stdout") -> None:
        self.output(backend, "stream", name=name, text=text)

    def output(self, backend: str, msg_type: str, **content: object) -> None:
        self.show(self.marks.mark(backend, child_message(msg_type, "1", content), make))

    def show(self, messages: Iterable[Message]) -> None:
        for message in messages:
            content = message.content()
            self.shown.append(f"{content['name']}|{content['text']}" if message.type == "stream" else message.type)


def test_a_headline_stands_where_the_speaker_changes() -> None:
    notebook = Notebook()
    for backend in ("a", "a", "b", "a"):
        notebook.say(backend, "x\n")
    assert notebook.shown == ["stdout|── a ──\nx\n", "stdout|x\n", "stdout|── b ──\nx\n", "stdout|── a ──\nx\n"]


def test_it_stands_in_the_stream_that_speaks_and_before_what_is_no_text() -> None:
    notebook = Notebook()
    notebook.say("a", "x\n", "stderr")
    notebook.output("b", "display_data")
    notebook.output("b", "execute_result")
    notebook.output("a", "error")
    assert notebook.shown == [
        "stderr|── a ──\nx\n",
        *("stdout|── b ──\n", "display_data", "execute_result"),
        *("stdout|── a ──\n", "error"),
    ]


def test_a_line_is_held_until_it_ends() -> None:
    notebook = Notebook()
    notebook.say("a", "1")
    notebook.say("a", "2\n3")
    notebook.say("b", "x\ny")
    notebook.say("a", "4\n")
    assert notebook.shown == ["stdout|── a ──\n12\n", "stdout|── b ──\nx\n", "stdout|── a ──\n34\n"]


def test_the_order_of_stdout_and_stderr_of_one_backend_is_kept() -> None:
    notebook = Notebook()
    notebook.say("a", "out")
    notebook.say("a", "err", "stderr")
    notebook.say("a", "\n")
    notebook.say("a", "\n", "stderr")
    assert notebook.shown == ["stdout|── a ──\nout", "stderr|err", "stdout|\n", "stderr|\n"]


def test_what_is_held_goes_out_before_anything_else_of_its_backend_and_at_its_end() -> None:
    notebook = Notebook()
    notebook.say("a", "1")
    notebook.say("b", "2")
    notebook.output("b", "display_data")
    notebook.show(notebook.marks.flush("b", make))
    notebook.show(notebook.marks.finish("a", make))
    assert notebook.shown == ["stdout|── b ──\n2", "display_data", "stdout|── a ──\n1"]


def test_a_headline_begins_a_line_of_its_own() -> None:
    notebook = Notebook()
    notebook.show(notebook.marks.finish("a", make))
    notebook.say("a", "late")
    notebook.say("b", "x\n")
    notebook.say("a", "later")
    notebook.say("b", "x\n", "stderr")
    assert notebook.shown == [
        "stdout|── a ──\nlate",
        "stdout|\n── b ──\nx\n",
        "stdout|── a ──\nlater",
        "stderr|── b ──\nx\n",
    ]


def test_a_line_that_does_not_end_is_not_held_for_ever() -> None:
    notebook = Notebook()
    notebook.say("a", "x" * (LONGEST_LINE - 1))
    assert notebook.shown == []
    notebook.say("a", "y")
    assert len("".join(notebook.shown)) == LONGEST_LINE + len("stdout|── a ──\n")


def test_what_is_no_output_passes_unmarked_and_clear_output_does_not() -> None:
    notebook = Notebook()
    notebook.output("a", "comm_msg")
    notebook.output("a", "update_display_data")
    notebook.output("a", "clear_output")
    assert notebook.shown == ["comm_msg", "update_display_data"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.text("xy\n", min_size=1, max_size=5)), max_size=20))
def test_nothing_is_lost_and_no_line_is_of_two(said: list[tuple[str, str]]) -> None:
    notebook = Notebook()
    for backend, text in said:
        notebook.say(backend, text)
    for backend in "ab":
        notebook.show(notebook.marks.finish(backend, make))
    speaker, heard = "", {"a": "", "b": ""}
    for shown in notebook.shown:
        headline = HEADLINE.match(shown)
        speaker = headline[1] if headline else speaker
        heard[speaker] += shown[headline.end() if headline else len("stdout|") :]
    assert heard == {name: "".join(text for backend, text in said if backend == name) for name in "ab"}
    whole = "".join(shown.removeprefix("stdout|") for shown in notebook.shown)
    assert all(whole[at.start() - 1 : at.start()] in ("", "\n") for at in re.finditer("──.*\n", whole))
