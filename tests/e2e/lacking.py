"""What a test does where it lacks something."""

import os
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skip the test for want of something; in CI, which is to have everything, that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing in CI: {what}")
    pytest.skip(f"missing: {what}")


def need_root() -> None:
    """Skip the test, or fail, unless it can give a file to another user."""
    if os.getuid() != 0:
        lacking("root, who alone can give a file away")
