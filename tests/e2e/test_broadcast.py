"""One body on several backends at once, with real kernels."""

from functools import partial
from pathlib import Path

import pytest

from .kernel import Json, Kernel
from .side_by_side import beside, waiting

__all__ = ["beside"]


def by_speaker(text: str) -> dict[str, str]:
    """Return what each backend has said, by its name."""
    said: dict[str, str] = {}
    for block in text.split("── ")[1:]:
        name, lines = block.split(" ──\n", 1)
        said[name] = said.get(name, "") + lines
    return said


def has_said(name: str, message: Json) -> bool:
    """Whether a message begins what a backend says."""
    return f"── {name} ──" in str(message["content"].get("text"))


def test_each_backend_runs_the_body_and_its_outputs_are_below_its_name(beside: Kernel) -> None:
    answer = beside.run("%%python,r\nprint('hello')")
    assert by_speaker(answer.stream()) == {"python": "hello\n", "r": '[1] "hello"\n'}
    assert answer.content["status"] == "ok"


def test_a_group_runs_it_on_all_of_its_backends_and_one_of_them_alone(beside: Kernel) -> None:
    beside.run("%%worker\nimport os\npid = os.getpid()\nprint(pid)")
    alone = {name: beside.run(f"%%{name}\npid").result for name in ("worker[0]", "worker[1]", "WORKER[1]")}
    assert len(set(alone.values())) == 2
    assert alone["worker[1]"] == alone["WORKER[1]"]
    answer = beside.run("%%worker\nprint(pid)")
    assert by_speaker(answer.stream()) == {name: f"{alone[name]}\n" for name in ("worker[0]", "worker[1]")}


def test_they_run_at_the_same_time(beside: Kernel, tmp_path: Path) -> None:
    beside.run("%%worker[0]\nmine, other = 'a', 'b'")
    beside.run("%%worker[1]\nmine, other = 'b', 'a'")
    meet = (
        "%%worker\nimport os, time\nopen(os.path.join({0!r}, mine), 'w').close()\n"
        "while not os.path.exists(os.path.join({0!r}, other)): time.sleep(0.01)"
    )
    assert beside.run(meet.format(str(tmp_path))).content["status"] == "ok"


def test_lines_stay_whole(beside: Kernel) -> None:
    body = "import sys\nfor i in range(300):\n    for c in 'abcdef': print(c, end='', flush=True)\n    print()"
    answer = beside.run(f"%%worker\n{body}")
    lines = [line for line in answer.stream().splitlines() if not line.startswith("── ")]
    assert lines == ["abcdef"] * 600
    assert by_speaker(answer.stream()) == dict.fromkeys(("worker[0]", "worker[1]"), "abcdef\n" * 300)


def test_one_error_hides_nobody_s_outputs_and_the_reply_says_who_failed(beside: Kernel) -> None:
    answer = beside.run("%%python,r\nx = 5\nprint(x)\nstop('no')")
    assert (answer.content["status"], answer.content["ename"]) == ("error", "NameError")
    assert answer.content["evalue"].startswith("python: name 'stop' is not defined; r: ")
    assert [error["ename"] for error in answer.of("error")].count("NameError") == 1
    assert len(answer.of("error")) == 2
    one = beside.run("%%worker,r\nprint(1)\nprint('a' if True else 2)")
    assert one.content["evalue"].startswith("r: ")
    assert by_speaker(one.stream())["worker[1]"] == "1\na\n"


def test_a_death_is_its_own_backend_s(beside: Kernel) -> None:
    beside.run("%%worker[0]\nis_first = True")
    beside.run("%%worker[1]\nis_first = False")
    answer = beside.run(
        "%%worker\nimport os\nprint('begun', flush=True)\nif is_first: os.kill(os.getpid(), 9)\nprint('end')"
    )
    assert answer.content["ename"] == "BackendDied"
    assert "worker[0] died" in answer.content["evalue"]
    assert by_speaker(answer.stream())["worker[1]"] == "begun\nend\n"
    assert beside.run("%%worker[0]\n1").result == "1"


def test_values_go_to_each_and_come_from_each(beside: Kernel) -> None:
    beside.run("n = 20")
    answer = beside.run("%%worker,r -i n -o m\nm = n")
    assert answer.content["status"] == "ok"
    assert beside.run("[m_worker_0, m_worker_1, m_r]").result == "[20, 20, 20]"


def test_the_source_is_not_sent_its_own(beside: Kernel) -> None:
    beside.run("k = [1, 2]")
    assert beside.run("%%python,worker -i k -o same\nsame = k").content["status"] == "ok"
    assert beside.run("[same_python, same_worker_0, same_worker_1]").result == "[[1, 2], [1, 2], [1, 2]]"


def test_the_button_interrupts_all(beside: Kernel, tmp_path: Path) -> None:
    msg_id = str(beside.client.execute(waiting("python", tmp_path / "never", ",worker")))
    for name in ("python", "worker[0]", "worker[1]"):
        beside.first(msg_id, partial(has_said, name))
    beside.interrupt()
    answer = beside.wait(msg_id)
    assert answer.content["ename"] == "KeyboardInterrupt"
    assert len(answer.of("error")) == 3


def test_clear_output_of_one_takes_nothing_from_the_others(beside: Kernel) -> None:
    answer = beside.run("%%worker\nfrom IPython.display import clear_output\nprint(1)\nclear_output()\nprint(2)")
    assert answer.of("clear_output") == []
    assert by_speaker(answer.stream()) == dict.fromkeys(("worker[0]", "worker[1]"), "1\n2\n")


def test_displays_with_one_id_stay_apart(beside: Kernel) -> None:
    answer = beside.run("%%worker\nfrom IPython.display import display, update_display\ndisplay(1, display_id='a')")
    ids = {shown["transient"]["display_id"] for shown in answer.of("display_data")}
    assert len(ids) == 2
    updated = beside.run("%%worker[1]\nupdate_display(2, display_id='a')")
    assert updated.of("update_display_data")[0]["transient"]["display_id"] in ids


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("%%python, r", "write the names without spaces, as in %%python,r"),
        ("%%python,python3", "no backend 'python3'"),
        ("%%worker,worker[1]", "names worker[1] twice"),
        ("%%python,help", "%%help is not a backend"),
        ("%%use worker", "worker is 2 backends: name one, as in worker[0]"),
        ("%%r -i worker:x", "worker is 2 backends"),
        ("%%worker[2]\n1", "There is no worker[2]: the backends are worker[0] to worker[1]."),
    ],
)
def test_what_cannot_be_meant_is_refused(beside: Kernel, header: str, why: str) -> None:
    answer = beside.run(f"{header}\n1" if "\n" not in header else header)
    assert answer.content["status"] == "error"
    assert why in answer.content["evalue"]
