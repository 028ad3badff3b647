"""The ways to a kernel: a process of this machine or of a provisioner, one that somebody else has started."""
