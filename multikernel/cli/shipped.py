"""Files that ship with Multi outside the package: the logos and the schema."""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def shipped(folder: str, name: str) -> Path | None:
    """Return a file from `folder` of a checkout, or else the installed one; None if there is neither."""
    if (CHECKOUT / "pyproject.toml").is_file() and (path := CHECKOUT / folder / name).is_file():
        return path.resolve()
    try:
        paths = [Path(str(file.locate())) for file in files("multikernel") or () if file.name == name]
    except PackageNotFoundError:
        return None
    return next((path.resolve() for path in paths if path.is_file()), None)
