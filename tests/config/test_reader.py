"""A multikernel.yaml becomes a config, or all its mistakes with their lines and columns."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from multikernel.commands import TABLE
from multikernel.config import yaml_nodes as config_yaml
from multikernel.config.at import Origin
from multikernel.config.fields import MAX_TIMEOUT
from multikernel.config.mistakes import SHOWN_MISTAKES, ConfigError, Mistake
from multikernel.config.places import PLACE, read_places_file
from multikernel.config.reader import BACKEND, read_config
from multikernel.core.cells.command_names import NAMES, RESERVED
from multikernel.core.config import BackendConfig, Config
from multikernel.core.places import UnusablePlace

EXAMPLE = Path(__file__).parents[2] / "config" / "multikernel.yaml"
PLACES = Path(__file__).parents[2] / "config" / "places.yaml"
FILE = "multikernel.yaml"
COMMANDS = frozenset({"use", "restart"})


def read(text: str | bytes) -> Config:
    """Read a config next to the notebook."""
    return read_config(text if isinstance(text, bytes) else text.encode(), FILE, COMMANDS)


def mistakes_of(text: str | bytes) -> tuple[Mistake, ...]:
    """Return the mistakes in a config."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    return caught.value.mistakes


def test_a_file_that_is_too_large_is_refused_unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_yaml, "_Loader", lambda *_: pytest.fail("parsed"))
    mistakes_of(b"#" * (config_yaml.MAX_BYTES + 1))


def test_a_file_of_the_largest_size_is_read() -> None:
    text = b"backends: {r: {kernel: ir}}\n#"
    assert read(text.ljust(config_yaml.MAX_BYTES, b"#")).default == "r"


def test_every_key_is_read() -> None:
    config = read("""
default: R4
backends:
  r:
    kernel: ir
    aliases: [R4, rr]
    language: S
    env: {LANG: C.UTF-8}
    cwd: ../analysis
    start: eager
    startup: |
      options(digits = 4)
      set.seed(1)
    interrupt: message
    timeout: 1.5
  python: {kernel: python3}
""")
    r = BackendConfig(
        name="r",
        kernel="ir",
        aliases=("R4", "rr"),
        language="S",
        env={"LANG": "C.UTF-8"},
        cwd="../analysis",
        start="eager",
        startup="options(digits = 4)\nset.seed(1)\n",
        interrupt="message",
        timeout=1.5,
    )
    assert config == Config({"r": r, "python": BackendConfig("python", "python3")}, "r", FILE)
    assert list(config.backends) == ["r", "python"]


def test_a_config_cannot_be_changed() -> None:
    config = read("backends: {r: {kernel: ir, env: {A: b}}}")
    assert isinstance(config.backends, MappingProxyType)
    assert isinstance(config.backends["r"].env, MappingProxyType)


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("backends: {r: {kernel: ir}}", "r"),
        ("backends: {r: {kernel: ir}, Py: {kernel: python3}}", "Py"),
        ("{default: py, backends: {r: {kernel: ir}, Py: {kernel: python3}}}", "Py"),
        ("{default: R4, backends: {r: {kernel: ir, aliases: [r4]}, Py: {kernel: python3}}}", "r"),
    ],
    ids=["the only one", "the only one on python3", "by name", "by alias"],
)
def test_the_default_is_found_whatever_the_case(text: str, default: str) -> None:
    assert read(text).default == default


@pytest.mark.parametrize("number", ["4", "0", "-1", "1.10", "1e3", "1.5e+300", "123456789012345678901234567890"])
def test_a_plain_number_as_a_variable_is_the_text_that_was_written(number: str) -> None:
    assert read(f"backends: {{r: {{kernel: ir, env: {{N: {number}}}}}}}").backends["r"].env == {"N": number}


@pytest.mark.parametrize(
    ("number", "seconds"), [("60", 60.0), ("0.25", 0.25), ("1e3", 1000.0), (str(MAX_TIMEOUT), 86400.0)]
)
def test_a_timeout_is_in_seconds(number: str, seconds: float) -> None:
    assert read(f"backends: {{r: {{kernel: ir, timeout: {number}}}}}").backends["r"].timeout == seconds


@pytest.mark.parametrize("number", ["86400.1", "1e999", "-0.5", "1" + 5000 * "0", "0e5"])
def test_a_timeout_out_of_range_is_refused(number: str) -> None:
    (mistake,) = mistakes_of(f"backends: {{r: {{kernel: ir, timeout: {number}}}}}")
    assert "use more than 0 and at most 86400" in mistake.what


def test_quotes_keep_text_that_yaml_would_read_as_something_else() -> None:
    config = read("backends: {'no': {kernel: '3', aliases: ['1', \"on\"], env: {'null': 'true', '1': ''}, cwd: '~'}}")
    assert config.backends["no"] == BackendConfig("no", "3", ("1", "on"), env={"null": "true", "1": ""}, cwd="~")


def test_backends_can_share_values_with_an_anchor() -> None:
    config = read("""
default: r
backends:
  r: {kernel: ir, env: &common {LANG: C, TZ: UTC}}
  bash: {kernel: &bash bash, env: *common}
  sh: {kernel: *bash}
""")
    assert config.backends["bash"].env == {"LANG": "C", "TZ": "UTC"}
    assert config.backends["sh"].kernel == "bash"


