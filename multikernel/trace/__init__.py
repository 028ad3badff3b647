"""Shows every message on its way, in a log file or to `multikernel trace`."""
