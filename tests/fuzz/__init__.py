"""Cases that nobody expects, for hypothesis in `make test` and for atheris in `make fuzz`.

`python -m tests.fuzz` is what `make fuzz` does; with `--again router FILE` it runs one case once more.
"""
