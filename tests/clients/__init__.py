"""Programs of others that run kernels: what they do with Multi."""
