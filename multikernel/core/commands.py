"""What commands there are, for who needs no more than to know: all that they do is in `multikernel.commands`.

A config file is read before the default backend is launched, which the 13 ms to import all that would hold up.
"""

NAMES = ("use", "backends", "start", "stop", "restart", "interrupt", "log", "vars", "help")
