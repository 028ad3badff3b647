"""How a variable is copied from one language to another: one adapter each, over `core.services.ValueServices` only.

1. The source runs export code silently, which writes `answer.json` (a tree of nodes) and `data` (buffers) to a folder.
2. `values.reader` checks the tree. What is scattered is cut into chunks, each in a folder; what is gathered is joined.
3. The target's adapter refuses it, or writes it as its language reads it.
4. The target runs import code silently, which reads the buffers out of `data`, and writes an answer of its own.

`language.py` is what an adapter has to be, `registry.py` where adapters are found, `transfer.py` the way of all values
of a header, `crossing.py` what Multi itself does with one, with `chunks.py` for several sources or targets, and
`apart.py` does that in a thread, or in a process of its own for what is large; `variables.py` is the list of variables.
In a language's folder `adapter.py` runs in Multi, `child/` in the kernel.
"""
