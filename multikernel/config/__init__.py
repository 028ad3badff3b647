"""The configuration: installed kernelspecs, and a multikernel.yaml if there is one."""
