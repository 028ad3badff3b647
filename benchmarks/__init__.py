"""How fast Multi is compared with the child alone: `make bench`, described in docs/performance.md.

All contenders make the same request in turn, in one run, so that noise on the machine affects all of them alike. Each
is compared with its neighbours in time; the median of these ratios is the result.
"""
