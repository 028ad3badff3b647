"""What makes a race of IRkernel's a certainty."""

SLOW_TO_ABORT = """\
imported <- parent.env(asNamespace('IRkernel'))
poll <- imported$zmq.poll
unlockBinding('zmq.poll', imported)
imported$zmq.poll <- function(sockets, ...) {
    if (length(sockets) == 1) Sys.sleep(0.5)
    poll(sockets, ...)
}
"""
"""R code. After the reply to what failed the kernel (1.3.2) aborts what has arrived: from now on, in half a second."""
