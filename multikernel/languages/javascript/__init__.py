"""JavaScript: `adapter` runs in Multi, the files in `child` run in a JavaScript kernel."""

from .adapter import JAVASCRIPT

__all__ = ["JAVASCRIPT"]
