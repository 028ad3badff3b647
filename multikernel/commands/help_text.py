"""%%help: what can stand on top of a cell, from the table of commands."""

from ..core.errors import HeaderError
from ..core.protocol.wire import Json
from ..core.services import Services
from .command import Arguments, Command

GRAMMAR = """\
A cell may begin with header lines: commands, then at most one backend, then the code.

%%backend               run this cell on a backend, by its name or its language
{commands}

After %%backend:
-i x,y                  copy variables x and y from the default backend before the cell runs
-i new=backend:x        … x from another backend, under another name
-o x,y                  copy x and y to the default backend when the cell has succeeded
-o backend:new=x        … x to another backend, under another name

--now after a command: do it at once, while a cell is running.

Backends: {backends}.
Cells without a header line run on the default, which is {default}."""


async def help_(services: Services, arguments: Arguments) -> Json | None:
    """Show all of the grammar, or what one name means."""
    from . import TABLE

    if len(arguments) > 1:
        raise HeaderError(f"%%help takes one name, not {len(arguments)}.")
    if not arguments:
        commands = "\n".join(describe(command) for command in TABLE.values())
        names = services.state.names
        backends = ", ".join(_with_language(name, names.languages.get(name, "")) for name in names.backends())
        return {"text/plain": GRAMMAR.format(commands=commands, backends=backends, default=services.state.default)}
    name = arguments[0].removeprefix("%%").lower()
    if name in TABLE:
        return {"text/plain": describe(TABLE[name])}
    backend = services.state.backends[services.state.names.resolve(name, services.state.default)]
    return {"text/plain": f"{'%%' + name:<22}  run this cell on {backend.name}, kernelspec {backend.config.kernel}"}


def describe(command: Command) -> str:
    """Return the one line of help for a command."""
    return f"{command.usage:<22}  {command.summary}"


def _with_language(backend: str, language: str) -> str:
    return backend if language in ("", backend) else f"{backend} ({language})"
