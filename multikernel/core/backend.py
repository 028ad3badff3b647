"""What the core knows of each backend: its state, what its kernel is, and what it has been told."""

from dataclasses import dataclass, field
from enum import StrEnum

from .config import BackendConfig, InterruptMode, Kernelspec
from .features.debugger.source_files import SourceFiles
from .kernels.table import DEFAULTS, KernelProfile, profile_of
from .protocol.wire import Json
from .request import CellRequest


class BackendState(StrEnum):
    """The states that `%%backends` shows."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"


@dataclass(slots=True)
class Backend:
    """One backend as the router sees it."""

    config: BackendConfig
    kernelspec: Kernelspec | None
    """None where the configured kernelspec is not installed."""
    sources: SourceFiles | None = None
    """The files that a debugger knows its cells by; None where the kernelspec says of no debugger."""
    state: BackendState = BackendState.STOPPED
    kernel_info: Json = field(default_factory=dict)
    """Content of its last kernel_info_reply; empty before its first start."""
    profile: KernelProfile = DEFAULTS
    waiting: list[CellRequest] = field(default_factory=list)
    """Cells that are sent when it is ready."""
    next_count: int = 1
    """The number that the child's own counter gives its next cell."""
    cells_run: int = 0
    messages_heard: int = 0
    notices: list[str] = field(default_factory=list)
    """What the next cell for it has to be told."""
    is_deaf: bool = False
    """An interrupt had no effect; the next one restarts it."""

    @property
    def name(self) -> str:
        """Its name in header lines."""
        return self.config.name

    @property
    def interrupt_mode(self) -> InterruptMode:
        """How it is interrupted: as configured, else as the table of kernels knows, else as its kernelspec says."""
        spec_mode = self.kernelspec.interrupt_mode if self.kernelspec else "signal"
        return self.config.interrupt or self.profile.interrupt or spec_mode

    def started(self, kernel_info: Json, startup_error: str = "") -> None:
        """Note that the child is ready, and what it says it is."""
        if startup_error:
            self.notices.append(f"The startup code of {self.name} failed: {startup_error}")
        self.state = BackendState.READY
        self.kernel_info = kernel_info
        self.profile = profile_of(kernel_info)

    def ended(self) -> None:
        """Note that there is no child any more."""
        self.state = BackendState.STOPPED
        self.notices.clear()
        self.next_count = 1
        self.is_deaf = False
