"""Bring the generated parts of docs/configuration.md up to date."""

from . import PAGE, page

PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
