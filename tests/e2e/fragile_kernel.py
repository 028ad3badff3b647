"""A kernel that ends if its first request comes as soon as it has answered kernel_info, as ILua 0.2 does.

It says another language than its kernelspec, and otherwise is an IPython under another name. Run as a process:
`python fragile_kernel.py -f CONNECTION_FILE`.
"""

import os
import time
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

NEEDS_SECONDS = 0.1


class FragileKernel(IPythonKernel):
    """Has to be left alone for a moment."""

    implementation = "fragile"
    language_info = {"name": "fragile", "mimetype": "text/x-python", "file_extension": ".fragile"}  # noqa: RUF012
    _informed = 0.0

    async def kernel_info_request(self, socket: Any, ident: Any, parent: Any) -> None:
        """Answer, and note when."""
        await super().kernel_info_request(socket, ident, parent)  # type: ignore[no-untyped-call]
        self._informed = time.monotonic()

    async def execute_request(self, socket: Any, ident: Any, parent: Any) -> None:
        """Run a cell, unless it comes too early."""
        if time.monotonic() < self._informed + NEEDS_SECONDS:
            os._exit(7)
        await super().execute_request(socket, ident, parent)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=FragileKernel)
