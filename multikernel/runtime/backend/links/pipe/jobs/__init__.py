"""Kernels in batch jobs.

The script of a job keeps the node and starts keepers there; a relay joins the job for each connection. `job` is one
submission, from before it has a number to its end; `queue` is what all jobs of a place share.
"""
