"""What is configured: kernelspecs, and a multikernel.yaml where there is one."""
