"""Tables as text and as HTML."""

import html
from collections.abc import Collection, Sequence

Row = Sequence[str]


def as_text(columns: Row, rows: Sequence[Row], caption: str) -> str:
    """Return a table with aligned columns and a caption below."""
    table = [columns, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([*lines, caption] if caption else lines)


def as_html(columns: Row, rows: Sequence[Row], caption: str, numbers: Collection[str]) -> str:
    """Return a table as HTML with all text escaped; the columns in `numbers` are right-aligned."""
    head = "".join(_cell("th", name, name, numbers) for name in columns)
    body = "".join(
        "<tr>" + "".join(_cell("td", name, cell, numbers) for name, cell in zip(columns, row, strict=True)) + "</tr>"
        for row in rows
    )
    lines = html.escape(caption).replace("\n", "<br>")
    return (
        f"<table><caption style='caption-side: bottom'>{lines}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(tag: str, column: str, text: str, numbers: Collection[str]) -> str:
    align = "right" if column in numbers else "left"
    return f"<{tag} style='text-align: {align}'>{html.escape(text)}</{tag}>"
