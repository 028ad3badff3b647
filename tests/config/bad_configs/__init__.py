"""Bad configs, each with its exact message: the text files here, which docs/configuration.md shows as well.

A text file has a title and, for each case, `== what it is`, the file, and a line `=> message` for each mistake.
`<0x09>` stands for a byte, `<0x5B * 100>` for a hundred of them. `python -m tests.config.bad_configs` updates the page.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]
PAGE = ROOT / "docs" / "configuration.md"
SCHEMA = ROOT / "config" / "schema.json"
SECTIONS = ("keys", "names", "places", "values", "yaml", "file")
BYTES = re.compile(rb"<0x((?:[0-9A-F]{2})+)(?: \* ([0-9]+))?>")
GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
MARKUP = re.compile(r"[^\w\s.,:;='\"(){}%?+-]|_")


@dataclass(frozen=True, slots=True)
class BadConfig:
    """A case; `shown` is the file as written here, `message` has a line for each mistake."""

    title: str
    shown: str
    message: str

    @property
    def file_bytes(self) -> bytes:
        """The file."""
        return BYTES.sub(lambda found: bytes.fromhex(found[1].decode()) * int(found[2] or 1), self.shown.encode())


def sections() -> dict[str, list[BadConfig]]:
    """Return all cases by the title of their section."""
    by_title = {}
    for section in SECTIONS:
        title, *cases = (FOLDER / f"{section}.txt").read_text("utf-8").split("\n== ")
        by_title[title.strip()] = [_case(case) for case in cases]
    return by_title


def _case(text: str) -> BadConfig:
    title, *lines = text.strip("\n").split("\n")
    messages = [line.removeprefix("=> ") for line in lines if line.startswith("=> ")]
    shown = "".join(f"{line}\n" for line in lines if not line.startswith("=> "))
    return BadConfig(title, shown, "\n".join(messages))


def page(text: str) -> str:
    """Return the text of docs/configuration.md with its generated parts up to date."""
    generated: dict[str, Callable[[], str]] = {
        "keys": partial(_table_of_keys, "backend"),
        "places": partial(_table_of_keys, "place"),
        "mistakes": _tables_of_mistakes,
    }
    return GENERATED.sub(lambda found: f"{found[1]}\n{generated[found[2]]()}\n{found[3]}", text)


def _table_of_keys(owner: str) -> str:
    """Return the schema's descriptions of the keys of a backend or a place as a Markdown table."""
    rows = [f"| key of a {owner} | default | means |", "|---|---|---|"]
    for key, rule in json.loads(SCHEMA.read_text("utf-8"))["definitions"][owner]["properties"].items():
        default = f"`{json.dumps(rule['default'])}`" if "default" in rule else ""
        rows.append(f"| `{key}` | {default} | {rule['description']} |")
    return "".join(f"{row}\n" for row in rows)


def _tables_of_mistakes() -> str:
    """Return all cases as Markdown, with a table for each section."""
    rows = []
    for title, cases in sections().items():
        rows += ["", f"### {title}", "", "| file | message |", "|---|---|"]
        for case in cases:
            messages = "<br>".join(f"`` {line.replace('|', chr(92) + '|')} ``" for line in case.message.split("\n"))
            rows.append(f"| *{case.title}* <pre>{_in_a_cell(case.shown)}</pre> | {messages} |")
    return "".join(f"{row}\n" for row in rows[1:])


def _in_a_cell(text: str) -> str:
    """Return a text for <pre> in a cell of a Markdown table, with all markup escaped."""
    escaped = MARKUP.sub(lambda found: f"&#{ord(found[0])};", text.rstrip("\n"))
    return escaped.replace("\n", "<br>")
