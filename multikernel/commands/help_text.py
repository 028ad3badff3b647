"""%%help: everything that header lines can do, from the table of commands."""

from collections.abc import Mapping

from ..core.backend import Backend
from ..core.cells.command_names import WITHOUT_NOW
from ..core.errors import HeaderError
from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments, Command

GRAMMAR = """\
A cell may begin with header lines: any number of commands, then at most one backend header, then the code.

%%backend               run this cell on a backend, given its name or its language
%%backend,backend       run it on several at once; each output is below the name of its backend
%%parts                 run each part below, which begins with a backend header of its own, one after the other
{commands}

Options after %%backend:
--bg (or &)             run this cell in the background: the next one does not wait for it (in nbclient, papermill, VS
                        Code and jupyter console it does: they wait for each cell)
-i x,y                  before the cell runs, copy variables x and y from the default backend
-i new=backend:x        … copy x from another backend, under another name
-o x,y                  after the cell has succeeded, copy x and y to the default backend
-o backend:new=x        … copy x to another backend, under another name
                        with several backends, -i copies to each, and -o makes x_a of backend a, x_b of backend b
--scatter a             on several backends: before, give each a chunk of the list or data frame a
--gather x              … after all have succeeded, join their x, in the order of the header
-w 5 -h 4 -u in -r 150  in R: width and height of this cell's plots, their unit (px, in, cm, mm), pixels per inch

--now after a command runs it immediately, even while a cell is running ({without_now} excepted).

Comments may stand above header lines, and behind them: %%backend # like this.

Backends: {backends}.
Cells without a header line run on the default backend, {default}."""


async def help_(table: Mapping[str, Command], services: Services, arguments: Arguments) -> Json | None:
    """Show the whole grammar with this table of commands, or what one name means."""
    if len(arguments) > 1:
        raise HeaderError(f"%%help takes one name, not {len(arguments)}.")
    if not arguments:
        commands = "\n".join(describe(command) for command in table.values())
        backends = ", ".join(map(_names_of, services.state.backends.values()))
        without_now = ", ".join(f"%%{name}" for name in sorted(WITHOUT_NOW))
        default = services.state.default
        text = GRAMMAR.format(commands=commands, backends=backends, default=default, without_now=without_now)
        return {"text/plain": text}
    name = arguments[0].removeprefix("%%").lower()
    if name in table:
        return {"text/plain": describe(table[name])}
    backend = services.state.backends[services.state.names.resolve(name)]
    return {"text/plain": f"{'%%' + name:<22}  run this cell on {backend.name}, {backend.config.where}"}


def describe(command: Command) -> str:
    """Return the one line of help for a command."""
    return f"{command.usage:<22}  {command.summary}"


def _names_of(backend: Backend) -> str:
    """Return a backend's name, with its aliases and its language if that is another."""
    others = dict.fromkeys((*backend.config.aliases, *filter(None, [backend.language])))
    others.pop(backend.name, None)
    return f"{backend.name} ({', '.join(others)})" if others else backend.name
