"""jupyter_kernel_test: Multi passes every check that the child alone passes.

Each class of samples is run twice: on the child's own kernelspec, which shows that the samples are right, and on
Multi; there with a header line on top of each sample where the kernel is not the default.
"""

from typing import Any, ClassVar

import pytest
from jupyter_kernel_test import IopubWelcomeTests, KernelTests

from .kernel import ODD_KERNELSPECS

pytestmark = [ODD_KERNELSPECS, pytest.mark.usefixtures("installed")]

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


@pytest.fixture(scope="class")
def installed(request: pytest.FixtureRequest, need: Any) -> None:
    """Skip a class whose kernel is not installed."""
    need(request.cls.kernel_needed)


class PythonSamples:
    """What ipykernel passes."""

    kernel_needed = "python3"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples: ClassVar = [
        {"text": "zi", "matches": {"zip"}},
        {"text": "an_unknown_na", "matches": set()},
    ]
    complete_code_samples: ClassVar = ["1", "print('hello, world')", "def f(x):\n  return x*2\n\n\n"]
    incomplete_code_samples: ClassVar = ["print('''hello", "def f(x):\n  x*2"]
    invalid_code_samples: ClassVar = ["import = 7q"]
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result: ClassVar = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"},
        {"code": "{'a': '🎈'}", "result": "{'a': '🎈'}"},
    ]
    code_display_data: ClassVar = [
        {"code": "from IPython.display import HTML, Image, display; display(HTML('<b>test</b>'))", "mime": "text/html"},
        {"code": f"import base64; display(Image(base64.b64decode('{PNG}')))", "mime": "image/png"},
        {"code": "from IPython.display import Math; display(Math('\\\\frac{1}{2}'))", "mime": "text/latex"},
    ]
    code_history_pattern = "1?2*"
    supported_history_operations: ClassVar = ["tail", "search"]
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


class RSamples:
    """What IRkernel passes: its results are display_data, and it has no history."""

    test_execute_result = test_history = None

    kernel_needed = "ir"
    language_name = "R"
    file_extension = ".r"
    code_hello_world = 'cat("hello, world\\n")'
    code_stderr = 'message("test")'
    completion_samples: ClassVar = [
        {"text": "zi", "matches": {"zip"}},
        {"text": "seq_len(", "matches": {"length.out = "}},
    ]
    complete_code_samples: ClassVar = ["1", 'print("hello, world")', "f <- function(x) {\n  x*2\n}"]
    incomplete_code_samples: ClassVar = ['print("hello', "f <- function(x) {\n  x*2"]
    invalid_code_samples: ClassVar = ["x <- 5 5"]
    code_page_something = "?cat"
    code_generate_error = 'stop("raised")'
    code_display_data: ClassVar = [
        {"code": "1:3", "mime": "text/html"},
        {"code": "plot(1:3)", "mime": "image/png"},
        {"code": 'IRdisplay::display_html("<b>test</b>")', "mime": "text/html"},
    ]
    code_inspect_sample = "print"
    code_clear_output = "IRdisplay::clear_output()"


class BashSamples:
    """What bash_kernel passes: stderr comes as stdout, and it never says whether code is complete."""

    test_execute_stderr = test_execute_result = test_history = test_clear_output = None
    test_is_complete = test_inspect = test_pager = None

    kernel_needed = "bash"
    language_name = "bash"
    file_extension = ".sh"
    code_hello_world = "echo hello, world"
    completion_samples: ClassVar = [{"text": "unali", "matches": {"unalias"}}]
    code_generate_error = "false"
    code_display_data: ClassVar = [
        {"code": "echo '<b>test</b>' | displayHTML", "mime": "text/html"},
        {"code": f"echo {PNG} | base64 -d | display", "mime": "image/png"},
    ]


class OnMulti:
    """Lets Multi run samples below a header line; the backend is started first, which completion never does."""

    kernel_name = "multi"
    language_name = ""
    file_extension = ""
    kernel_needed: str

    @classmethod
    def setUpClass(cls) -> None:
        """Put the header on every sample and start the backend."""
        samples = [name for name in dir(cls) if name.startswith("code_") or name.endswith("_samples")]
        for name in samples:
            setattr(cls, name, _below_header(f"%%{cls.kernel_needed}\n", getattr(cls, name)))
        super().setUpClass()  # type: ignore[misc]
        cls.kc.execute_interactive(f"%%start {cls.kernel_needed}", timeout=60)  # type: ignore[attr-defined]


def _below_header(header: str, sample: Any) -> Any:
    """Return a sample, or a collection of them, with the header line on top of each code."""
    if isinstance(sample, str):
        return header + sample if sample else sample
    if isinstance(sample, dict):
        return {key: _below_header(header, text) if key in ("code", "text") else text for key, text in sample.items()}
    return [_below_header(header, member) for member in sample]


class TestPythonAlone(PythonSamples, KernelTests):  # type: ignore[misc]
    kernel_name = "python3"


class TestPythonAsDefaultOfMulti(PythonSamples, KernelTests):  # type: ignore[misc]
    kernel_name = "multi"
    # ipykernel's "range" fails: it names the running session 0 where "tail" says its number.
    supported_history_operations: ClassVar = ["tail", "range", "search"]


class TestRAlone(RSamples, KernelTests):  # type: ignore[misc]
    kernel_name = "ir"


class TestROnMulti(OnMulti, RSamples, KernelTests):  # type: ignore[misc]
    pass


class TestBashAlone(BashSamples, KernelTests):  # type: ignore[misc]
    kernel_name = "bash"


class TestBashOnMulti(OnMulti, BashSamples, KernelTests):  # type: ignore[misc]
    pass


class TestWelcomeOfMulti(IopubWelcomeTests):  # type: ignore[misc]
    kernel_needed = "python3"
    kernel_name = "multi"
    support_iopub_welcome = True


del KernelTests, IopubWelcomeTests  # pytest would collect them here
