"""Shows every message on its way to whoever watches: a log file, or `multikernel trace`."""
