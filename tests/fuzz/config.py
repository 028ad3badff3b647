"""The config reader: whatever the bytes, a Config or a ConfigError that says where, and never anything else."""

from multikernel.config.at import Origin
from multikernel.config.mistakes import ConfigError
from multikernel.config.reader import read_config
from multikernel.core.config import Config

from .choices import Choices

VALID = b"""\
default: python
backends:
  python: {kernel: python3, aliases: [py, &a ipython]}
  r:
    kernel: ir
    env: {LANG: C.UTF-8, N: 5}
    cwd: analysis
    start: lazy
    startup: |
      options(digits = 4)
    interrupt: signal
    timeout: 60
  sh: {kernel: "bash", aliases: ['b', "\\x41"], start: eager, timeout: 1.5e1}
  big: {kernel: python3, at: gpu1, count: 2}
  mine: {at: own}
places:
  gpu1: {ssh: me@gpu1, python: ~/env/bin/python, keep: 30 min}
  box: {run: [docker, exec, -u, 1000, -i, box], keep: 1.5 h}
  own: {connection_file: ~/k.json}
  k8s: {provisioner: k8s, options: {a: [1, 1.5, true, null, {b: c}]}}
"""

SIGNS = rb"""
: , { } [ ] # | > ? ' " &a *a !!int !x --- ... % @ ` \ "\U00110000" "\0" "\ud800" null ~ no on 010
1:30 0x1F 1_000 1e999 .inf .nan = 2001-01-01 default backends kernel aliases env cwd start startup
interrupt timeout places at ssh run connection_file provisioner options keep job
eagr python3 use vars [*a,*a,*a,*a] !!python/object:os.system
"""
TOKENS = [
    *SIGNS.split(),
    *(b"", b"\n", b"\n  ", b"\n    ", b" ", b"\t", b": ", b"- ", b"<<: ", b"%YAML 1.1", b"? {a: b} : c"),
    *(b"&a [*a]", b"&b [*a, *a]", b"*b, *b, *b", b"x" * 500, b"[" * 40, b"- " * 40, b"9" * 5000),
    *(b"\xff", b"\0", b"\x1b", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf"),
]
COMMANDS = frozenset({"use", "restart", "log"})
LONGEST_LINE = 2000


def check(case: bytes) -> None:
    """Read a valid file with mistakes, some tokens of YAML, or just bytes."""
    choices = Choices(case)
    match choices.below(3):
        case 0:
            file_bytes = _mutated(choices)
        case 1:
            file_bytes = b"".join(choices.one_of(TOKENS) for _ in range(choices.below(120)))
        case _:
            file_bytes = case[1:]
    origin = Origin(existing_folder=lambda folder: None if "x" in folder else folder, is_own=choices.below(8) > 0)
    try:
        config = read_config(file_bytes, "multikernel.yaml", COMMANDS, origin)
    except ConfigError as error:
        lines = str(error).splitlines()
        assert lines
        assert all(line.startswith(("multikernel.yaml:", "… and ")) for line in lines), lines
        assert max(map(len, lines)) < LONGEST_LINE
        # It goes into a message.
        str(error).encode()
        return
    assert isinstance(config, Config)
    assert config.default in (config.backends or [""])


def _mutated(choices: Choices) -> bytes:
    file_bytes = VALID
    for _ in range(choices.below(6)):
        start = choices.below(65536) % len(file_bytes)
        end = start + choices.one_of([0, 0, 1, 2, 8, 40])
        new = choices.one_of(TOKENS) if choices.once_in(2) else choices.bytes(choices.below(4))
        file_bytes = file_bytes[:start] + new + file_bytes[end:] or b"\n"
    return file_bytes
