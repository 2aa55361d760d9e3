# The commands that people, continuous integration and scripts rely on. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help environment engine up preview rehearse down test lint types unit bench schema live lock clean

PYTHON ?= python3
STACK ?= production
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := provider emulator sdk/python
READY := $(VENV)/.ready
TESTS ?= tests
CODE := __main__.py settings operations \
	components policies/railway_policies provider/pulumi_resource_railway emulator/railway_emulator tools/local tests bench

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

up: environment engine ## bring eTally up on the local Railway
	@$(BIN)/python -m tools.local up

preview: environment engine ## show what `make up` would change
	@$(BIN)/python -m tools.local preview

rehearse: environment engine ## apply STACK (production) to a fresh local Railway, verify it, tear it down
	@$(BIN)/python -m tools.local rehearse "$(STACK)"

down: environment engine ## destroy the local stack and stop the local Railway
	@$(BIN)/python -m tools.local down

test: environment engine lint types unit ## lint, types and all tests

lint: environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=policies $(BIN)/lint-imports --no-cache
	bin/actionlint

types: environment
	$(BIN)/mypy $(wildcard $(CODE))
	$(BIN)/mypy policies/__main__.py
	$(BIN)/mypy provider/__main__.py
	$(BIN)/mypy examples/wiki/__main__.py

unit: environment engine
	GRPC_VERBOSITY=NONE $(BIN)/python -m pytest --quiet -n auto --dist loadgroup $(TESTS)

bench: environment engine ## the benchmarks' tables
	@$(BIN)/python -m bench

live: environment ## the provider's lifecycle on a real account; needs RAILWAY_LIVE_TOKEN
	@$(BIN)/python -m pytest -q tests/live

schema: environment engine ## regenerate provider/schema.json and sdk/python
	@$(BIN)/python -m pulumi_resource_railway.schema --sdk

environment: $(READY)

engine:
	@bin/pulumi version >/dev/null

# What comes from registries is checked against the lock's hashes; this repository's own packages are installed by
# path, without an index, because pip can't hash a folder and `pulumiverse-railway` is nobody's name on the registry.
$(READY): requirements.lock $(PACKAGES:%=%/pyproject.toml)
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python ($(PYTHON)) is missing or older than 3.11: install Python 3.11 or newer, or name one with PYTHON=…" >&2; exit 1; }
	@echo "Installing the Python environment into $(VENV) …"
	@"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock || \
		{ echo "Its packages could not be installed: check the network (and pip's index, if you use another), then run the same command again." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation \
		$(PACKAGES:%=--editable ./%)
	@touch $@

lock: ## resolve requirements.lock anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-package pulumiverse-railway --custom-compile-command "make lock" --output-file requirements.lock \
		requirements-dev.in requirements.txt policies/requirements.txt provider/pyproject.toml emulator/pyproject.toml

clean: ## remove the environment and caches inside this checkout
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
