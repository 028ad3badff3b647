"""docs/command-line.md has every subcommand, every option, and every key of the JSON."""

import argparse
import re
from pathlib import Path

import pytest

from multikernel.cli import TABLE

from .conftest import Machine, Run

TEXT = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def test_there_is_a_section_for_each_subcommand() -> None:
    assert list(SECTIONS) == list(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_every_option_is_in_the_usage(name: str) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    TABLE[name].add_arguments(parser)
    usage = SECTIONS[name].split("```")[1]
    options = {option for action in parser._actions for option in action.option_strings or [str(action.metavar)]}
    assert options == set(re.findall(rf"--[a-z-]+|(?<=\[)[A-Z]+|(?<={name} )[A-Z]+", usage))


def test_every_key_of_the_json_is_there_and_no_other(machine: Machine, run: Run) -> None:
    for name in ("list", "check"):
        keys = re.findall(r"^\| `(\w+)` \|", SECTIONS[name], re.MULTILINE)
        assert list(run(name, "--json").json) == keys
