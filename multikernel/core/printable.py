"""Text of others on a terminal."""


def printable(text: str) -> str:
    """Return a text of one line that a terminal shows and does not obey."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
