"""A backend's death ends all that it had to do, and nothing that others have to do."""

from multikernel.core.errors import BackendStartError
from multikernel.core.protocol.wire import Json

from .desk import KERNELSPECS, Desk, configured

DEAD_1 = ["iopub error of 1: BackendDied", "shell execute_reply of 1: error", "iopub idle of 1"]


def test_a_death_is_an_error_in_the_cell_with_the_last_words() -> None:
    desk = Desk("python3")
    desk.stderr["python3"] = ["Fatal Python error", "Segmentation fault"]
    desk.execute("1")
    desk.stream("python3", 1, "so far")
    assert desk.died("python3", "SIGSEGV") == DEAD_1
    error = desk.last("error")
    assert error["evalue"] == "python3 died (SIGSEGV); the next cell for it starts it again, empty."
    assert error["traceback"][1:] == ["Fatal Python error", "Segmentation fault"]
    assert desk.last("execute_reply")["traceback"] == error["traceback"]
    assert desk.timers == {}


def test_the_log_says_how_each_life_ended() -> None:
    desk = Desk("python3")
    desk.died("python3", "SIGSEGV")
    desk.start("python3")
    desk.stop("python3")
    desk.stop("python3")
    assert desk.logs == [
        "python3: python3 died (SIGSEGV); the next cell for it starts it again, empty.",
        "python3: python3 was stopped.",
    ]


def test_a_death_aborts_what_is_queued() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.execute("%%r\n2")
    assert desk.died("python3") == [
        *DEAD_1,
        *("iopub busy of 2", "shell execute_reply of 2: aborted", "iopub idle of 2"),
    ]


def test_the_next_cell_starts_it_anew_and_says_so_once() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.died("python3")
    assert "start python3" in desk.execute("2")
    assert desk.ready("python3") == [
        "python3 <- execute_request 2: 2",
        "iopub stderr of 2: python3 had died and was restarted: it is new and empty.",
    ]
    desk.finish("python3", 2)
    assert "python3 <- execute_request 3: 3" in desk.execute("3")
    assert desk.text_of(3) == ""


def test_a_silent_cell_is_told_nothing() -> None:
    desk = Desk("python3")
    desk.died("python3")
    desk.execute("1", silent=True)
    assert desk.ready("python3") == ["python3 <- execute_request 1: 1"]
    desk.finish("python3", 1)
    assert "iopub stderr of 2: python3 had died and was restarted: it is new and empty." in desk.execute("2")


def test_a_startup_code_that_fails_is_told_once_however_often_the_backend_was_restarted() -> None:
    desk = Desk()
    for _ in range(3):
        desk.stop("python3")
        desk.start("python3")
        desk.ready("python3", "NameError: x")
    note = "The startup code of python3 failed: NameError: x\n"
    desk.execute("1", silent=True)
    desk.finish("python3", 1)
    desk.execute("2")
    assert desk.text_of(2) == note
    desk.finish("python3", 2)
    desk.execute("3")
    assert (desk.text_of(1), desk.text_of(3)) == ("", "")


def test_a_death_and_a_startup_code_that_fails_are_both_told() -> None:
    desk = Desk("python3")
    desk.died("python3")
    desk.execute("1")
    desk.ready("python3", "NameError: x")
    assert [line.partition(" ")[0] for line in desk.text_of(1).splitlines()] == ["python3", "The"]


def test_a_new_child_is_moved_on_to_the_counter() -> None:
    desk = Desk("python3")
    for number in (1, 2):
        desk.execute("x")
        desk.finish("python3", number, count=number)
    desk.died("python3")
    desk.execute("x")
    desk.ready("python3")
    assert desk.child_messages("python3", "execute_request")[-1].metadata_frame == b'{"multikernel_count":3}'


def test_who_has_replied_is_just_finished() -> None:
    desk = Desk("python3")
    desk.execute("quit()")
    desk.reply("python3", 1)
    assert desk.died("python3") == ["iopub idle of 1"]
    assert desk.timers == {}


def test_what_others_do_goes_on() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    desk.request("complete_request", code="x", cursor_pos=1)
    assert desk.died("python3") == [
        *("iopub busy of 2", "shell complete_reply of 2: ok", "iopub idle of 2"),
        "iopub busy of 1",
    ]
    assert desk.finish("ir", 1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]


def test_comms_are_closed_with_their_backend() -> None:
    desk = Desk("python3", "ir")
    desk.execute("1")
    for comm_id in "ab":
        desk.child("python3", "iopub", "comm_open", 1, comm_id=comm_id, target_name="t")
    desk.request("comm_msg", comm_id="a")
    desk.finish("python3", 1)
    assert desk.died("python3") == ["iopub busy of 2", "iopub idle of 2", "iopub comm_close", "iopub comm_close"]
    assert [m.content() for m in desk.front_messages("comm_close")] == [
        {"comm_id": "a", "data": {}},
        {"comm_id": "b", "data": {}},
    ]
    assert desk.front_messages("comm_close")[0].parent_frame == b"{}"
    assert desk.request("comm_msg", comm_id="a") == ["iopub busy of 3", "iopub idle of 3"]


