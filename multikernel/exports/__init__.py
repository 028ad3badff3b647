"""Notebooks in other forms: colours for Pygments and nbconvert, and a script for each language.

Everything is read from the text of the cells, with the kernel's own grammar; no kernel is started. `reading` says which
backend runs which stretch of a cell. `lexer` colours one cell, `preprocessor` a notebook, and `nbconvert_plugin` makes
nbconvert use it. The kernel imports none of this, and only these modules need Pygments and nbconvert.
"""
