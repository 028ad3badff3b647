"""What a keeper needs to know to start a kernel, besides the kernelspec there."""

from collections.abc import Sequence

from .....core.config import BackendConfig
from .....core.kernels.table import speaks_ipc
from .....core.kernels.wrappers import is_wrapper
from .....core.protocol.wire import Json


def launch_word(config: BackendConfig, argv: Sequence[str], key: bytes) -> Json:
    """Return it for a kernelspec's command there."""
    return {
        "env": dict(config.env),
        "cwd": config.cwd or "",
        "transport": "ipc" if speaks_ipc(argv) else "tcp",
        "key": key.decode("ascii"),
        "is_child": not is_wrapper(argv),
    }
