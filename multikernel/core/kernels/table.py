"""What one kernel needs and another does not: the only place that knows kernels and languages by name.

`profile_of` reads the table with a kernel_info; a kernel that nobody here has seen gets the defaults and what its
language says. Each entry names where the fact was seen.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..config import InterruptMode
from ..protocol.wire import Json
from . import deno, ipython
from .comments import comment_of

PYTHON_PROGRAM = re.compile(r"(python|pypy)[0-9.]*")
IPYKERNEL_MODULES = ("ipykernel_launcher", "ipykernel", "ipykernel.kernelapp")


@dataclass(frozen=True, slots=True)
class KernelProfile:
    """What is special about a kernel."""

    cell_magics: bool = True
    """`%%name` on top of a cell may be the kernel's own syntax; False only where it is known that none is."""
    known_magics: frozenset[str] = frozenset()
    """Those of its cell magics that are always there, for `%%backends` to say which of them are hidden."""
    is_python: bool = False
    """Its strings are Python's: what looks like a header line in one of them is text."""
    reads_as_ipython: bool = False
    """It takes the indent of a whole cell off, and runs `exit` and `%autocall` only in cells of one line."""
    line_comment: str = ""
    """Two characters that begin a comment, to stand for a header's `%%`; empty: the header is cut."""
    interrupt: InterruptMode | None = None
    """None leaves it to the kernelspec."""
    signal_delay: float = 0.0
    """Seconds after a request was sent to it, and after its busy, in which SIGINT waits: it would end the process."""
    idle_delay: float = 0.0
    """Seconds that a cell's idle is held, for a kernel that sends outputs after it and cannot be asked to flush."""
    flush: str = ""
    """Code that prints a `{mark}` behind all that was printed before, for a kernel that sends outputs after its idle.

    Such a kernel may send outputs under the newest execute_request, whichever they are of.
    """
    grace: float = 0.2
    """Seconds between its kernel_info_reply and the first request: ILua 0.2 dies of one that comes at once."""
    ends_on_exit: bool = False
    """Its process ends when it has asked for that in a payload (`ask_exit`); IRkernel leaves it to the front-end."""
    follows_counter: bool = False
    """The kernel numbers its history, and can be moved on to the notebook's counter."""
    setup: str = ""
    """Code that is run silently as soon as it is up."""


DEFAULTS = KernelProfile()
"""A kernel that nobody here has seen: what Multi does not know about it, Multi leaves to it."""

IPYTHON_MAGICS = (
    "bash capture debug file html javascript js latex markdown perl prun pypy python python2 python3 ruby script sh "
    "svg sx system time timeit writefile"
)
"""IPython 9."""

BY_IMPLEMENTATION = {
    "ipython": KernelProfile(
        known_magics=frozenset(IPYTHON_MAGICS.split()),
        is_python=True,
        reads_as_ipython=True,
        line_comment="##",
        grace=0.0,
        ends_on_exit=True,
        follows_counter=True,
        setup=ipython.SETUP,
    ),
    # xeus-python 0.19: SIGINT ends the process, interrupt_request is ignored. It reads cells with IPython.
    "xeus-python": KernelProfile(
        is_python=True, reads_as_ipython=True, line_comment="##", interrupt="restart", grace=0.0
    ),
    # IRkernel 1.3.2: SIGINT within 10 ms of its busy ended the process in 15 of 15, 20 ms after it in none.
    "IRkernel": KernelProfile(cell_magics=False, line_comment="##", grace=0.0, signal_delay=0.1),
    # deno 2.9: SIGINT ends the process; one output in ten came after idle.
    "Deno kernel": KernelProfile(
        cell_magics=False,
        line_comment="//",
        interrupt="message",
        idle_delay=0.03,
        flush=deno.FLUSH,
        grace=0.0,
        setup=deno.SETUP,
    ),
    # bash_kernel 0.10: errors show no line numbers, and every line costs a round trip to the shell.
    "bash_kernel": KernelProfile(cell_magics=False, line_comment="", grace=0.0),
}

PROGRAMS = {
    "ipython": "ipykernel ipykernel_launcher ipython_kernel",
    "xeus-python": "xpython xpython_launcher",
    "Deno kernel": "deno",
    "bash_kernel": "bash_kernel",
    "IRkernel": "IRkernel",
}
"""The implementation that a kernel will report -> words in a kernelspec's argv that show it before the first start."""

OF_PROGRAM = {word: name for name, words in PROGRAMS.items() for word in words.split()}

