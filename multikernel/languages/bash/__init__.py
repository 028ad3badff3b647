"""bash: `adapter` runs in Multi, the files in `child` run in a bash kernel."""

from .adapter import BASH

__all__ = ["BASH"]
