"""What stands before each kernel that faults strike: does what a test has planned, then becomes the kernel.

`python at_start.py PLAN CONNECTION_FILE KERNEL_ARGUMENT…`; PLAN is a file with Python code, or is not there.
"""

import os
import sys

plan, connection_file, *argv = sys.argv[1:]
if os.path.exists(plan):
    with open(plan, encoding="utf-8") as file:
        exec(file.read(), {"connection_file": connection_file})
# Where a clock is put, it is Multi's; kernels may do with theirs what they like.
os.environ.pop("LD_PRELOAD", None)
os.execvp(argv[0], argv)
