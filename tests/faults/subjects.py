"""The kernels that faults strike, and what each is asked to do, in its language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """A kernel, and cells for it; an empty text stands for what the kernel cannot do."""

    kernelspec: str
    hello: str
    """Prints 42."""
    keep: str
    """Sets a variable."""
    is_new: str
    """Prints `true` where the variable is not set, whatever the case."""
    endless: str
    """Prints `go` and does not end by itself."""
    ask: str
    """Asks for a line, and prints it."""
    leave: str
    """Ends the kernel's process with exit code 0."""
    allocate: str
    """Takes 400 MB of memory."""
    flood: str
    """Prints SIZE bytes in lines of 10,000."""
    many: str
    """Publishes COUNT outputs, numbered from 0, each in a message of its own, as far as the kernel can."""
    comm: str
    """Registers the comm target `echo`, which sends back what it gets."""


SUBJECTS = {
    "python": Subject(
        kernelspec="python3",
        hello="print(6 * 7)",
        keep="kept = 1",
        is_new="print('kept' not in globals())",
        endless="print('go', flush=True)\nimport time\ntime.sleep(1000)",
        ask="print('got', input('? '))",
        leave="import os\nos._exit(0)",
        allocate="print('go', flush=True)\nlarge = b'x' * 400_000_000",
        flood="for n in range(SIZE // 10_000): print('x' * 9_999)",
        many="for n in range(COUNT): display(n)",
        comm="def opened(comm, message):\n"
        "    comm.on_msg(lambda m: comm.send(m['content']['data']))\n"
        "get_ipython().kernel.comm_manager.register_target('echo', opened)",
    ),
    "r": Subject(
        kernelspec="ir",
        hello="cat(6 * 7)",
        keep="kept <- 1",
        is_new='cat(!exists("kept"))',
        endless='cat("go\\n"); flush(stdout()); repeat {}',
        ask='cat("got", readline("? "))',
        leave='.Internal(quit("no", 0, FALSE))',
        allocate='cat("go\\n"); flush(stdout())\nlarge <- raw(4e8)',
        flood='for (n in 1:(SIZE / 1e4)) cat(strrep("x", 9999), "\\n", sep = "")',
        many='for (n in 0:(COUNT - 1)) { cat(n, "\\n"); flush(stdout()) }',
        comm='IRkernel::comm_manager()$register_target("echo", function(comm, message)\n'
        "  comm$on_msg(function(message) comm$send(list(back = 1))))",
    ),
    "bash": Subject(
        kernelspec="bash",
        hello="echo $((6 * 7))",
        keep="kept=1",
        is_new="[ -v kept ] && echo false || echo true",
        endless="sh -c 'echo go; exec sleep 1000'",
        ask="",
        leave="",
        allocate="echo go; large=$(head -c 400000000 /dev/zero | tr '\\0' x)",
        flood="head -c SIZE /dev/zero | tr '\\0' x | fold -w 9999",
        many="for ((n = 0; n < COUNT; n++)); do echo $n; done",
        comm="",
    ),
    "deno": Subject(
        kernelspec="deno",
        hello="console.log(6 * 7)",
        keep="globalThis.kept = 1",
        is_new="console.log(!('kept' in globalThis))",
        endless="console.log('go'); for (;;);",
        ask="console.log('got', prompt('? '))",
        leave="Deno.exit(0)",
        allocate="console.log('go')\nfor (const large = []; large.length < 50;) large.push('x'.repeat(8e6).split(''))",
        flood="for (let n = 0; n < SIZE / 1e4; n++) console.log('x'.repeat(9999))",
        many="for (let n = 0; n < COUNT; n++) console.log(n)",
        comm="",
    ),
}
