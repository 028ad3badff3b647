"""Values to bash and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multikernel.languages.bash.adapter import BASH
from multikernel.languages.language import Refused

from ...e2e.kernel import ODD_KERNELSPECS
from .. import drawn
from ..child import Child, child_of
from ..plain import Plain, float_of

pytestmark = ODD_KERNELSPECS

TEXTS = drawn.NUL_FREE
NUMBERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "b1", "text")

BYTES = st.tuples(st.just("bytes"), drawn.TAGS, st.binary(max_size=40).map(lambda content: content.replace(b"\0", b"")))
MOMENTS = drawn.moments().filter(lambda value: value[0] != "duration")
INTEGERS = (("int", "bash:integer", 1), ("int", "bash:integer", 2))
SCALARS = drawn.scalars(TEXTS) | BYTES | MOMENTS
KEYED = st.lists(st.tuples(TEXTS.filter(bool), SCALARS), max_size=5, unique_by=lambda item: item[0])
VALUES = (
    SCALARS
    | st.tuples(st.just("list"), drawn.TAGS, st.lists(SCALARS, max_size=5).map(tuple))
    | st.tuples(st.just("dict"), drawn.TAGS, KEYED.map(tuple))
    | drawn.arrays(NUMBERS, dimensions=1, texts=TEXTS)
)


bash = child_of("bash", BASH)


def as_text(value: Plain) -> Plain:
    """Return what is left of a value that bash has had in its hands: text."""
    kind, _, *rest = value
    match kind:
        case "list" | "dict":
            parts = (
                [(key, as_text(item)) for key, item in rest[0]]
                if kind == "dict"
                else [as_text(item) for item in rest[0]]
            )
            return (kind, "", tuple(sorted(parts) if kind == "dict" else parts))
        case "bytes":
            try:
                return ("text", "", rest[0].decode())
            except UnicodeDecodeError:
                return ("bytes", "bash:text", rest[0])
        case "text":
            return ("text", "", rest[0])
        case "bool":
            return ("text", "", "true" if rest[0] else "false")
        case "int":
            return ("text", "", str(rest[0]))
    raise AssertionError(kind)


@settings(max_examples=8)
@given(values=st.lists(VALUES, min_size=12, max_size=12))
def test_values_come_back_as_they_were(bash: Child, values: list[Plain]) -> None:
    names = [f"x{number}" for number in range(len(values))]
    assert bash.put_all(dict(zip(names, values, strict=True))) == {"done": True}
    assert bash.get_all(names) == values


@settings(max_examples=6)
@given(values=st.lists(VALUES, min_size=12, max_size=12))
def test_bash_sees_their_text(bash: Child, values: list[Plain]) -> None:
    values = [value for value in values if value[0] in ("bool", "int", "text", "bytes")]
    values += [
        value for value in values if value[0] in ("list", "dict") and not {"float", "datetime"} & set(str(value))
    ]
    names = [f"x{number}" for number in range(len(values))]
    bash.put_all(dict(zip(names, values, strict=True)))
    copies = "; ".join(f'y{number}="$x{number}"' for number in range(len(values)))
    bash.kernel.run(copies or ":")
    assert bash.get_all([name.replace("x", "y") for name in names]) == [as_text(value) for value in values]


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (float_of(0.1), 'declare -- x="0.1"'),
        (float_of(1e22), 'declare -- x="1e+22"'),
        (float_of(-0.0), 'declare -- x="-0.0"'),
        (("float", "", "7ff0000000000001"), 'declare -- x="nan"'),
        (("bool", "", False), 'declare -- x="false"'),
        (("text", "", "a\n\n"), "declare -- x=$'a\\n\\n'"),
        (("bytes", "", b"-n"), 'declare -- x="-n"'),
        (("bytes", "", b"a b"), 'declare -- x="a b"'),
        (("list", "", (("int", "", 1), ("text", "", "*"))), 'declare -a x=([0]="1" [1]="*")'),
        (("dict", "", (("a b", ("int", "", 1)),)), 'declare -A x=(["a b"]="1" )'),
        (
            ("array", "", "f8", "", "", (2,), "C", ("000000000000f03f", "9a9999999999b93f")),
            'declare -a x=([0]="1.0" [1]="0.1")',
        ),
        (
            ("datetime", "", "2024-02-29T01:02:03.5", "Europe/Berlin", 3600),
            'declare -- x="2024-02-29T01:02:03.5+01:00[Europe/Berlin]"',
        ),
        (("datetime", "", "2024-02-29T01:02:03", "-03:30", -12600), 'declare -- x="2024-02-29T01:02:03-03:30"'),
        (("int", "bash:integer", 5), 'declare -i x="5"'),
    ],
)
def test_what_a_value_is_in_bash(bash: Child, value: Plain, declared: str) -> None:
    bash.put("x", value)
    assert bash.kernel.run("declare -p x").stream().strip() == declared
    assert bash.get("x") == value


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("own=", ("text", "", "")),
        ("own='é\U0001f388'", ("text", "", "é\U0001f388")),
        ("own=$'\\n\\n'", ("text", "", "\n\n")),
        ("own=$'\\xff'", ("bytes", "bash:text", b"\xff")),
        ("own=$'\\xed\\xa0\\x80'", ("bytes", "bash:text", b"\xed\xa0\x80")),
        ("own=007", ("text", "", "007")),
        ("declare -i own=7", ("int", "bash:integer", 7)),
        ("own=()", ("list", "", ())),
        ("declare -ai own=(1 2)", ("list", "bash:list -i", INTEGERS)),
        ("declare -Ai own=([k]=1)", ("dict", "bash:associative -i", (("k", INTEGERS[0]),))),
        ("declare -ai own=([2]=2)", ("dict", "bash:indexed -i", (("2", INTEGERS[1]),))),
        ("own=(a 'b c')", ("list", "", (("text", "", "a"), ("text", "", "b c")))),
        ("own=([1]=a [3]=b)", ("dict", "bash:indexed", (("1", ("text", "", "a")), ("3", ("text", "", "b"))))),
        ("own=([9223372036854775806]=a)", ("dict", "bash:indexed", (("9223372036854775806", ("text", "", "a")),))),
        ("declare -A own=([$'k\\n\"\\\\é\U0001f388']=v)", ("dict", "", (('k\n"\\é\U0001f388', ("text", "", "v")),))),
        ("other=a; declare -n own=other", ("text", "", "a")),
        ("export own=a", ("text", "bash:text -x", "a")),
        ("declare -u own=a", ("text", "bash:text -u", "A")),
        ("declare -l own=A", ("text", "bash:text -l", "a")),
        ("declare -c own=ab", ("text", "bash:text -c", "Ab")),
        ("declare -ix own=5", ("int", "bash:integer -x", 5)),
        ("own=007; declare -i own", ("text", "bash:text -i", "007")),
        ("own=abc; declare -u own", ("text", "bash:text -u", "abc")),
        ("declare -u own=$'\\xff'", ("bytes", "bash:text -u", b"\xff")),
        ("declare -aux own=(a b)", ("list", "bash:list -xu", (("text", "", "A"), ("text", "", "B")))),
        ("declare -al own=([3]=A)", ("dict", "bash:indexed -l", (("3", ("text", "", "a")),))),
        ("declare -Al own=([K]=A)", ("dict", "bash:associative -l", (("K", ("text", "", "a")),))),
        ("own=(1 b); declare -ai own", ("list", "bash:list -i", (INTEGERS[0], ("text", "", "b")))),
    ],
)
def test_values_of_its_own_leave_and_come_back(bash: Child, assignment: str, value: Plain) -> None:
    bash.kernel.run(f"unset -n own; unset own back; {assignment}")
    assert bash.get("own") == value
    bash.put("back", value)
    assert bash.get("back") == value
    kinds = bash.kernel.run('echo "${own@a}" "${back@a}"').stream().split()
    assert kinds[:1] == kinds[1:] or "-n" in assignment
    shown = bash.kernel.run('[[ "${own[*]}" == "${back[*]}" && "${!own[*]}" == "${!back[*]}" ]] && echo same').stream()
    assert shown == "same\n" or "-n" in assignment


@pytest.mark.parametrize(
    ("value", "path", "why"),
    [
        (("null", ""), "", "no counterpart"),
        (("complex", "", "0" * 16, "0" * 16), "", "no counterpart"),
        (("duration", "", 1), "", "no counterpart"),
        (("text", "", "a\0"), "", "NUL"),
        (("bytes", "", b"\0"), "", "NUL"),
        (("list", "", (("bool", "", True), ("list", "", ()))), "", "bash cannot have: [1] (list) cannot be in bash"),
        (("dict", "", (("a", ("null", "")),)), "", "['a'] (null) has no counterpart"),
        (("dict", "", (("", ("bool", "", True)),)), "", "key that is empty"),
        (("array", "", "i8", "", "", (2, 2), "C", ("00" * 8,) * 4), "", "one dimension"),
        (("array", "", "i8", "", "", (1,), "C", (None,)), "", "missing values"),
        (("factor", "", ("array", "", "text", "", "", (0,), "C", ()), False, b"\xff" * 4), "", "missing values"),
        (("array", "", "text", "", "", (1,), "C", ("\0",)), "", "NUL"),
        (("table", "", 0, (), None), "", "no counterpart"),
    ],
)
def test_what_cannot_enter_is_refused(bash: Child, value: Plain, path: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        bash.put("x", value)
    assert refused.value.parts[0][0] == path
    assert why in refused.value.parts[0][2]


def test_a_changed_text_is_text(bash: Child) -> None:
    bash.put("x", ("int", "python:numpy.int32", 5))
    bash.put("a", ("list", "", (("int", "", 5),)))
    bash.kernel.run("x=6; a+=(7)")
    assert bash.get_all(["x", "a"]) == [("text", "", "6"), ("list", "", (("text", "", "5"), ("text", "", "7")))]
    bash.put("x", ("bytes", "", b"ab"))
    bash.kernel.run("x=abx")
    assert bash.get("x") == ("text", "", "abx")
    bash.put("x", ("int", "python:numpy.int32", 5))
    bash.kernel.run("x=6; x=5")
    assert bash.get("x") == ("int", "python:numpy.int32", 5)


def test_attributes_do_not_change_a_value(bash: Child) -> None:
    bash.kernel.run(
        "declare -i a=1; declare -u b=x; target=kept; declare -n c=target; export d=old; declare -r e=1; "
        "declare -A f=([k]=v)"
    )
    text = ("text", "", "a + b")
    assert bash.put_all(dict.fromkeys("abcdf", text)) == {"done": True}
    assert bash.put("e", text) == {"failed": "e is read-only in bash; another name is not, as in e_=e", "at": 0}
    assert bash.get_all([*"abcf", "target"]) == [text] * 4 + [("text", "", "kept")]
    assert bash.get_all([*"de"]) == [text, ("text", "bash:text -r", "1")]
    assert bash.kernel.run("bash -c 'echo $d$a'").stream() == "a + b\n"


def test_all_values_enter_or_none(bash: Child) -> None:
    bash.kernel.run("unset one; readonly two=2")
    values = {"one": ("text", "", "1"), "two": ("text", "", "3")}
    assert bash.put_all(values) == {"failed": "two is read-only in bash; another name is not, as in two_=two", "at": 1}
    assert bash.put_all({"one": values["one"]}, is_trial=True) == {"done": True}
    assert bash.get("one") == {"missing": True}


@pytest.mark.parametrize(
    "setting",
    [
        "set -u",
        "set -e",
        "set -f",
        "set -C",
        "set -x",
        "set -o posix",
        "shopt -s nocasematch extdebug",
        "IFS=a1x",
        "alias printf=false builtin=false declare=false",
        "printf() { false; }; declare() { false; }; history() { false; }",
        "trap 'false' DEBUG ERR",
        "x=5 name=5 folder=5 value=5",
    ],
)
def test_the_users_settings_change_nothing(bash: Child, setting: str) -> None:
    value = ("list", "", (("text", "", "a1x\n"), float_of(0.1)))
    bash.kernel.run(setting)
    assert bash.put("y", value) == {"done": True}
    assert bash.get("y") == value
    assert bash.get("nosuch") == {"missing": True}
    bash.kernel.run(
        "set +uefCx +o posix; shopt -u nocasematch extdebug; IFS=$' \\t\\n'; \\unalias printf builtin declare; "
        "unset -f printf declare history; trap - DEBUG ERR"
    )


def test_it_leaves_no_trace(bash: Child) -> None:
    watch = "compgen -v | grep -v -e ^BASH -e ^_$; compgen -A function; shopt; set -o; trap; alias"
    bash.put("x", ("text", "", "a"))
    bash.get("x")
    before = bash.kernel.run(watch)
    bash.put("x", ("text", "", "b"))
    bash.get("x")
    bash.variables()
    after = bash.kernel.run(watch)
    assert after.stream().split() == before.stream().split()  # bash_kernel 0.10 leaves a carriage return now and then.
    assert [word for word in after.stream().split() if word.startswith("__multikernel")] == ["__multikernel__"]
    assert after.content["execution_count"] == before.content["execution_count"] + 1
    assert "transfer.sh" not in bash.kernel.run("history").stream()
    assert not [message for message in bash.kernel.foreign if message["msg_type"] == "stream"]


def test_nothing_in_a_value_is_run(bash: Child) -> None:
    evil = "$(touch evil)`touch evil`'\"; touch evil; a[$(touch evil)]"
    value = ("dict", "", ((evil, ("text", "", evil)),))
    bash.put_all({"x": value, "y": ("text", "", evil), "z": ("list", "", (("text", "", evil),))})
    bash.kernel.run('declare -A w=(["$y"]="$y"); unset __multikernel__')
    assert bash.get_all(["w", "y"]) == [value, ("text", "", evil)]
    assert bash.kernel.run("ls evil 2>/dev/null").stream() == ""


def test_its_variables_are_listed(bash: Child) -> None:
    bash.kernel.run("unset ${!x*} own other; declare -i number=5; export shown=abc; list=(1 2); declare -A map=([k]=v)")
    found = bash.variables()
    assert {name: found[name] for name in ("number", "shown", "list", "map")} == {
        "number": ("integer", "", 1),
        "shown": ("text", "", 3),
        "list": ("array", "2", None),
        "map": ("associative array", "1", None),
    }
    bash.kernel.run("for i in {1..1100}; do declare many$i=1; done")
    assert len(bash.variables()) == 1000
    bash.kernel.run("unset ${!many*}")
    assert not {"PYENV_SHELL", "HOME", "PATH", "BASH_VERSION", "PS1", "__multikernel__"} & set(found)


@pytest.mark.parametrize(
    "name", ["a b", "x;ls", "", "1a", "a[0]", "größe", "RANDOM", "BASHPID", "PS1", "_", "__multikernel__"]
)
def test_what_is_no_variable_is_refused(name: str) -> None:
    assert BASH.refuses_name(name)


def test_what_is_longer_than_a_line_of_the_terminal_crosses(bash: Child) -> None:
    value = ("list", "", tuple(("text", "", str(number) * 10) for number in range(2000)))
    large: Plain = ("text", "", "é" * 100_000)
    bash.put("x", value)
    bash.put("y", large)
    bash.kernel.run('unset w z; z=("${x[@]}"); w=$y')
    assert bash.get("z") == value
    assert bash.get("w") == large
