"""The commands that header lines can name: one small function each, which needs nothing but `core.services`.

To add a command, write a function and add it to TABLE; lookup, completion and `%%help` follow from that.
"""

from .backends_table import backends
from .command import Command
from .help_text import describe, help_
from .log import log
from .start_stop import interrupt, restart, start, stop
from .use import use
from .variables_table import vars_
from .wait import wait

__all__ = ["TABLE", "Command", "command_help"]

TABLE: dict[str, Command] = {
    command.name: command
    for command in (
        Command(
            "use", "%%use [backend]", "make a backend the default from here on; without a name: show the default", use
        ),
        Command("backends", "%%backends", "show all backends: kernelspec, state, pid, memory, cells run", backends),
        Command("start", "%%start backend …", "start backends", start),
        Command("stop", "%%stop backend …", "stop backends", stop),
        Command("restart", "%%restart backend …", "restart backends; all others keep running", restart),
        Command("interrupt", "%%interrupt backend …", "interrupt busy backends", interrupt),
        Command("log", "%%log backend", "show the last lines that a backend wrote to stdout and stderr", log),
        Command("vars", "%%vars [backend …]", "show the variables of running backends: type, shape, size", vars_),
        Command("wait", "%%wait [backend …]", "wait until cells in the background are over: these, or all", wait),
        Command(
            "help",
            "%%help [name]",
            "show everything that a header line can do, or explain one name",
            lambda services, arguments: help_(TABLE, services, arguments),
        ),
    )
}


def command_help() -> dict[str, str]:
    """Return the help text of each command, for `%%help` and for Shift-Tab on a header line."""
    return {name: describe(command) for name, command in TABLE.items()}
