"""What `-i` and `-o` on a backend header ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transfer:
    """A variable of one backend that becomes a variable of another."""

    source: str
    """Backend."""
    name: str
    target: str
    """Backend."""
    new_name: str

    @property
    def text(self) -> str:
        """In words: `df from python to r`."""
        renamed = "" if self.name == self.new_name else f" as {self.new_name}"
        return f"{self.name} from {self.source} to {self.target}{renamed}"


@dataclass(frozen=True, slots=True)
class Copy:
    """Variables that are copied together, before a cell's body or after it: all or none."""

    transfers: tuple[Transfer, ...]

    @property
    def text(self) -> str:
        """In words: `df from python to r, n from python to r`."""
        return ", ".join(transfer.text for transfer in self.transfers)

    def involves(self, backend: str) -> bool:
        """Whether a backend is at either end of one of them."""
        return any(backend in (transfer.source, transfer.target) for transfer in self.transfers)
