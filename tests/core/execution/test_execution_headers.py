"""Commands and `%%use`: what header lines do when a cell's turn comes."""

from dataclasses import replace

import pytest

from multikernel.core.errors import HeaderError

from ..desk import Desk, configured


def test_use_makes_another_backend_the_default_when_the_cell_has_succeeded() -> None:
    desk = Desk("python3", "ir")
    assert "run %%use r of 1" in desk.execute("%%use r\nx")
    assert desk.command_done(1) == ["ir <- execute_request 1: ##use r\nx"]
    assert desk.router.state.default == "python3"
    desk.reply("ir", 1)
    assert desk.router.state.default == "ir"
    desk.idle("ir", 1)
    assert "ir <- execute_request 2: y" in desk.execute("y")


def test_a_failed_cell_does_not_change_the_default() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%use r\nstop()")
    desk.command_done(1)
    desk.finish("ir", 1, "error")
    assert desk.router.state.default == "python3"


def test_use_alone_starts_nothing_and_is_over_at_once() -> None:
    desk = Desk()
    assert desk.execute("%%use r") == ["run %%use r of 1", "iopub busy of 1", "iopub execute_input of 1: [1] %%use r"]
    assert desk.command_done(1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]
    assert desk.router.state.default == "ir"


def test_where_a_cell_runs_is_decided_when_its_turn_comes() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%use r")
    assert desk.execute("x") == []
    assert "ir <- execute_request 2: x" in desk.command_done(1)


def test_use_and_another_header_run_the_body_there_once() -> None:
    desk = Desk("python3", "ir", "bash")
    desk.execute("%%use r\n%%bash\nls")
    assert desk.command_done(1) == ["bash <- execute_request 1: ls"]
    desk.finish("bash", 1)
    assert "ir <- execute_request 2: x" in desk.execute("x")


def test_silent_cells_of_the_front_end_go_to_the_configured_default() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%use r")
    desk.command_done(1)
    assert "python3 <- execute_request 2: 1" in desk.execute("1", silent=True)
    desk.finish("python3", 2)
    assert "ir <- execute_request 3: ##r\n1" in desk.execute("%%r\n1", silent=True)


def test_commands_run_one_after_another_and_show_what_they_return() -> None:
    desk = Desk("python3")
    assert "run %%backends of 1" in desk.execute("%%backends\n%%help")
    assert desk.command_done(1, {"text/plain": "table"}) == ["run %%help of 1", "iopub display_data of 1"]
    assert desk.last("display_data") == {"data": {"text/plain": "table"}, "metadata": {}, "transient": {}}
    assert desk.command_done(1) == ["shell execute_reply of 1: ok", "iopub idle of 1"]
    assert desk.last("execute_reply") == {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}


def test_a_command_that_fails_ends_the_cell_and_what_is_queued() -> None:
    desk = Desk("python3")
    desk.execute("%%start r\n%%use r\n%%r\nx")
    desk.execute("y")
    assert desk.command_done(1, HeaderError("no")) == [
        *("iopub error of 1: HeaderError", "shell execute_reply of 1: error", "iopub idle of 1"),
        *("iopub busy of 2", "shell execute_reply of 2: aborted", "iopub idle of 2"),
    ]
    assert desk.router.state.default == "python3"
    assert desk.command_done(1) == []


def test_a_command_with_now_does_not_wait() -> None:
    desk = Desk("python3", "ir")
    desk.execute("%%r\nSys.sleep(99)")
    assert "run %%restart r --now of 2" in desk.execute("%%restart r --now")
    lines = desk.stop("ir")
    assert (lines[0], *lines[-2:]) == ("stop ir", "iopub idle of 1", "iopub busy of 2")
    assert desk.command_done(2)[-1] == "iopub idle of 2"


@pytest.mark.parametrize("code", ["%%restart r --now\nx", "%%bash --now\nls", "print('--now')"])
def test_now_is_for_cells_of_commands_alone(code: str) -> None:
    desk = Desk("python3")
    desk.execute("1")
    assert desk.execute(code) == []


def test_a_cell_with_now_that_fails_aborts_nothing_that_was_there_before() -> None:
    desk = Desk("python3")
    desk.execute("1")
    desk.execute("2")
    desk.execute("%%restart nothing --now")
    desk.command_done(3, HeaderError("no"))
    assert "python3 <- execute_request 2: 2" in desk.finish("python3", 1)


# A config file that is wrong, or came with the notebook.


def test_the_default_and_the_eager_start_when_the_front_is_up() -> None:
    config = configured("ir", "python3", "bash")
    eager = replace(config.backends["bash"], start="eager")
    desk = Desk(config=replace(config, backends={**config.backends, "bash": eager}))
    assert [state for backend in desk.router.state.backends.values() if (state := backend.state)] == [
        "starting",
        "stopped",
        "starting",
    ]
    assert desk.router.begin() == []


def test_a_config_that_came_with_the_notebook_starts_nothing_before_the_first_cell() -> None:
    desk = Desk(holds_starts=True)
    assert desk.backend("python3").state == "stopped"
    assert desk.execute("1", silent=True) == ["iopub busy of 1", "shell execute_reply of 1: ok", "iopub idle of 1"]
    assert desk.execute("%%r\n1")[:2] == ["start python3", "start ir"]
    assert desk.ready("ir") == ["ir <- execute_request 2: ##r\n1"]
    desk.finish("ir", 2)
    assert desk.execute("1", silent=True) == ["iopub busy of 3"]


def test_the_first_cell_says_what_is_wrong_with_the_config_and_does_not_run() -> None:
    desk = Desk("python3", config_error=HeaderError("multikernel.yaml:7:12: no"))
    assert "python3 <- execute_request 1: 1" in desk.execute("1", silent=True)
    desk.finish("python3", 1)
    assert desk.execute("1")[2:] == [
        "iopub error of 2: HeaderError",
        "shell execute_reply of 2: error",
        "iopub idle of 2",
    ]
    assert "python3 <- execute_request 3: 1" in desk.execute("1")
