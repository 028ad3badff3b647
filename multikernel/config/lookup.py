"""Where multikernel.yaml is looked for, and whether others can write it.

The first file found wins: `$MULTIKERNEL_CONFIG`; the working directory and its parents, up to the home folder or the
root of the file system; Jupyter's config path. Of the user's own files, the first and the last of these, the places
count in any case. A file next to or above a notebook is used only if nobody but the user (or root) can have written it.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_config_dir, jupyter_config_path

FILE_NAME = "multikernel.yaml"
VARIABLE = "MULTIKERNEL_CONFIG"


@dataclass(frozen=True, slots=True)
class FoundConfig:
    """A config file."""

    path: Path
    came_with_notebook: bool
    """It lies next to or above a notebook, so it may have come with it from anywhere."""
    named: bool = False
    """`$MULTIKERNEL_CONFIG` names it, so it may not exist."""

    def read(self, limit: int) -> bytes:
        """Return its contents, up to `limit` bytes; OSError if it cannot be read, or others can write it."""
        with open(self.path, "rb", opener=_open_at_once if self.came_with_notebook else None) as file:
            if self.came_with_notebook:
                _check_owner(os.fstat(file.fileno()), self.path)
            return file.read(limit)

    def why_unreadable(self, error: OSError) -> str:
        """Return why `read` failed, and what asked for the file."""
        wanted = f"; ${VARIABLE} names this file" if self.named else ""
        return f"{error.strerror or error}{wanted}"


def find_config(folder: Path, environ: Mapping[str, str] = os.environ) -> FoundConfig | None:
    """Return the config file that applies to notebooks in `folder`, or None if there is none."""
    if (named := _named_config(environ)) is not None:
        return named
    for parent in _upwards(folder.resolve()):
        if (parent / FILE_NAME).exists():
            return as_found(parent / FILE_NAME)
    return find_own_config()


def as_found(file: Path) -> FoundConfig:
    """Return a multikernel.yaml as lookup finds it: off Jupyter's config path, it may have come with a notebook."""
    own = {folder.resolve() for folder in _own_folders()}
    return FoundConfig(file, came_with_notebook=file.absolute().parent.resolve() not in own)


def own_configs(environ: Mapping[str, str] = os.environ) -> list[FoundConfig]:
    """Return the user's own config files."""
    found = (_named_config(environ), find_own_config())
    return [each for each in found if each is not None and not each.came_with_notebook]


def find_own_config() -> FoundConfig | None:
    """Return the config file on Jupyter's config path, or None if there is none."""
    for folder in _own_folders():
        if (folder / FILE_NAME).exists():
            return FoundConfig(folder / FILE_NAME, came_with_notebook=False)
    return None


def own_config_path() -> Path:
    """Return where the user's own config file would be, if there is none on Jupyter's config path."""
    return Path(jupyter_config_dir()) / FILE_NAME


def _own_folders() -> list[Path]:
    """Return Jupyter's config path, but for what is relative: that lies with the notebook."""
    return [folder for folder in map(Path, jupyter_config_path()) if folder.is_absolute()]


def _named_config(environ: Mapping[str, str]) -> FoundConfig | None:
    """Return the file that the variable names; a relative path may lead to one that came with the notebook."""
    named = environ.get(VARIABLE)
    return FoundConfig(Path(named), came_with_notebook=not os.path.isabs(named), named=True) if named else None


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield a folder and its parents, up to the home folder or the root of the file system."""
    home, device = Path.home().resolve(), folder.stat().st_dev
    for parent in (folder, *folder.parents):
        if parent.stat().st_dev != device:
            return
        yield parent
        if parent == home:
            return


def _open_at_once(path: str, flags: int) -> int:
    """Open a file without blocking: a named pipe in the folder would otherwise hold up the front."""
    return os.open(path, flags | os.O_NONBLOCK)


def _check_owner(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError("not used, because it is not a regular file")
    if status.st_uid not in (os.getuid(), 0):
        raise PermissionError(
            f"not used, because it belongs to another user; if you trust it, replace {path} with a copy of your own"
        )
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"not used, because other users can write to it; if you trust it, run chmod go-w {path}")
