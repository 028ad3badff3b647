"""Python: `adapter` runs in Multi, the files in `child` run in a Python kernel."""

from .adapter import PYTHON

__all__ = ["PYTHON"]
