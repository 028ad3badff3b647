"""What Multi can do beside running cells: one module or folder each, known to the router alone."""
