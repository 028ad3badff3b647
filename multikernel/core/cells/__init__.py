"""The text of a cell: header lines, names, options, body."""
