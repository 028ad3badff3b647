"""Writes a Python value to files."""
