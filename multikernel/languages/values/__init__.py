"""A value on its way: `nodes` is what it looks like, `reader` checks what a child wrote, `as_json` writes it again."""
