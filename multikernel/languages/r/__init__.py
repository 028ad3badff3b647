"""R: `adapter` runs in Multi, the files in `child` run in a R kernel."""

from .adapter import R

__all__ = ["R"]
