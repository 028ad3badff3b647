"""Each bad config gets exactly the message beside it, and the documentation shows all of them."""

import tracemalloc

import pytest

from multikernel.config.mistakes import ConfigError
from multikernel.config.reader import read_config

from .bad_configs import PAGE, BadConfig, page, sections

BAD_CONFIGS = [case for cases in sections().values() for case in cases]
COMMANDS = frozenset({"use", "restart"})
SOME_MEGABYTES = 20_000_000


def error_of(file_bytes: bytes) -> str:
    """Return the error for a config."""
    with pytest.raises(ConfigError) as caught:
        read_config(file_bytes, "multikernel.yaml", COMMANDS)
    return str(caught.value)


@pytest.mark.parametrize("case", BAD_CONFIGS, ids=[case.title for case in BAD_CONFIGS])
def test_a_bad_config_gets_exactly_the_message_beside_it(case: BadConfig) -> None:
    assert error_of(case.file_bytes) == case.message


def test_there_are_many_bad_configs_and_each_has_a_title_of_its_own() -> None:
    assert len({case.title for case in BAD_CONFIGS}) == len(BAD_CONFIGS) > 40


@pytest.mark.parametrize("title", ["ten megabytes", "a YAML bomb", "deep nesting", "too many values"])
def test_a_hostile_config_takes_little_memory(title: str) -> None:
    (file_bytes,) = (case.file_bytes for case in BAD_CONFIGS if case.title == title)
    tracemalloc.start()
    try:
        error_of(file_bytes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < SOME_MEGABYTES


def test_the_documentation_shows_every_key_and_every_bad_config() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page(text), "out of date: run python -m tests.config.bad_configs"
