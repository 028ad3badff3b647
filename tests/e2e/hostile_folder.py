"""What is asked of a kernel in a folder that somebody else has filled."""

from .kernel import Kernel


def ask_what_is_no_cell(kernel: Kernel) -> None:
    """Send what front-ends send of their own accord."""
    kernel.ask("kernel_info_request", {}, channel="control")
    kernel.ask("complete_request", {"code": "impor", "cursor_pos": 5})
    kernel.ask("inspect_request", {"code": "print", "cursor_pos": 5, "detail_level": 0})
    kernel.ask("is_complete_request", {"code": "for"})
    kernel.ask("history_request", {"hist_access_type": "tail", "n": 3, "raw": True, "output": False})
    kernel.ask("comm_info_request", {})
    kernel.run("import sys", silent=True)
