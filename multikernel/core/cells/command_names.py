"""What commands there are, for who needs no more than to know: all that they do is in `multikernel.commands`.

A config file is read before the default backend is launched, and to import all that would hold it up by 13 ms.
"""

NAMES = ("use", "backends", "start", "stop", "restart", "interrupt", "log", "vars", "help")
