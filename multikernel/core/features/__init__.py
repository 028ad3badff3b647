"""What Multi can do besides running cells: one module or folder each, known to the router alone."""
