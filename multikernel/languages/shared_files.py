"""Whether a kernel that Multi did not start on this machine sees its files: it is asked to write one.

A folder that has just been made here, under a name that nobody can guess, is in no other file system.
"""

import secrets

from ..core.errors import TransferError
from ..core.services import ValueServices
from .child_answer import run
from .language import Language


async def make_sure(services: ValueServices, backend: str, adapter: Language) -> None:
    """Raise TransferError if the values of a backend cannot be reached; it is asked once in its life."""
    if services.shares_files(backend) is None:
        services.note_sharing(backend, await _shares_files(services, backend, adapter))
    if services.shares_files(backend) is False:
        raise TransferError(
            f"{backend} shares no files with this machine, so its variables cannot be reached: write them to a file "
            f"there, and copy that."
        )


async def _shares_files(services: ValueServices, backend: str, adapter: Language) -> bool:
    """Let a backend answer that it has no variable of a name that nobody uses."""
    async with services.value_folder(backend) as folder:
        path = await services.files(backend).path(folder)
        try:
            await run(services, backend, adapter, adapter.export_code(f"x{secrets.token_hex(8)}", path), folder)
        except TransferError:
            return False
    return True
