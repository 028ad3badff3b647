"""A Python of any version, without a kernel: it runs what it is sent, as a kernel would."""

import json
import subprocess
from typing import Any

SERVER = """
import contextlib, io, json, sys
asked, answered = sys.stdin, sys.stdout
sys.argv = [""]
for line in asked:
    said, error = io.StringIO(), None
    try:
        with contextlib.redirect_stdout(said):
            exec(compile(json.loads(line), "<cell>", "exec"), sys.modules["__main__"].__dict__)
    except BaseException as failure:
        error = [type(failure).__name__, str(failure)]
    print(json.dumps([said.getvalue(), error]), file=answered, flush=True)
"""


class PlainPython:
    """A process."""

    def __init__(self, executable: str) -> None:
        """Start an interpreter."""
        command = [executable, "-c", SERVER]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, code: str) -> tuple[str, str]:
        """Run code in `__main__`; return what it printed, and the error that it ended with, or nothing."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        answer: Any = json.loads(self._process.stdout.readline())
        said, error = answer
        return said, ": ".join(error) if error else ""

    def close(self) -> None:
        """End it."""
        with self._process:
            pass
