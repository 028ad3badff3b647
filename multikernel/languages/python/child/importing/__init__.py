"""Makes a Python value of files."""
