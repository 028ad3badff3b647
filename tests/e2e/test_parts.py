"""A cell in several parts, with real kernels."""

from pathlib import Path

from .kernel import Kernel
from .side_by_side import beside, waiting

__all__ = ["beside"]


def test_parts_run_one_after_the_other_and_each_has_a_number(beside: Kernel) -> None:
    beside.run("q = 7")
    answer = beside.run("%%parts\n%%python\n'one'\n%%r -i q\ncat(q)\n%%python\n'two'")
    assert answer.content["status"] == "ok"
    first, second = answer.of("execute_result")
    assert answer.stream() == "7"
    count = answer.content["execution_count"]
    assert (first["execution_count"], second["execution_count"]) == (count - 2, count)
    assert beside.run(f"[Out[{count - 2}], Out[{count}]]").result == "['one', 'two']"


def test_a_failed_part_ends_those_behind_it(beside: Kernel) -> None:
    answer = beside.run("%%parts\n%%sh\necho 1\n%%python\n1 / 0\n%%sh\necho 2")
    assert answer.content["ename"] == "ZeroDivisionError"
    assert answer.stream() == "1\n"


def test_line_numbers_are_the_cell_s(beside: Kernel) -> None:
    answer = beside.run("%%parts\n%%r\n1\n%%python\nx = 1\n1 / 0")
    traceback = "\n".join(answer.content["traceback"])
    assert "line 6" in traceback or "      6" in traceback or "----> 6" in traceback.replace("\x1b[0m", "")


def test_parts_in_the_background_run_at_once_and_the_cell_ends_with_the_last(beside: Kernel, tmp_path: Path) -> None:
    file = tmp_path / "file"
    touch = f"%%sh\ntouch {file}"
    cell = "\n".join(["%%parts", waiting("python", file), waiting("r", file), touch])
    answer = beside.run(cell)
    assert answer.content["status"] == "ok"
    assert answer.stream() == "go\ngo\n"


def test_a_cell_in_parts_can_be_in_the_background(beside: Kernel, tmp_path: Path) -> None:
    msg_id = str(beside.client.execute(f"%%parts --bg\n{waiting('r', tmp_path / 'file', '')}\n%%python\n'done'"))
    beside.until("stream", msg_id, text="go")
    assert beside.run("%%sh\necho meanwhile").stream() == "meanwhile\n"
    (tmp_path / "file").touch()
    assert beside.wait(msg_id).result == "'done'"


def test_two_equal_parts_are_two_requests(beside: Kernel) -> None:
    beside.run("total = 0")
    assert beside.run("%%parts\n%%python\ntotal += 1\n%%python\ntotal += 1").content["status"] == "ok"
    assert beside.run("total").result == "2"


def test_the_button_ends_the_part_that_runs_and_those_behind_it(beside: Kernel, tmp_path: Path) -> None:
    msg_id = str(beside.client.execute(f"%%parts\n{waiting('python', tmp_path / 'never', '')}\n%%sh\necho never"))
    beside.until("stream", msg_id, text="go")
    beside.interrupt()
    answer = beside.wait(msg_id)
    assert answer.content["ename"] == "KeyboardInterrupt"
    assert answer.stream() == "go\n"


def test_completion_and_inspection_follow_the_part_with_the_cursor(beside: Kernel) -> None:
    beside.run("parted_python = 1")
    beside.run("%%r\nparted_r <- 1")
    code = "%%parts\n%%python\nparted_\n%%r\nparted_"
    for cursor, match in ((code.index("parted_") + 7, "parted_python"), (len(code), "parted_r")):
        answer = beside.ask("complete_request", {"code": code, "cursor_pos": cursor})
        assert match in answer.content["matches"]
        assert answer.content["cursor_end"] == cursor
    code = "%%parts\n%%r\n1\n%%python\nlen"
    found = beside.ask("inspect_request", {"code": code, "cursor_pos": len(code), "detail_level": 0})
    assert found.content["found"]


def test_is_complete_is_asked_of_the_last_part(beside: Kernel) -> None:
    for code, status in (
        ("%%parts\n%%r\n1\n%%python\nfor i in x:", "incomplete"),
        ("%%parts\n%%r\n1\n%%python\n1", "complete"),
        ("%%parts", "incomplete"),
        ("%%parts\n%%r", "incomplete"),
    ):
        assert beside.ask("is_complete_request", {"code": code}).content["status"] == status


def test_user_expressions_are_the_last_part_s(beside: Kernel) -> None:
    answer = beside.run("%%parts\n%%r\n1\n%%python\nz = 4", user_expressions={"z": "z + 1"})
    assert answer.content["user_expressions"]["z"]["data"]["text/plain"] == "5"


def test_what_belongs_to_no_part_is_refused(beside: Kernel) -> None:
    for code, why in (
        ("%%parts\nprint(1)\n%%r\n1", "between %%parts and the first part"),
        ("%%parts\n%%r\n1\n%%backends\n", "%%backends cannot be a part"),
        ("%%parts\n%%r\n1\n%%use python\n1", "%%use cannot be a part"),
        ("%%parts -i x\n%%r\n1", "%%parts takes only --bg"),
    ):
        answer = beside.run(code)
        assert answer.content["ename"] == "HeaderError"
        assert why in answer.content["evalue"]
