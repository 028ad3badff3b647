"""How a variable is copied from one language to another: one adapter each, over `core.services.ValueServices` only.

1. The source runs export code silently, which writes `answer.json` (a tree of nodes) and `data` (buffers) to a folder.
2. `values.reader` checks the tree.
3. The target's adapter refuses it, or writes it as its language reads it, and returns import code.
4. The target runs that silently, reads the buffers out of `data`, and writes an answer of its own.

`language.py` is what an adapter has to be, `registry.py` where adapters are found, `transfer.py` the way of a value,
`crossing.py` its part in Multi, which `apart.py` does in a process of its own for what is large, and `variables.py` the
list of variables. In a language's folder `adapter.py` runs in Multi, `child/` in the kernel.
"""
