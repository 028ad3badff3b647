"""Shows the beginning of a variable, as texts in a table.

An adapter whose language can do so has one more member, `preview_code`. Like the list of variables, a preview runs no
code that the user has written: a part whose type is not known is shown as the type's name.
"""

from ..core.errors import TransferError
from ..core.protocol.wire import Json
from ..core.services import ValueServices
from .child_answer import adapter_of
from .language import LONGEST_CELL, LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS, Previews
from .variables import look

KEYS = ("columns", "types", "labels", "rows", "text", "total")


async def preview(services: ValueServices, backend: str, name: str) -> Json:
    """Return the beginning of a variable of a backend that runs, with all KEYS; TransferError if there is none."""
    _, language = await adapter_of(services, backend)
    if not isinstance(language, Previews):
        raise TransferError(f"Variables of {language.name} cannot be shown here: run {name} in a cell.")
    if why := language.refuses_name(name):
        raise TransferError(f"{name!r} {why}, so it cannot be shown here.")
    answer = await look(services, backend, language, lambda folder: language.preview_code(name, folder))
    if answer.get("missing") is True:
        raise TransferError(f"There is no variable {name} in {backend} any more.")
    shown = answer.get("preview")
    if not isinstance(shown, dict):
        raise TransferError(f"{name} cannot be shown: {answer.get('failed') or 'it is of an unknown type'}")
    shown = {"columns": [], "types": [], "labels": [], "rows": [], "text": "", "total": None, **shown}
    if not _is_right(shown):
        raise TransferError(f"{backend} sent an invalid reply about {name}.")
    return {key: shown[key] for key in KEYS}


def _is_right(shown: Json) -> bool:
    match shown:
        case {"columns": [], "types": [], "labels": [], "rows": [], "text": str(text), "total": None}:
            return len(text) <= LONGEST_TEXT
        case {"columns": columns, "types": types, "labels": labels, "rows": list(rows), "text": "", "total": total}:
            return (
                _are_texts(columns, MOST_COLUMNS)
                and _are_texts(types, MOST_COLUMNS)
                and _are_texts(labels, MOST_ROWS)
                and (len(types), len(rows)) == (len(columns), len(labels))
                and all(_are_texts(row, MOST_COLUMNS) and len(row) == len(columns) for row in rows)
                and isinstance(total, list)
                and [type(each) for each in total] == [int, int]
            )
        case _:
            return False


def _are_texts(found: object, most: int) -> bool:
    return (
        isinstance(found, list)
        and len(found) <= most
        and all(isinstance(each, str) and len(each) <= LONGEST_CELL for each in found)
    )
