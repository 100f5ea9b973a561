# The one front door. Every command sets up what it needs; only the first run of each needs a package registry.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that is new enough; name another with `make PYTHON=... test`.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 && { echo $$p; break; }; done)
# Stamps carry the content that they were made from, so a checkout that only touches dates installs nothing.
KEY := $(shell cat pyproject.toml constraints.txt formal/requirements.txt | cksum | cut -d' ' -f1)
stamp = $(VENV)/.ready-$(1)-$(KEY)
LIBRARY := '.[conformance,sql]'
# The pins are those of Python 3.11 and newer; 3.10 takes the newest that still serve it.
PINS = $(shell $(BIN)/python -c 'import sys; sys.version_info >= (3, 11) and print("--constraint constraints.txt")')
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# -- commands --------------------------------------------------------------------------------------------------------

.PHONY: help conformance test verify oracle check trace mutate bench soak docs clean format pin

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

conformance: $(call stamp,conformance) ## run memory, local and sql-blob in lockstep with the oracle; print the matrix
	@$(BIN)/remote-store conformance run memory local sql-blob $(ARGS)

test: $(call stamp,dev) ## run the tests, with branch coverage of src/ (at least 95 %)
	@$(BIN)/python -m pytest -q --cov --cov-report=term --cov-fail-under=95 $(ARGS)

verify: $(call stamp,formal) ## prove the model, audit it, compare the generated oracle (needs Dafny 4.11)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python formal/verify.py $(ARGS)

oracle: $(call stamp,formal) ## translate the model to Python anew (needs Dafny 4.11)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python oracle/build.py $(ARGS)

check: $(call stamp,dev) ## ruff (rules and format) and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

trace: $(call stamp,dev) ## join clauses, proofs and tests into sdd/TRACE.md
	@$(BIN)/python sdd/trace.py $(ARGS)

mutate: $(call stamp,mutate) ## mutate path.py and _core/plan.py; every survivor must be listed with its reason
	@$(BIN)/python mutation/run.py $(ARGS)

bench: $(call stamp,bench) ## compare memory and local with raw calls and peers, as ratios
	@$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(call stamp,conformance) ## the conformance run, much longer
	@$(BIN)/remote-store conformance run memory local sql-blob --tier soak $(ARGS)

docs: $(call stamp,dev) ## execute every example of README.md (there is no site to build yet)
	@$(BIN)/python -m pytest -q tests/project/test_readme.py $(ARGS)

format: $(call stamp,dev) ## let ruff format and mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## remove what the other commands made
	@rm -rf $(VENV) build dist mutants htmlcov .conformance coverage.xml .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find src oracle tests sdd mutation formal -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# -- set-up ----------------------------------------------------------------------------------------------------------

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "make: no Python >= 3.10 found; install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "setting up $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "make: $(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)" >&2; exit 1; }

# What installs where: name of the stamp, then what pip is told.
$(call stamp,conformance): $(BIN)/python
	@$(call install,conformance,-e $(LIBRARY))

$(call stamp,pip): $(BIN)/python
	@$(call install,pip,--upgrade 'pip>=25.1')

$(call stamp,dev): $(call stamp,pip)
	@$(call install,dev,-e $(LIBRARY) --group dev)
	@touch $(call stamp,conformance)

$(call stamp,mutate): $(call stamp,dev)
	@$(call install,mutate,--group mutate)

$(call stamp,bench): $(call stamp,dev)
	@$(call install,bench,--group bench)

$(call stamp,formal): $(call stamp,pip)
	@$(call install,formal,--requirement formal/requirements.txt)

define install
echo "installing what '$(1)' needs"; \
$(PIP) install $(PINS) $(2); \
rm -f $(VENV)/.ready-$(1)-*; \
touch $@
endef

pin: # write constraints.txt anew: what the newest versions of everything resolve to today
	@rm -rf $(VENV)-pin && $(PYTHON) -m venv $(VENV)-pin
	@$(VENV)-pin/bin/python -m pip install --quiet --upgrade pip
	@$(VENV)-pin/bin/python -m pip install --quiet -e $(LIBRARY) --group dev --group mutate --group bench \
		--requirement formal/requirements.txt
	@{ echo "# Pinned versions for development and CI; written by 'make pin'."; \
		$(VENV)-pin/bin/python -m pip freeze --all --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' \
		| grep -v '^setuptools=='; } > constraints.new
	@mv constraints.new constraints.txt && rm -rf $(VENV)-pin
