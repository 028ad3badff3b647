"""Every path that the documentation names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

FOLDERS = ("benchmarks", "docs", "examples", "kernelspec", "multikernel", "scripts", "tests")
WORD = re.compile(r"[\w.+/-]+")
LINK = re.compile(r"\]\(([^)#]+?)(?:#[\w-]+)?\)")

PARTS = ("cli", "commands", "config", "core", "exports", "languages", "runtime", "trace")
"""Folders of the package, which pages may name without `multikernel/`."""

SUFFIXES = ("", ".R", ".ipynb", ".js", ".json", ".m", ".md", ".png", ".py", ".sh", ".txt", ".yaml")


def is_there(word: str) -> bool:
    """Whether a word is a path in the repository, or does not look like one."""
    first, slash, _ = word.partition("/")
    if slash and Path(word).suffix in SUFFIXES:
        if first in FOLDERS:
            return (ROOT / word).exists()
        if first in PARTS:
            return (ROOT / "multikernel" / word).exists() or (ROOT / word).exists()
    if re.fullmatch(r"test_\w+\.py", word):
        return any((ROOT / "tests").rglob(word))
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    words = {word.rstrip(".") for word in WORD.findall(text) if not word.startswith(("http", "//"))}
    assert [word for word in sorted(words) if not is_there(word)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_a_path_that_is_gone_is_found() -> None:
    assert is_there("tests/core/test_router.py")
    assert not is_there("tests/core/test_gone.py")
    assert not is_there("core/gone.py")
    assert not is_there("test_gone.py")
    assert is_there("and/or")
