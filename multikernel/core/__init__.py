"""The pure core: what Multi decides, without input or output.

An event comes in as a call on `router.Router` (a message of the notebook, a message of a child, a child that is ready
or has died, a timer, the outcome of a job); a list of `actions` goes out, and the driver performs them. Nothing here
reads a clock, a file or a socket, and nothing waits.

    router      events in, actions out; which features there are
    requests    the notebook's side: one busy, one reply, one idle
    exchanges   the children's side: one request at one child, by a table of phases
    relay       what a child sends, on its way to the notebook
    lifecycle   children that come and go
    execution   lanes, the steps of a cell, interrupts
    features    one concern of the protocol each, over `feature` and `spine`
    cells       the text of a cell
    kernels     what one kernel needs and another does not
    protocol    messages on the wire, and what changes in them
"""
