"""What runs in a child is put together of several files: no function of one takes the place of another's."""

import re
from collections import Counter
from pathlib import Path

import pytest

import multikernel

LANGUAGES = Path(multikernel.__file__).parent / "languages"
DEFINITION = {"octave": r"^function\b[^(\n]*?(\w+) *\(", "r": r"^([\w.]+) <- "}


@pytest.mark.parametrize("language", DEFINITION)
def test_no_name_is_defined_twice(language: str) -> None:
    files = [file.read_text("utf-8") for file in (LANGUAGES / language / "child").iterdir() if file.is_file()]
    names = Counter(name for text in files for name in re.findall(DEFINITION[language], text, re.MULTILINE))
    assert len(names) > 50
    assert [name for name, count in names.items() if count > 1] == []
