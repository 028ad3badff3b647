"""Strategies for what may stand in a multikernel.yaml, right or wrong."""

from typing import Any

from hypothesis import strategies as st

from multikernel.config.fields import MAX_COUNT, MAX_TIMEOUT

words = st.sampled_from(["r", "R", "python", "py", "c++", "no", "1", "A_B"])
odd_words = st.sampled_from(["use", "Parts", "a=b", "x y", "", "é", "\0", "r\n", "lazy"])
numbers = st.sampled_from([1, 60, 0.5, MAX_TIMEOUT, 1e-300]) | st.floats(1, MAX_TIMEOUT)
odd_numbers = st.sampled_from([0, -1, MAX_TIMEOUT + 1, 10**400, 1e300, -0.0])
anything = st.recursive(
    st.none() | st.booleans() | numbers | odd_numbers | words | odd_words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | odd_words, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutated(draw: st.DrawFn, mappings: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Draw a mapping, perhaps with a value of the wrong kind, or a missing, unknown or misspelt key."""
    mapping = dict(draw(mappings))
    key = draw(st.sampled_from(sorted(mapping))) if mapping else ""
    match draw(st.sampled_from(["not"] * 12 + ["key gone", "other value", "other key", "unknown key"])):
        case "key gone":
            mapping.pop(key, None)
        case "other value":
            mapping[key] = draw(anything)
        case "other key":
            mapping[draw(odd_words)] = mapping.pop(key, None)
        case "unknown key":
            mapping[draw(st.sampled_from(["ssh", "kernal", "colour", "timeouts", "Start", "keep", "job"]))] = draw(
                anything
            )
    return mapping


backend = st.fixed_dictionaries(
    {"kernel": st.sampled_from(["python3", "ir", "no"])},
    optional={
        "at": words,
        "aliases": st.lists(words, max_size=2),
        "language": words,
        "env": mutated(st.dictionaries(words, words | numbers, max_size=2)),
        "cwd": words,
        "start": st.sampled_from(["lazy", "eager"]),
        "startup": words,
        "interrupt": st.sampled_from(["signal", "message", "restart"]),
        "timeout": numbers | odd_numbers,
        "count": st.sampled_from([1, 2, 0, -1, MAX_COUNT + 1, 1.5, "2"]),
    },
)
backends = mutated(st.dictionaries(words, mutated(backend), min_size=1, max_size=3))
programs = st.sampled_from(["docker", "~/bin/python", "-c", "", "a b", "a\n", "1"])
durations = st.sampled_from(["45 s", "30min", "1.5 h", "0 s", "1000 h", "10m", "1", "1_0 s"])
servers = st.sampled_from(
    ["https://hub", "https://[::1]:8000/user/me@x/", "http://localhost:8888", "http://hub", "hub"]
)
way = st.one_of(
    st.fixed_dictionaries({"ssh": programs}, optional={"python": programs, "keep": durations}),
    st.fixed_dictionaries(
        {"run": st.lists(programs | numbers | odd_numbers, max_size=3)}, optional={"python": programs}
    ),
    st.fixed_dictionaries({"connection_file": words | programs}),
    st.fixed_dictionaries(
        {"job": st.sampled_from(["slurm", "pbs", "x"])},
        optional={"ssh": programs, "python": programs, "options": st.lists(programs | numbers, max_size=2)},
    ),
    st.fixed_dictionaries(
        {"server": servers}, optional={"token_env": st.sampled_from(["HUB_TOKEN", "A", "a", "0", ""])}
    ),
    st.fixed_dictionaries({"provisioner": words}, optional={"options": st.dictionaries(words | odd_words, anything)}),
)
all_places = mutated(st.dictionaries(words, mutated(way), min_size=1, max_size=3))
documents = (
    mutated(st.fixed_dictionaries({"backends": backends}, optional={"default": words, "places": all_places}))
    | mutated(st.fixed_dictionaries({"places": all_places}))
    | anything
)
