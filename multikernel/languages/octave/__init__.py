"""Octave: `adapter` runs in Multi, the files in `child` run in a Octave kernel."""

from .adapter import OCTAVE

__all__ = ["OCTAVE"]
