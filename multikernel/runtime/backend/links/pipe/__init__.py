"""A kernel at the other end of a pipe that any command gives, such as ssh or docker.

`link` is the way to one kernel, over `connection`s that come and go; `site` is what all backends of a place share.
`agent` is the far end.
"""