PYTHONS = frozenset({"python", "ipython", "pyspark", "sagemath"})
"""Languages whose strings are Python's."""


def profile_of(kernel_info: Json) -> KernelProfile:
    """Return the profile for the content of a kernel_info_reply, whatever a kernel left out of it."""
    implementation = kernel_info.get("implementation")
    implementation = implementation if isinstance(implementation, str) else ""
    if implementation in BY_IMPLEMENTATION:
        return BY_IMPLEMENTATION[implementation]
    return replace(
        DEFAULTS,
        line_comment=comment_of(kernel_info.get("language_info")),
        is_python=language_of(kernel_info).lower() in PYTHONS,
        grace=0.0 if implementation.startswith("xeus") or _is_metakernel(kernel_info) else DEFAULTS.grace,
    )


def profile_of_program(words: Iterable[str], language: str) -> KernelProfile:
    """Return the profile that a kernelspec shows before its kernel has been started.

    `words` are those of its argv, `language` is what it says it is.
    """
    implementation = next((OF_PROGRAM[word] for word in words if word in OF_PROGRAM), "")
    return profile_of({"implementation": implementation, "language_info": {"name": language}})


def speaks_ipc(argv: Sequence[str]) -> bool:
    """Whether a kernelspec's command is known to start, on this machine, a kernel that speaks ipc; others get tcp.

    ipykernel and IRkernel do. Of the others some end at once (deno, xeus-python), some live on and never listen (a
    JVM's zmq makes a tcp port of the path); only a start would tell. Those that are built on ipykernel (bash_kernel,
    octave_kernel) speak it, but 7.4 drops outputs when 1,000 of them wait, and a Unix socket takes fewer on top than a
    tcp connection: of 100,000 lines in quick succession they lost one in a hundred over ipc, none over tcp on a quiet
    machine. In ipykernel itself that limit is lifted (`ipython.SETUP`). A command that starts another one, as ssh,
    docker and conda do, may start it where the sockets' folder is not.
    """
    program, *arguments = argv or ("",)
    name = program.rpartition("/")[2]
    if name in ("R", "Rscript"):
        return any("IRkernel::main(" in argument for argument in arguments)
    if not PYTHON_PROGRAM.fullmatch(name):
        return False
    for before, argument in pairwise(("", *arguments)):
        if before == "-m":
            return argument in IPYKERNEL_MODULES
        if not argument.startswith("-") and before not in ("-X", "-W"):
            return False
    return False


def language_of(kernel_info: Json) -> str:
    """Return the language's name in a kernel_info, or the empty string."""
    language_info = kernel_info.get("language_info")
    name = language_info.get("name") if isinstance(language_info, dict) else None
    return name if isinstance(name, str) else ""


def language_info(language: str) -> Json:
    """Return a `language_info` for a kernel that has not reported its own yet, from its kernelspec's language.

    papermill and nbconvert need the name; JupyterLab colours the cells by the mimetype.
    """
    known = LANGUAGE_INFO.get(language.lower(), {})
    return {"name": language.lower(), "version": "", "mimetype": f"text/x-{language.lower()}", **known}


def _is_metakernel(kernel_info: Json) -> bool:
    """Whether a kernel is built on metakernel, as its link to metakernel's magics says."""
    links = kernel_info.get("help_links")
    return isinstance(links, list) and any("metakernel" in str(link).lower() for link in links)


LEXER = "multikernel"
"""What Multi's own `language_info` names as `pygments_lexer`: the lexer in `exports`, which reads header lines."""

LANGUAGE_INFO: dict[str, Json] = {
    "python": {
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": 3},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    },
    "r": {
        "name": "R",
        "mimetype": "text/x-rsrc",
        "codemirror_mode": "r",
        "pygments_lexer": "r",
        "file_extension": ".r",
    },
    "bash": {
        "mimetype": "text/x-sh",
        "codemirror_mode": "shell",
        "pygments_lexer": "bash",
        "file_extension": ".sh",
    },
    "typescript": {
        "mimetype": "application/typescript",
        "codemirror_mode": "typescript",
        "pygments_lexer": "typescript",
        "file_extension": ".ts",
    },
    "javascript": {
        "mimetype": "application/javascript",
        "codemirror_mode": "javascript",
        "pygments_lexer": "javascript",
        "file_extension": ".js",
    },
    "julia": {"mimetype": "text/x-julia", "codemirror_mode": "julia", "file_extension": ".jl"},
}
