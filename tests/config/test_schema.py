"""The JSON Schema for editors and the reader accept the same documents."""

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import jsonschema
import pytest
import yaml
from hypothesis import event, given, settings

from multikernel.config.fields import MAX_COUNT, MAX_TIMEOUT
from multikernel.config.mistakes import ConfigError, Mistake
from multikernel.config.places import PLACE, read_places_file
from multikernel.config.reader import BACKEND, read_config
from multikernel.core import places
from multikernel.core.config import BackendConfig, InterruptMode
from multikernel.core.engines import ENGINES
from multikernel.core.places import SshPlace

from .drawn_documents import documents

CONFIG = Path(__file__).parents[2] / "config"
COMMANDS = frozenset({"use", "restart"})

# ECMA 262, which a schema's patterns are in, has no line end at the end for `$` to match before.
SCHEMA = json.loads((CONFIG / "schema.json").read_text("utf-8").replace('$"', '\\\\Z"'))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

WRITTEN_OTHERWISE = ("name", "group", "place", "needs_trust")
KEYS = [field.name for field in fields(BackendConfig) if field.name not in WRITTEN_OTHERWISE]

BEYOND_A_SCHEMA = {
    "names and aliases that clash": (
        r"'.*' is already (the name of a backend|an alias of .*) \(line .*\)",
        "backends: {r: {kernel: ir, aliases: [R]}}",
    ),
    "names of commands and of other header lines": (
        r"'.*' (is the command|is reserved for)",
        "backends: {use: {kernel: ir}}",
    ),
    "a default that no backend has": (
        r"there is no backend '.*'|'.*' is \d+ backends: name one",
        "{default: x, backends: {r: {kernel: ir}}}",
    ),
    "no default, where one is needed": (
        "no default",
        "backends: {r: {kernel: ir}, s: {kernel: ir}}",
    ),
    "places that clash": (r"'.*' is already a place", "places: {a: {ssh: a}, A: {ssh: a}}"),
    "a place that nobody defines": (r"there is no place '.*'", "backends: {r: {kernel: ir, at: a}}"),
    "no kernel, where the place needs one": (
        r"no kernel: add the name of a kernelspec for",
        "{backends: {r: {at: a}}, places: {a: {ssh: a}}}",
    ),
    "what cannot be set for a kernel that runs": (
        r".* cannot be set for .*, a kernel that runs already",
        "{backends: {r: {at: a, env: {A: x}}}, places: {a: {connection_file: a}}}",
    ),
    "what a server cannot be asked for": (
        r"a Jupyter server starts kernels in its own|this is relative to the root folder of the server",
        "{backends: {r: {kernel: ir, at: a, env: {A: x}}}, places: {a: {server: https://hub}}}",
    ),
    "a time that is too short or too long": (r".* (s|min|h) is out of range", "places: {a: {ssh: a, keep: 0 s}}"),
}
"""What the reader refuses and a schema cannot express. A schema cannot see what is lost on loading a file either: how a
number was written, duplicate keys, tags, merge keys, and what YAML 1.1 and 1.2 disagree on."""


def mistakes_of(document: object) -> tuple[Mistake, ...]:
    """Return the mistakes that the reader finds in a document."""
    try:
        read_config(yaml.safe_dump(document).encode(), "multikernel.yaml", COMMANDS)
    except ConfigError as error:
        return error.mistakes
    return ()


def is_beyond_a_schema(mistake: Mistake) -> bool:
    """Whether a schema cannot detect a mistake."""
    return any(re.match(pattern, mistake.what, re.DOTALL) for pattern, _ in BEYOND_A_SCHEMA.values())


def test_the_schema_is_valid() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["multikernel.yaml", "places.yaml"])
def test_an_example_names_the_schema_and_follows_it(name: str) -> None:
    text = (CONFIG / name).read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    VALIDATOR.validate(yaml.safe_load(text))


def test_the_schema_has_each_key_of_a_backend_with_a_title_and_a_description() -> None:
    keys = SCHEMA["definitions"]["backend"]["properties"]
    assert list(keys) == list(BACKEND) == [KEYS[0], "at", *KEYS[1:], "count"]
    of_places = SCHEMA["definitions"]["place"]["properties"]
    assert list(of_places) == list(PLACE)
    for key in (SCHEMA, *SCHEMA["properties"].values(), *keys.values(), *of_places.values()):
        assert key["title"]
        assert key["description"].endswith(".")


def test_the_schema_has_the_defaults_of_a_backend() -> None:
    backend = BackendConfig("r", "ir")
    rules = SCHEMA["definitions"]["backend"]["properties"]
    for key, rule in ((key, rules[key]) for key in KEYS):
        default = getattr(backend, key)
        if "default" in rule:
            assert rule["default"] == (list(default) if isinstance(default, tuple) else default)
        else:
            assert key == "kernel" or default is None


def test_the_schema_has_the_defaults_of_a_place() -> None:
    rules = SCHEMA["definitions"]["place"]["properties"]
    text = yaml.safe_dump({"places": {"a": {"ssh": "a", "python": rules["python"]["default"]}}}).encode()
    plain = read_places_file(text, Path("/places.yaml")).places["a"]
    assert plain == SshPlace("a", "a") == SshPlace("a", "a", keep=duration_of(rules["keep"]["default"]))


def test_the_schema_has_all_schedulers() -> None:
    assert SCHEMA["definitions"]["place"]["properties"]["job"]["enum"] == list(ENGINES)


def duration_of(text: str) -> float:
    """Return seconds."""
    place = read_places_file(f"places: {{a: {{ssh: a, keep: {text}}}}}".encode(), Path("/places.yaml")).places["a"]
    assert isinstance(place, SshPlace)
    return place.keep


