"""What a feature works with: everything in the core that is not a feature."""

from dataclasses import dataclass

from .exchanges import Exchanges
from .execution.lanes import Lanes
from .execution.starts import Starts
from .hooks import Hooks
from .lifecycle import Lifecycle
from .outbox import Outbox
from .requests import Requests
from .state import State


@dataclass(frozen=True, slots=True)
class Spine:
    """The parts of the core that all features share."""

    state: State
    outbox: Outbox
    requests: Requests
    exchanges: Exchanges
    lanes: Lanes
    starts: Starts
    lifecycle: Lifecycle
    hooks: Hooks
