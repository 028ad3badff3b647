"""What `-i`, `-o`, `--scatter` and `--gather` on a backend header ask for."""

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

    @property
    def sources(self) -> tuple[str, ...]:
        """The one that has it."""
        return (self.source,)

    @property
    def targets(self) -> tuple[str, ...]:
        """The one that gets it."""
        return (self.target,)

    @property
    def backends(self) -> tuple[str, ...]:
        """Both ends."""
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class Scatter:
    """A variable of one backend whose contiguous chunks become a variable of each of several others."""

    source: str
    """Backend."""
    name: str
    targets: tuple[str, ...]
    """Backends, in the order of the chunks."""
    new_name: str

    @property
    def text(self) -> str:
        """In words: `chunks of a from python to gpu1, gpu2`."""
        return f"chunks of {Transfer(self.source, self.name, ', '.join(self.targets), self.new_name).text}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The one that has it."""
        return (self.source,)

    @property
    def backends(self) -> tuple[str, ...]:
        """All ends."""
        return self.source, *self.targets


@dataclass(frozen=True, slots=True)
class Gather:
    """Variables of several backends that become one variable of another, one behind the other."""

    sources: tuple[str, ...]
    """Backends, in the order of the chunks."""
    name: str
    target: str
    """Backend."""
    new_name: str

    @property
    def text(self) -> str:
        """In words: `x from gpu1, gpu2 to python`."""
        return Transfer(", ".join(self.sources), self.name, self.target, self.new_name).text

    @property
    def targets(self) -> tuple[str, ...]:
        """The one that gets it."""
        return (self.target,)

    @property
    def backends(self) -> tuple[str, ...]:
        """All ends."""
        return *self.sources, self.target


@dataclass(frozen=True, slots=True)
class Copy:
    """Variables that are copied together, before a cell's body or after it: all or none."""

    transfers: tuple[Transfer | Scatter | Gather, ...]

    @property
    def text(self) -> str:
        """In words: `df from python to r, n from python to r`."""
        return ", ".join(transfer.text for transfer in self.transfers)

    @property
    def backends(self) -> tuple[str, ...]:
        """All that are at either end of one of them."""
        return tuple(dict.fromkeys(end for transfer in self.transfers for end in transfer.backends))

    @property
    def targets(self) -> tuple[str, ...]:
        """Those that get one of them."""
        return tuple(dict.fromkeys(target for transfer in self.transfers for target in transfer.targets))


@dataclass(frozen=True, slots=True)
class Check:
    """That variables can be copied once the body has run, as far as their names and languages tell."""

    transfers: tuple[Transfer | Scatter | Gather, ...]

    @property
    def text(self) -> str:
        """In words: `fit from r to python`."""
        return Copy(self.transfers).text
