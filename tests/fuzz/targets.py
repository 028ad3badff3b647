"""What is fuzzed: each target takes a case and raises whatever nobody should see."""

from collections.abc import Callable
from dataclasses import dataclass

from . import config, router, splice, wire


@dataclass(frozen=True)
class Target:
    """Something to be fuzzed."""

    check: Callable[[bytes], None]
    share: float
    """Of all cases."""
    longest: int
    """Bytes of a case."""


TARGETS = {
    "router": Target(router.check, 0.05, 300),
    "wire": Target(wire.check, 0.6, 200),
    "splice": Target(splice.check, 0.3, 60),
    "config": Target(config.check, 0.05, 300),
}
