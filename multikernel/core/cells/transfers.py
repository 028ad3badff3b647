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
        """It in words: `df from python to r`."""
        renamed = "" if self.name == self.new_name else f" as {self.new_name}"
        return f"{self.name} from {self.source} to {self.target}{renamed}"
