"""What a `%%` line may have meant that the kernel does not know as a magic of its own."""

import re

from ..kernels.installing import EXTENSIONS, LANGUAGES, OF_NAME
from ..protocol.wire import Json
from ..wording import nearest
from .names import Names

UNKNOWN_MAGIC = re.compile(r"(?:Cell magic|Line magic function) `%%(?P<name>[^`]+)` not found")
"""What IPython (7 to 9) says, the latter where a comment stands above: in an error's evalue; xeus-python 0.19 in a
stream's text, with a reply that says ok."""


def hint_for(name: str, content: Json, names: Names) -> str | None:
    """Return a line to add below a cell, or None where there is nothing to say.

    `name` is that of the `%%` line on top of the cell, which is not Multi's; `content` is that of an error, an error
    reply or a stream. A magic that the kernel knows and that fails gets no hint.
    """
    said = content.get("evalue", content.get("text"))
    found = UNKNOWN_MAGIC.search(said) if isinstance(said, str) else None
    if found is None or found["name"] != name:
        return None
    if name.lower() in EXTENSIONS:
        package, extension = EXTENSIONS[name.lower()]
        return f"%%{name} is a magic of {package}'s: %pip install {package}, then %load_ext {extension}."
    language = OF_NAME.get(name.lower())
    if language is None:
        near = nearest(name, names.all())
        return None if near is None else f"Did you mean %%{near}?"
    called, how = LANGUAGES[language]
    if (other := next(filter(names.is_known, called.split()), None)) is not None:
        return f"Did you mean %%{other}?"
    if names.config.file is None:
        return f"%%{name}: no kernel for {language} is installed here. To get one: {how}; then restart this kernel."
    return (
        f"%%{name}: no backend for {language} is in {names.config.file}. To get a kernel for it: {how}; then add it to "
        f"that file and restart this kernel."
    )
