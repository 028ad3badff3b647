"""Messages are shown on their way: in a log file."""

from pathlib import Path

from .kernel import open_kernel
from .processes import front


def story(lines: list[str], way: str, channel: str = "shell") -> list[str]:
    """Return the types of the messages that went one way on a channel, statuses with their state."""
    return [line[43:66].strip() for line in lines if line[13:42].split() == [*way.split(), channel]]


def test_a_start_is_in_the_log_file_from_the_first_message(tmp_path: Path) -> None:
    env = {"MULTIKERNEL_TRACE": str(tmp_path / "trace-{pid}.log")}
    with open_kernel("multi", env=env, cwd=str(tmp_path)) as kernel:
        pid = front(kernel).pid
        file = tmp_path / f"trace-{pid}.log"
        kernel.run("print('secret')")
        lines = file.read_text("utf-8").splitlines()
        assert file.stat().st_mode & 0o777 == 0o600
    assert lines[0].startswith(f"# Multi {pid} in {tmp_path}, since 20")
    assert story(lines, "front -> python3")[0] == "kernel_info_request"
    assert story(lines, "notebook -> front")[-1] == "execute_request"
    assert story(lines, "front -> notebook")[-1] == "execute_reply"
    assert story(lines, "front -> notebook", "iopub")[-4:] == ["status busy", "execute_input", "stream", "status idle"]
    assert "secret" not in "".join(lines)
