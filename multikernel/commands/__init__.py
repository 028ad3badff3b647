"""The commands that a header line may name: one small function each, over `core.services` only.

To add one, write a function and give it a line in TABLE; completion, `%%help` and lookup follow from it.
"""

from .backends_table import backends
from .command import Command
from .help_text import describe, help_
from .log import log
from .start_stop import interrupt, restart, start, stop
from .use import use
from .variables_table import vars_

__all__ = ["TABLE", "Command", "command_help"]

TABLE: dict[str, Command] = {
    command.name: command
    for command in (
        Command("use", "%%use [backend]", "make a backend the default from here on; alone: say which one it is", use),
        Command("backends", "%%backends", "show all backends: kernelspec, state, pid, memory, cells run", backends),
        Command("start", "%%start backend …", "start backends", start),
        Command("stop", "%%stop backend …", "stop backends", stop),
        Command("restart", "%%restart backend …", "restart backends, nothing else touched", restart),
        Command("interrupt", "%%interrupt backend …", "interrupt backends that are busy", interrupt),
        Command("log", "%%log backend", "show what a backend's process wrote to stdout and stderr", log),
        Command("vars", "%%vars [backend …]", "show the variables in the backends that run: type, shape, size", vars_),
        Command("help", "%%help [name]", "show what can stand on top of a cell", help_),
    )
}


def command_help() -> dict[str, str]:
    """Return, by command, the text that Shift-Tab on its header line and `%%help` show."""
    return {name: describe(command) for name, command in TABLE.items()}
