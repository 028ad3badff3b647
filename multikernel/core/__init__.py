"""The pure core: what Multi decides, without input or output.

An event comes in as a call on `router.Router` (a message of the notebook, a message of a child, a child that is
ready or has died, a timer), a list of `actions` goes out, and the runtime performs them. Nothing here reads a
clock, a file or a socket, and nothing waits.

    wire      frames <-> Message, signed; decoded only as far as somebody looks
    cells     the text of a cell -> header lines and body; cursor maps
    names     what a name in a header line means
    kernels   what one kernel needs and another does not, as a table
    rewrite   what changes in a message on its way from a child to the notebook
    router    events in, actions out
"""
