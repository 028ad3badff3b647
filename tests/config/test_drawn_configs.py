"""Whatever is in a multikernel.yaml, it is read as it was written, or its mistakes are within it."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from multikernel.config import yaml_nodes as config_yaml
from multikernel.config.fields import MAX_TIMEOUT
from multikernel.config.mistakes import ConfigError, Mistake
from multikernel.core.cells.command_names import NAME, RESERVED
from multikernel.core.config import BackendConfig, Config

from .test_reader import COMMANDS, FILE, read

names = st.from_regex(NAME, fullmatch=True).filter(lambda name: name.lower() not in COMMANDS | RESERVED)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
optional = {
    "env": st.dictionaries(texts.filter(lambda name: name and "=" not in name), texts, max_size=3),
    "cwd": texts.filter(bool),
    "start": st.sampled_from(["lazy", "eager"]),
    "startup": texts,
    "interrupt": st.sampled_from(["signal", "message", "restart"]),
    "timeout": st.floats(0.001, MAX_TIMEOUT),
}
settings = st.fixed_dictionaries({"kernel": texts.filter(bool)}, optional=optional)


@given(st.lists(names, min_size=1, max_size=8, unique_by=str.lower), st.data())
def test_any_valid_config_is_read_as_written(all_names: list[str], data: st.DataObject) -> None:
    aliases: dict[str, list[str]] = {}
    for name in all_names:
        owner = data.draw(st.sampled_from([None, *aliases]))
        if owner is None:
            aliases[name] = []
        else:
            aliases[owner].append(name)
    default = data.draw(st.sampled_from(list(aliases)))
    written: dict[str, Any] = {name: data.draw(settings) for name in aliases}
    backends = {name: {**values, "aliases": aliases[name]} for name, values in written.items()}
    config = read(yaml.safe_dump({"default": default, "backends": backends}))
    expected = {name: BackendConfig(name, aliases=tuple(aliases[name]), **written[name]) for name in written}
    assert config == Config(expected, default, FILE)


FRAGMENTS = r"""default backends r kernel ir env start eager timeout 60 no 0x1F - : , [ ] { } ' " | > # % @ ?
    \ \U00110000 &a *a !t !!int << --- ... ="""
BLANKS = [" ", "\n", "\n  ", "\n    ", "\t", "\r\n", "\x85", "\u2028", "\ufeff", ": ", "- ", "é", "\x07", "\ud800"]
fragments = st.sampled_from([*FRAGMENTS.split(), *BLANKS])


@example(b"")
@example(b"\xff")
@given(
    st.binary(max_size=64)
    | st.lists(fragments, max_size=40).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_a_config_or_mistakes_within_the_file(file_bytes: bytes) -> None:
    lines = config_yaml.LINE_BREAK.split(file_bytes.decode("utf-8", "replace"))
    mistakes: tuple[Mistake, ...] = ()
    try:
        read(file_bytes)
    except ConfigError as error:
        mistakes = error.mistakes or pytest.fail("no reason")
    for mistake in mistakes:
        assert mistake.what
        assert 1 <= mistake.line <= len(lines)
        assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1