def test_a_start_that_fails_is_an_error_in_the_cell() -> None:
    desk = Desk("python3")
    desk.execute("%%r\nx")
    assert desk.start_failed("ir", "R is not there") == [
        "iopub error of 1: BackendStartError",
        "shell execute_reply of 1: error",
        "iopub idle of 1",
    ]
    assert desk.last("error")["traceback"][1:] == ["last line"]
    assert desk.timers == {}
    assert "start ir" in desk.execute("%%r\ny")


def test_a_child_that_cannot_go_on_leaves_nothing_open() -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.start_failed("python3")[-1] == "iopub idle of 1"
    assert desk.in_flight == []


def test_a_backend_that_is_stopped_ends_what_it_has_to_do() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx")
    assert desk.stop("ir") == [
        *("stop ir", "iopub error of 1: BackendStopped", "shell execute_reply of 1: error", "iopub idle of 1")
    ]
    assert "start ir" in desk.execute("%%r\ny")
    assert "new and empty" not in desk.text_of(2)


def test_a_backend_that_is_stopped_while_it_starts_ends_what_waits_for_it() -> None:
    desk = Desk("python3")
    desk.execute("%%r\nx")
    lines = desk.stop("ir")
    assert (lines[0], lines[-1]) == ("stop ir", "iopub idle of 1")
    assert desk.timers == {}


def test_what_a_kernel_says_of_its_language_adds_no_names() -> None:
    info: dict[str, Json] = {"bash": {"language_info": {"name": "Ruby"}}, "ir": {"implementation": "x"}}
    desk = Desk("python3", "bash", "ir", kernel_info=info)
    assert desk.execute("%%ruby\nx")[0].startswith("python3 <- execute_request 1")
    assert (desk.backend("bash").language, desk.backend("ir").language) == ("ruby", "r")


def test_a_language_is_what_the_kernelspec_says_until_the_kernel_runs() -> None:
    desk = Desk(kernelspecs={"ir": KERNELSPECS["ir"]}, kernel_info={"ir": {"language_info": {"name": "Splus"}}})
    assert (desk.backend("ir").language, desk.backend("bash").language) == ("r", "")
    desk.start("ir")
    desk.ready("ir")
    assert desk.backend("ir").language == "splus"


def test_the_language_of_the_config_comes_before_the_kernelspec_s_and_gives_the_backend_a_name() -> None:
    config = configured("python3", "ir", "bash", languages={"ir": "SQL", "bash": "sh"})
    desk = Desk("python3", config=config, kernelspecs={"ir": KERNELSPECS["ir"]})
    assert (desk.backend("ir").language, desk.backend("bash").language) == ("sql", "sh")
    assert desk.execute("%%sql\nx")[0] == "start ir"
    assert desk.router.state.names.find("r") is None
    desk.ready("ir")
    assert desk.backend("ir").language == "r"
    assert desk.router.state.names.find("sql") == "ir"


def test_the_death_of_an_idle_child_is_silent() -> None:
    desk = Desk("python3")
    assert desk.died("python3") == []
    assert desk.backend("python3").state == "stopped"


def test_an_error_carries_its_details_below_the_headline() -> None:
    content = BackendStartError("no", ("a", "b")).content()
    assert content["traceback"] == ["\x1b[0;31mBackendStartError\x1b[0m: no", "a", "b"]
    assert (content["ename"], content["evalue"]) == ("BackendStartError", "no")


def test_a_backend_is_stopped_before_the_next_cell_starts_it_again() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nx", stop_on_error=False)
    desk.execute("%%r\ny")
    lines = desk.stop("ir")
    assert [line for line in lines if not line.startswith(("iopub", "shell"))] == ["stop ir", "start ir"]


def test_a_child_that_is_ready_when_it_is_not_wanted_any_longer_is_not_used() -> None:
    desk = Desk("python3")
    desk.execute("%%r\nx")
    desk.stop("ir")
    assert desk.ready("ir") == []
    assert desk.backend("ir").state == "stopped"
    assert "start ir" in desk.execute("%%r\ny")


def test_a_child_that_dies_between_its_reply_and_its_idle_ends_the_request_once() -> None:
    desk = Desk("python3")
    desk.request("complete_request", code="x", cursor_pos=1)
    desk.child("python3", "shell", "complete_reply", 1, status="ok")
    assert desk.died("python3") == ["iopub idle of 1"]
