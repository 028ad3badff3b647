"""Which config files beside notebooks the user trusts, and so lets start something elsewhere.

Jupyter's data folder has one small file for each of them, with the hash of its contents: a file that has changed is not
trusted until the user says so again.
"""

import json
import os
import shlex
import stat
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from ..core.config import BackendConfig
from ..core.errors import BackendNotTrusted
from ..core.places import NeededTrust, UnusablePlace
from ..core.printable import printable
from .yaml_nodes import MAX_BYTES

MAX_ENTRY = 64 * 1024
"""Bytes; an entry has a path and a hash."""


def check_elsewhere(config: BackendConfig) -> None:
    """Raise ConfigError or BackendNotTrusted for a backend elsewhere that must not start."""
    if isinstance(config.place, UnusablePlace):
        raise config.place.error.with_traceback(None)
    if config.needs_trust is not None and not is_trusted(config.needs_trust):
        raise BackendNotTrusted(_why_refused(config, config.needs_trust))


def needed_trust(file: Path, content: bytes) -> NeededTrust:
    """Return what stands for a file with this content."""
    return NeededTrust(str(file.absolute().parent.resolve() / file.name), sha256(content).hexdigest())


def is_trusted(needed: NeededTrust) -> bool:
    """Whether the user has trusted this file with this content."""
    return _trusted_hash(needed.file) == needed.sha256


def trust(needed: NeededTrust) -> None:
    """Trust a file with this content, and no longer with any other; OSError if that cannot be stored."""
    entry = _entry(needed.file)
    for folder in reversed((entry.parent, *entry.parent.parents)):
        # Unlike `os.makedirs`, which leaves those above to the umask.
        folder.mkdir(mode=0o700, exist_ok=True)
    handle, new = tempfile.mkstemp(dir=entry.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({"file": needed.file, "sha256": needed.sha256}, file)
        os.replace(new, entry)
    except BaseException:
        os.unlink(new)
        raise


def distrust(file: Path) -> bool:
    """Trust a file no longer, whatever is in it; return whether it was trusted with any content."""
    with suppress(FileNotFoundError):
        _entry(needed_trust(file, b"").file).unlink()
        return True
    return False


def command_to_trust(needed: NeededTrust | None) -> str | None:
    """Return the command that has to be run before a backend starts; None if it starts without."""
    return None if needed is None or is_trusted(needed) else trust_command(needed.file)


def trust_command(file: str) -> str:
    """Return the command that trusts a file, for a shell."""
    return f"multikernel trust {_shell_word(file)}"


def _why_refused(config: BackendConfig, needed: NeededTrust) -> str:
    where = f"at {config.place.name}" if config.place is not None else f"by the kernelspec {config.kernel}"
    file, not_started = printable(needed.file), f"{config.name} is not started {where}"
    if _hash_of(needed.file) != needed.sha256:
        return f"{not_started}: {file} has changed since this kernel read it; restart the kernel."
    why = "has changed since you trusted it" if _trusted_hash(needed.file) else "came with the notebook"
    return (
        f"{not_started}, because {file} {why}. If you have read it and agree, run this in a terminal, and then the "
        f"cell again: {trust_command(needed.file)}"
    )


def _entry(file: str) -> Path:
    """Return where the store keeps what it knows of a file."""
    name = sha256(os.fsencode(file)).hexdigest()
    return Path(jupyter_data_dir()) / "multikernel" / "trusted" / f"{name}.json"


def _trusted_hash(file: str) -> str | None:
    """Return the hash of the content that the user has trusted; None if there is none, or others could have said so."""
    try:
        with open(_entry(file), encoding="utf-8") as entry:
            status = os.fstat(entry.fileno())
            if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            content = json.loads(entry.read(MAX_ENTRY))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("file") != file:
        return None
    digest = content.get("sha256")
    return digest if isinstance(digest, str) else None


def _hash_of(file: str) -> str | None:
    """Return the hash of what is in a file now, or None if that cannot be read."""
    try:
        with open(file, "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as opened:
            return sha256(opened.read(MAX_BYTES + 1)).hexdigest()
    except OSError:
        return None


def _shell_word(text: str) -> str:
    """Return a text as one word for a shell, which a terminal and a notebook can show."""
    if text.isprintable():
        return shlex.quote(text)
    escaped = "".join(c if c.isprintable() and c not in "'\\" else _escapes(c) for c in text)
    return f"$'{escaped}'"


def _escapes(character: str) -> str:
    """Return the bytes of a character as the `$'…'` of bash, zsh and POSIX 2024 has them."""
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(character))
