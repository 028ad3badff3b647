"""Header lines where none can be are refused, and each error says how a line that is meant as text is let through."""

import re

import pytest

from multikernel.core.cells.parser import parse, refuse_unknown_header
from multikernel.core.errors import HeaderError
from multikernel.core.kernels.table import DEFAULTS, KernelProfile

from .grammar import BASH, IPYTHON, NAMES, R, parsed

PYTHON = KernelProfile(is_python=True)


def refused(code: str, profile: KernelProfile = IPYTHON, default: str = "python3") -> str:
    """Return the error for a cell, which is gone when the advice about text is followed; empty for none."""
    try:
        refuse_unknown_header(parse(code, NAMES, default), default, profile, NAMES)
    except HeaderError as error:
        if (
            on_top := re.search(r"; if it is meant for .* as it is, put (%%\w+) at the top\.$", str(error))
        ) is not None:
            assert refused(f"{on_top[1]}\n{code}", profile, default) == ""
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("  %%r\n1", "Line 1: %%r is indented"),
        ("\n# x\n\t%%bash\nls", "Line 3: %%bash is indented"),
        ("%%backends\n %%use r", "Line 2: %%use is indented"),
        ("%%use r\n\n  %%R\n1", "Line 3: %%R is indented"),
    ],
)
def test_an_indented_header_line_is_refused(code: str, text: str) -> None:
    with pytest.raises(HeaderError, match=text):
        parsed(code)


@pytest.mark.parametrize("code", ["  %%time\n1", " %%r(x)\n1", " %r\n1", "1\n  %%r"])
def test_what_is_indented_and_not_multi_s_is_the_kernel_s(code: str) -> None:
    assert refused(code) == ""


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("%%capture c\n%%r\nx <- 1", "Line 2: %%r is below %%capture, which runs what is below it in python3"),
        ("%%capture\n%%use r", "Line 2: %%use is below %%capture"),
        ("%%time\n\n# x\n%%bash\nls", "Line 4: %%bash is below %%time"),
        ("%%time\n%%capture\n%%R\n1", "Line 3: %%R is below %%time"),
        ("%%use r\n%%timeit -n 1\n%%bash\n1", "Line 3: %%bash is below %%timeit, which runs what is below it in ir"),
        (
            "%%prun\n%%py\n1",
            "put %%py at the top, without %%prun; if it is meant for python3 as it is, put %%python3 at the top",
        ),
    ],
)
def test_a_header_line_below_a_magic_that_runs_code_is_refused(code: str, text: str) -> None:
    with pytest.raises(HeaderError, match=text):
        parsed(code)


@pytest.mark.parametrize(
    "code",
    [
        "%%writefile x\n%%r\n1",
        "%%html\n%%r",
        "%%time\n1\n",
        "%%time",
        "%%time\n%%html\n%%r",
        "%%time\n%%time\n",
        "%%python\n%%time\n%%bash\nls",
        "%%sql x\n1\n%%r",
    ],
)
def test_below_other_magics_and_below_a_backend_header_all_is_text(code: str) -> None:
    assert refused(code) == ""


@pytest.mark.parametrize("profile", [R, BASH])
def test_an_unknown_header_is_refused_for_a_kernel_that_is_known_to_have_none(profile: KernelProfile) -> None:
    assert refused("%%pyton\n1", profile, "ir") == (
        "%%pyton is neither a command nor a backend, and ir has no %% lines of its own: did you mean %%python?"
    )
    assert refused("# x\n%%zzz\n1", profile, "ir") == (
        "%%zzz is neither a command nor a backend, and ir has no %% lines of its own. Backends are bash, ir, js, odd, "
        "python3; %%help shows the commands."
    )
    assert refused("%%use r\n%%zzz\n1", profile, "ir").startswith("%%zzz is neither")


@pytest.mark.parametrize("profile", [IPYTHON, DEFAULTS])
@pytest.mark.parametrize("code", ["%%time\n1", "%%pyton\n1", "# x\n%%time\n1", "%%loadFromPOM\n<a/>\n%%r"])
def test_an_unknown_header_is_left_to_all_others(profile: KernelProfile, code: str) -> None:
    assert refused(code, profile) == ""


@pytest.mark.parametrize("profile", [IPYTHON, R, BASH, DEFAULTS])
@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1\n\n%%use py", "Line 3: %%use is below code"),
        ("1\r\n%%PY\r\n", "Line 2: %%PY is below code"),
        ("%%use r\n# x\ny\n%%bash\n", "Line 4: %%bash is below code"),
        ("%matplotlib inline\n%%r\n", "Line 2: %%r is below code"),
        ("!echo it's\n%%r\nit's", "Line 2: %%r is below code"),
        ("'it\\'s' # ''' it's\n%%r\n'''", "Line 2: %%r is below code"),
        ("''\n%%r\n''", "Line 2: %%r is below code"),
        ("x = '''a''\\''''\n%%r\n'''\n'''", "Line 2: %%r is below code"),
        ('"""a"""\n%%r\n""""""', "Line 2: %%r is below code"),
        ("(\n%%r", "Line 2: %%r is below code"),
        ("1\n%%time", ""),
        ("1\n %%bash", ""),
        ("1 %%bash", ""),
        ("x %%r\n", ""),
    ],
)
def test_a_header_line_below_code_is_refused(code: str, text: str, profile: KernelProfile) -> None:
    found = refused(code, profile)
    assert found.startswith(text)
    assert bool(found) == bool(text)


@pytest.mark.parametrize(
    "code",
    [
        "s = '''\n%%r\n'''",
        's = """\\"""\n%%r\n"""',
        's = rf"""{x["a"]}\n\n%%r\n"""\n1',
        "s = '''\n%%r",
        "s = '''\n%%r\n\\",
        "s = '''\n'\n''\n%%r\n''",
        "'abc\\\n%%r \\\n'",
        '"abc\\\n%%r \\\n"',
        "!echo it's\ns = '''\n%%r\n'''",
        "# it's\ns = '''\n%%r\n'''",
        "%%use py\n'''\n%%r\n'''",
    ],
)
def test_a_line_in_a_string_of_python_s_is_text(code: str) -> None:
    for profile in (IPYTHON, PYTHON):
        assert refused(code, profile) == ""
    assert "is below code" in refused(code, R)
