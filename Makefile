# The two commands of the README are `make demo` and `make test`; `make help` lists all.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Arguments for the demo: make demo ARGS="--quick"
ARGS ?=
# What is sensitive to the versions of others.
LOWEST = tests/test_package.py tests/metrics/test_classification.py tests/metrics/test_ranking.py \
	tests/labels/test_encoding.py tests/weights/test_class_weight.py tests/model_selection/test_split.py \
	tests/thresholds/test_search.py tests/thresholds/test_tuner.py tests/readers/test_voc.py \
	tests/cli/test_commands.py tests/utils/test_tables.py tests/utils/test_keras_internals.py \
	tests/test_registration.py tests/callbacks tests/layers tests/losses/test_weighted_binary_crossentropy.py tests/metrics/test_multi_label_scores.py
# Reading compiled functions from a file crashes this old JAX.
LOWEST_ENV = KERAS_BACKEND=jax JAX_ENABLE_COMPILATION_CACHE=false
INSTALL = -m pip install --quiet --disable-pip-version-check -c constraints.txt

export TF_CPP_MIN_LOG_LEVEL ?= 2

.PHONY: help demo test browser fuzz lint format bench backends docs wheel lowest clean

help: ## List these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.demo ## Train on scenes of handwritten digits: metrics, thresholds, pictures
	$(BIN)/python examples/demo.py $(ARGS)

test: $(VENV)/.dev ## Run the tests on TensorFlow, doctests included
	KERAS_BACKEND=tensorflow $(BIN)/python -m pytest -n 2 --dist worksteal

browser: $(VENV)/.dev ## Test the page of a report in headless Chromium; skips where there is none
	KERAS_BACKEND=tensorflow $(BIN)/python -m pytest -m browser -rs tests/evaluation $(ARGS)

fuzz: $(VENV)/.dev ## Run the property tests on thousands of examples each, and say how many, and the long tests; about half an hour
	KERAS_BACKEND=tensorflow $(BIN)/python -m pytest -n 2 --dist worksteal -m "hypothesis or long" --hypothesis-profile=long tests $(ARGS)

lint: $(VENV)/.dev ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
# A user's code, checked from outside: through the package as it is installed.
	cd tests/typing && $(abspath $(BIN))/mypy --config-file= --strict --cache-dir=../../.mypy_cache/user snippet.py
	$(BIN)/basedpyright -p tests/typing --pythonpath $(BIN)/python

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure ours against its peers; updates benchmarks/README.md (make bench-jax, bench-torch: those of Keras)
	$(BIN)/python benchmarks/run.py $(ARGS)

bench-%: .venv-%/.test
	KERAS_BACKEND=$* .venv-$*/bin/python benchmarks/run.py $(ARGS)

backends: backend-jax backend-torch ## Run the Keras tests on JAX and torch

backend-%: .venv-%/.test
	KERAS_BACKEND=$* .venv-$*/bin/python -m pytest -n 2 --dist worksteal -m keras tests

docs: $(VENV)/.docs ## Run the code of its pages, build the site into docs/_build/html, look at it in headless Chromium
	KERAS_BACKEND=tensorflow $(BIN)/python -m pytest -m pages tests/test_docs.py
	$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build/html
	$(BIN)/python -m pytest -m browser -rs tests/site
	@echo "Open docs/_build/html/index.html"

wheel: $(VENV)/.dev ## Build sdist and wheel, and try each extra in a clean environment (ARGS=--backends: these too)
	rm -rf dist .venv-wheel
	$(BIN)/python .ci/package.py $(ARGS)

lowest: .venv-lowest/.test ## Run a part of the tests on the lowest versions that are allowed, with JAX
	$(LOWEST_ENV) .venv-lowest/bin/python .ci/smoke.py jax
	$(LOWEST_ENV) .venv-lowest/bin/python -m pytest -n 2 --dist worksteal $(LOWEST)

clean: ## Remove environments and what was built
	rm -rf .venv .venv-* build dist docs/_build docs/examples docs/reference/generated .pytest_cache .mypy_cache .ruff_cache

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python $(INSTALL) -e ".[tensorflow,plot,images,report]"
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python $(INSTALL) -e ".[dev]"
	touch $@ $(VENV)/.demo

$(VENV)/.docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python $(INSTALL) -e ".[docs]"
	touch $@ $(VENV)/.demo

.venv-%/.test: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python $(INSTALL) -e ".[$*,test]"
	touch $@

.venv-lowest/.test: pyproject.toml constraints-min.txt
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-min.txt -e ".[jax,plot,images,report]" pytest pytest-xdist hypothesis polars pyarrow
	touch $@
