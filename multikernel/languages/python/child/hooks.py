"""Lets IPython not call the hooks that the user has for the end of an execution: this one is not the user's."""

import sys
from typing import Any


def withhold() -> None:
    ipython: Any = sys.modules.get("IPython")
    running = ipython.get_ipython() if hasattr(ipython, "get_ipython") else None
    callbacks = getattr(getattr(running, "events", None), "callbacks", None)
    if type(callbacks) is not dict or "post_execute" not in callbacks:
        return
    hooks = callbacks["post_execute"]
    callbacks["post_execute"] = [lambda: callbacks.update(post_execute=hooks)]
