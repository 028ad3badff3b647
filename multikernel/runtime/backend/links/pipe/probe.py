"""Whether a place can be reached, for `multikernel doctor`."""

from .....core.protocol.wire import Json
from .command import CommandNotFound, PipePlace, command_of
from .connection import NoAnswer, run_command
from .failures import explain, explain_answer, not_found


async def probe(place: PipePlace) -> str:
    """Run a place's command once, and ask its Python for what a kernel there needs.

    Return what is wrong, in a sentence without its full stop and with the command to run in a terminal; the empty text
    if nothing is.
    """
    request: Json = {"do": "probe"}
    try:
        async with run_command(command_of(place), request) as connection:
            answer = await connection.answer()
    except CommandNotFound as error:
        return not_found(place, str(error))
    except OSError as error:
        return f"{place.name}: {error}"
    except NoAnswer as error:
        return explain(place, error.exit_code, error.said)
    return explain_answer(place, answer) if "error" in answer else ""
