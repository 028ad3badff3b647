"""Attributes and classes that no session of R has sent are not revived in one."""

import re

import pytest

from multikernel.languages.r.adapter import R

from .child import Child, child_of

child = child_of("ir", R)


HOSTILE = [
    ("noquote", "bibentry"),
    ("character", "language"),
    ("character", "closure"),
    ("character 1", "live session 1"),
    ("character 1", "character 99999999"),
    ("character 1", "list 99999999"),
    ("character 1", "character -1"),
    ("character 1", "with 5"),
    ("class", "dim"),
    ("class", "levels"),
    ("class", "row.names"),
    ("noquote", "factor"),
    ("noquote", "data.frame"),
    (" 0", " "),
]


@pytest.mark.parametrize(("said", "instead"), HOSTILE)
def test_what_no_session_has_sent_is_not_revived(child: Child, said: str, instead: str) -> None:
    child.kernel.run("x <- noquote(c('a', 'b')); y <- 'before'")
    kind, tag, *rest = child.get("x")
    first, kept, mark, bound = tag.split("\t")
    assert said in bound
    for parts in (
        (first, kept, mark, bound.replace(said, instead)),
        (first, kept.replace(said, instead), "0" * 32, "NULL 0"),
    ):
        answer = child.put("y", (kind, "\t".join(parts), *rest))
        shown = child.kernel.run("cat(class(y), typeof(y))").stream()
        if "done" in answer:
            assert re.fullmatch("(noquote|character|factor|data.frame) character", shown), (answer, shown)
        else:
            assert shown == "character character"
