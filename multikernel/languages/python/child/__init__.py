"""What runs in a Python child: a package of its own there, named `_multikernel`; it needs the standard library only.

numpy, pandas, polars and pyarrow are used where a value is of theirs, or where one arrives that is for them.
"""
