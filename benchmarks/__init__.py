"""How fast Multi is beside the child alone: `make bench`, or `python -m benchmarks MEASURE…`; see docs/performance.md.

All contenders do the same request in turn, in one run, so that a noisy machine is noisy for all of them alike. What is
compared are ratios of neighbours; their median is what counts.
"""