@pytest.mark.parametrize(
    "text",
    [
        b"backends:\r\n  r:\r\n    kernel: ir\r\n",
        b"%YAML 1.1\n---\nbackends: {r: {kernel: ir}}\n...\n",
        b'{"backends": {"r": {"kernel": "ir"}}}',
    ],
    ids=["CRLF", "directive", "JSON"],
)
def test_other_ways_to_write_a_file_are_fine(text: bytes) -> None:
    assert read(text).backends == {"r": BackendConfig("r", "ir")}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (b"default: x\r\nbackends: {r: {kernel: ir}}", 1, 10),
        (b"# \xc3\xa9\xff", 1, 4),
        (b"# \xc3\xa9\x07", 1, 4),
        (b"#\r\n# \xc3\xa9\xff", 2, 4),
        (b"#\r\n# \xc3\xa9\x07", 2, 4),
    ],
)
def test_crlf_moves_no_position(text: bytes, line: int, column: int) -> None:
    (mistake,) = mistakes_of(text)
    assert (mistake.line, mistake.column) == (line, column)


def test_a_column_counts_code_points() -> None:
    text = "backends: {r: {kernel: ir, startup: 🦀é, start: eagr}}"
    (mistake,) = mistakes_of(text)
    assert mistake.column == text.index("eagr") + 1


def test_utf_16_without_a_mark_is_recognised() -> None:
    (mistake,) = mistakes_of("backends: {r: {kernel: ir}}".encode("utf-16-le"))
    assert "UTF-16" in mistake.what


@pytest.mark.parametrize("text", [r'a: "\UFFFFFFFF"', f"%YAML {'9' * 5000}.1\n---\na: b", "a: &", "%%r", "a: !e!x 1"])
def test_mistakes_without_a_good_message_from_yaml_are_one_line(text: str) -> None:
    (mistake,) = mistakes_of(text)
    assert "\n" not in str(mistake)
    assert len(str(mistake)) < 250


def test_a_long_text_of_the_file_is_cut_in_each_message() -> None:
    long = "x" * 1000
    texts = [
        f"{{default: {long}, backends: {{{long}y: {{kernel: ir, {long}: 1, aliases: [{long}Y, '{long} ']}}}}}}",
        f"backends: {{r: {{kernel: ir, timeout: {'9' * 1000}, start: {long}, env: '{long}'}}}}",
        f"a: *{long}",
        f"a: &{long} [*{long}]",
        f"a: !{long} b",
        f"a: !{long}!x b",
    ]
    for text in texts:
        for mistake in mistakes_of(text):
            assert len(str(mistake)) < 400, mistake


def test_only_the_first_mistakes_are_shown_where_there_are_too_many() -> None:
    mistakes = [Mistake(line, 1, "", "wrong") for line in range(1, SHOWN_MISTAKES + 8)]
    all_shown, cut = ConfigError(FILE, mistakes[:SHOWN_MISTAKES]), ConfigError(FILE, mistakes)
    assert str(all_shown).splitlines() == [f"{FILE}:{mistake}" for mistake in mistakes[:SHOWN_MISTAKES]]
    assert str(cut) == f"{all_shown}\n… and 7 more mistakes."
    assert cut.mistakes == tuple(mistakes)


def test_the_error_has_the_form_of_any_other() -> None:
    with pytest.raises(ConfigError) as caught:
        read("backends: {r: {kernel: ir, start: now}}")
    content = caught.value.content()
    assert content["ename"] == "ConfigError"
    assert content["evalue"] == "multikernel.yaml:1:35: backends.r.start: 'now' is not one of lazy, eager"
    assert caught.value.file == FILE


def test_a_folder_is_used_as_resolved() -> None:
    text = b"backends: {r: {kernel: ir, cwd: data}}"
    assert read(text).backends["r"].cwd == "data"
    origin = Origin(existing_folder=lambda cwd: f"/home/me/{cwd}")
    assert read_config(text, FILE, COMMANDS, origin).backends["r"].cwd == "/home/me/data"


def test_a_folder_that_does_not_exist_is_a_mistake_like_the_others() -> None:
    origin = Origin(existing_folder=lambda _: None)
    with pytest.raises(ConfigError) as caught:
        read_config(b"backends: {r: {kernel: ir, cwd: dta, start: eagr}}", FILE, COMMANDS, origin)
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "1:33: backends.r.cwd: there is no folder 'dta'",
        "1:45: backends.r.start: 'eagr' is not one of lazy, eager (did you mean 'eager'?)",
    ]


def test_the_list_of_command_names_is_complete() -> None:
    assert tuple(TABLE) == NAMES


@pytest.mark.parametrize("name", [*NAMES, *sorted(RESERVED)])
def test_no_backend_has_the_name_of_a_command(name: str) -> None:
    with pytest.raises(ConfigError):
        read_config(f"backends: {{{name.title()}: {{kernel: ir}}}}".encode(), FILE, NAMES)


def test_a_name_begins_with_a_letter_or_digit() -> None:
    with pytest.raises(ConfigError, match=r"'_r' is not a valid name: .*, and begin with a letter or digit"):
        read_config(b"backends: {_r: {kernel: ir}}", FILE, NAMES)


def test_the_example_has_every_key_and_no_mistake() -> None:
    places = read_places_file(PLACES.read_bytes(), PLACES)
    assert places.mistakes == ()
    origin = Origin(is_own=False, own_places=lambda: places)
    config = read_config(EXAMPLE.read_bytes(), str(EXAMPLE), NAMES, origin)
    assert config.default == "python"
    assert not any(isinstance(backend.place, UnusablePlace) for backend in config.backends.values())
    used: Mapping[str, set[str]] = yaml.safe_load(EXAMPLE.read_text("utf-8"))["backends"]
    assert set().union(*used.values()) == set(BACKEND)
    defined: Mapping[str, set[str]] = yaml.safe_load(PLACES.read_text("utf-8"))["places"]
    assert set().union(*defined.values()) == set(PLACE)
