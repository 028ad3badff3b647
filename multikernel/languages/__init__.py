"""How a variable leaves one language and enters another: one adapter each, over `core.services.ValueServices` only.

    source child                     front                                   target child
    export code, run silently   ->   manifest.read: a checked tree      ->   import code, with the tree as literals
    writes answer.json, data         languages.transfer: refuse or go on     reads the buffers out of data

`language.py` is what an adapter has to be, `manifest.py` what values look like on the way, `transfer.py` the way
itself, `registry.py` where adapters are found.
"""