def test_the_schema_has_the_choices_of_a_backend() -> None:
    keys = SCHEMA["definitions"]["backend"]["properties"]
    assert keys["interrupt"]["enum"] == list(get_args(InterruptMode))
    assert keys["start"]["enum"] == list(get_args(get_type_hints(BackendConfig, localns=vars(places))["start"]))


@pytest.mark.parametrize("name", ["r\n", "r r", "", "\0", "é"])
def test_both_refuse_an_invalid_name(name: str) -> None:
    document = {"backends": {name: {"kernel": "ir"}}}
    assert mistakes_of(document)
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"kernel": ""},
        {"kernel": "ir", "cwd": ""},
        {"kernel": "ir", "language": ""},
        {"kernel": "ir", "startup": "\0"},
        {"kernel": "ir", "aliases": "py"},
        {"kernel": "ir", "aliases": ["p y"]},
        {"kernel": "ir", "start": "never"},
        {"kernel": "ir", "interrupt": None},
        {"kernel": "ir", "timeout": 0},
        {"kernel": "ir", "timeout": "60"},
        {"kernel": "ir", "timeout": True},
        {"kernel": "ir", "timeout": MAX_TIMEOUT + 1},
        {"kernel": "ir", "env": {"": "x"}},
        {"kernel": "ir", "env": {"A=B": "x"}},
        {"kernel": "ir", "env": {"A": True}},
        {"kernel": "ir", "count": 0},
        {"kernel": "ir", "count": MAX_COUNT + 1},
        {"kernel": "ir", "count": 1.5},
        {"kernel": "ir", "count": "4"},
        {"kernel": "ir", "ssh": "gpu"},
    ],
    ids=str,
)
def test_both_refuse_an_invalid_backend(settings: dict[str, object]) -> None:
    document = {"backends": {"r": settings}}
    assert mistakes_of(document)
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "place",
    [
        {},
        None,
        "gpu1",
        {"ssh": ""},
        {"ssh": "-o"},
        {"ssh": "a b"},
        {"ssh": "a\n"},
        {"ssh": "a\x85"},
        {"ssh": "a", "run": ["b"]},
        {"ssh": "a", "options": {}},
        {"ssh": "a", "python": "-c"},
        {"ssh": "a", "python": ""},
        {"ssh": "a", "python": "a\tb"},
        {"ssh": "a", "keep": 600},
        {"ssh": "a", "keep": "10m"},
        {"ssh": "a", "keep": "010 s"},
        {"ssh": "a", "job": "slrum"},
        {"ssh": "a", "options": []},
        {"job": "slurm", "run": ["a"]},
        {"job": "slurm", "connection_file": "a"},
        {"job": "slurm", "provisioner": "a"},
        {"job": "slurm", "options": {}},
        {"job": "slurm", "options": ["gpu"]},
        {"job": "slurm", "options": ["-p", None]},
        {"run": []},
        {"run": "docker"},
        {"run": ["", "a"]},
        {"run": ["-i"]},
        {"run": [1]},
        {"run": ["a", True]},
        {"connection_file": ""},
        {"connection_file": "a", "keep": "1 s"},
        {"provisioner": 1},
        {"provisioner": "a", "keep": "1 s"},
        {"provisioner": "a", "options": []},
        {"provisioner": "a", "options": {"a": ["\0"]}},
        {"provisioner": "a", "options": {"a": {"\0": 1}}},
        {"server": ""},
        {"server": "hub.example.org"},
        {"server": "http://hub.example.org"},
        {"server": "http://127.0.0.1.example.org"},
        {"server": "https://me:secret@hub"},
        {"server": "https://hub/?token=secret"},
        {"server": "https://hub/#secret"},
        {"server": "https://hub/ "},
        {"server": "https://h\u00fcb"},
        {"server": "https://hub:port"},
        {"server": "https://hub\n"},
        {"server": "https://hub", "keep": "1 s"},
        {"server": "https://hub", "job": "slurm"},
        {"server": "https://hub", "token": "secret"},
        {"server": "https://hub", "token_env": "0123456789abcdef"},
        {"server": "https://hub", "token_env": "hub_token"},
        {"ssh": "a", "token_env": "A"},
    ],
    ids=str,
)
def test_both_refuse_an_invalid_place(place: object) -> None:
    document = {"places": {"gpu1": place}}
    assert mistakes_of(document)
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("document", [{}, {"default": "r"}, {"backends": {}}, {"places": {}}, [], None, "r"], ids=str)
def test_both_refuse_a_document_without_backends_or_places(document: object) -> None:
    assert mistakes_of(document)
    assert not VALIDATOR.is_valid(document)


@settings(max_examples=400)
@given(documents)
def test_the_schema_and_the_reader_accept_the_same_documents(document: object) -> None:
    mistakes = mistakes_of(document)
    wrong = [mistake for mistake in mistakes if not is_beyond_a_schema(mistake)]
    is_valid = VALIDATOR.is_valid(document)
    event("bad" if not is_valid else "beyond a schema" if mistakes else "good")
    assert is_valid == (not wrong)


@pytest.mark.parametrize(("pattern", "text"), BEYOND_A_SCHEMA.values(), ids=list(BEYOND_A_SCHEMA))
def test_what_is_listed_as_beyond_a_schema_is(pattern: str, text: str) -> None:
    document = yaml.safe_load(text)
    assert VALIDATOR.is_valid(document)
    (mistake,) = mistakes_of(document)
    assert re.match(pattern, mistake.what)
