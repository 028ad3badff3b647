"""The far end of a pipe: keeps one kernel on another machine, and loses no output when the connection breaks.

    front - command (ssh …) - relay - Unix socket - keeper - zmq - kernel

The modules of this package are sent through the command's stdin, so nothing has to be installed there but Python 3.8
or later and pyzmq. The *relay* is stateless: it starts a keeper or finds one, and passes bytes on until one side
closes. The *keeper* lives in a session of its own and survives the relay. It ends its kernel and removes its folder
when it is told to, when the kernel has ended and the front knows, or when nobody has listened for a while. Its *guard*
does the same for a keeper that was killed.

What each kernel needs is decided at the near end, which has the tables.
"""
