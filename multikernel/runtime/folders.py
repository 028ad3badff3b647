"""Folders for the user alone."""

from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder, and what is missing above it, so that only the user gets in; what is there stays as it is.

    `os.makedirs` leaves those above to the umask, and whoever can write Jupyter's data folder can put kernels there.
    """
    for each in reversed((folder, *folder.parents)):
        if not each.is_dir():
            each.mkdir(mode=0o700, exist_ok=True)
