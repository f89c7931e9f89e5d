# The one thing to name is a Python, where `python3` is too old: make test PYTHON=python3.12
PYTHON ?= python3
# Passed on to JupyterLab, the demo or the resolver: make lab ARGS="--no-browser --port 8899"
ARGS ?=

PY := .venv/bin/python
# nbgrader calls other programs of the environment by their names.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
STAMP := .venv/.installed
# pip must fail, and not fall back to the machine's own Python, if the environment is damaged.
PIP := $(PY) -m pip --require-virtualenv -qq --disable-pip-version-check install
# A file stays in one process: the cells of a notebook need one kernel. All that needs a browser is
# one after another in one process (tests/conftest.py), which mostly waits, so there is one process
# more than there are cores; it comes first, in the order of names. Beyond eight the sandboxes only
# wait for one another.
WORKERS = $(shell $(PY) -c 'import os; print(min(os.cpu_count() + 1, 8))')
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

LECTURES := $(wildcard lectures/*.ipynb)
FIRST_PAGE := $(firstword $(wildcard lectures/00_welcome.ipynb) lectures/05_backpropagation_by_hand.ipynb)

.PHONY: help lab test demo edition outputs lint types attack soak bench bench-grading lock clean
# `make -j` would otherwise mix the steps of `test`, and none of them would be the first to fail.
.NOTPARALLEL:

help: ## this list
	@$(PYTHON) -c 'import re; [print(f"make {m[1]:8} {m[2]}") for m in re.finditer(r"^(\w+):.*## (.*)$$", open("Makefile").read(), re.M)]'

# The page is named as an address, for given as a file its folder would be all that the student sees.
lab: $(STAMP) ## open the lectures in JupyterLab
	$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/$(FIRST_PAGE) $(ARGS)

test: lint types ## check everything: style, types, tests, every lecture from top to bottom
	@echo "== tests: the packages, the assignments, the sandbox, the browser"
	@$(PYTEST) tests
ifneq ($(LECTURES),)
	@echo "== lectures: each notebook runs, and shows what is printed in it"
	@$(PYTEST) --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg $(LECTURES)
endif

demo: $(STAMP) ## hand in, grade and report an invented class
	$(PY) -m assignments.demo $(ARGS)

edition: $(STAMP) ## what students get, as one zip: build/edition.zip (ARGS="ps1 ps2" for some)
	$(PY) -m assignments.edition $(ARGS)

outputs: $(STAMP) ## run the lectures and keep what they show (ARGS="lectures/05_....ipynb" for one)
	$(PY) lectures/execute.py $(ARGS)

lint: $(STAMP) ## check style with ruff
	@echo "== style: ruff"
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

types: $(STAMP) ## check types with mypy
	@echo "== types: mypy"
	@$(PY) -m mypy

# PyTorch and scikit-learn are large, and only measured against: they have an environment of their
# own. It holds a .gitignore, and its last file made is the copy of what was asked for.
bench: ## measure speed and memory, beside PyTorch and scikit-learn
	@cmp -s tests/benchmarks/requirements.txt .venv-bench/requirements.txt || { \
		echo "== environment: installing PyTorch and scikit-learn into .venv-bench" && \
		$(PYTHON) -m venv --clear .venv-bench && echo '*' > .venv-bench/.gitignore && \
		.venv-bench/bin/python -m pip -qq --disable-pip-version-check install \
			-r tests/benchmarks/requirements.txt && \
		cp tests/benchmarks/requirements.txt .venv-bench/; }
	.venv-bench/bin/python -m tests.benchmarks.speed $(ARGS)

bench-grading: $(STAMP) ## measure the grading of 200 and 1,000 submissions, beside nbgrader's (10 min)
	$(PY) -m tests.benchmarks.grading $(ARGS)

attack: $(STAMP) ## let hostile and broken submissions loose, on this grader and on plain nbgrader
	$(PY) -m tests.attacks $(ARGS)

soak: $(STAMP) ## grade while things go wrong (kills, full disks, locks, broken files); play for ten minutes
	$(PY) -m tests.soak.broken
	$(PY) -m tests.soak.faults
	$(PY) -m tests.soak.kernels
	$(PY) -m tests.soak.playground

lock: $(STAMP) ## renew requirements.lock (ARGS=--upgrade moves every version)
	$(PY) -m uv pip compile --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-strip-extras --no-emit-index-url --no-emit-package mlpkit \
		--custom-compile-command "make lock" --quiet $(ARGS) \
		--extra lectures --extra dev pyproject.toml autograder/pyproject.toml -o requirements.lock

clean: ## remove the environment and all caches; what was handed in and graded stays
	rm -rf .venv .venv-bench build .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is the last thing made and the first removed, so without it the environment is in
# doubt (an install was interrupted) and is made anew.
$(STAMP): requirements.lock pyproject.toml autograder/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed. Name yours: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -e $@ || $(PYTHON) -m venv --clear .venv || { \
		echo "Python cannot make an environment. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@rm -f $@
	@echo "== environment: installing what requirements.lock names into .venv (about a minute)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e . -e ./autograder
	@touch $@
