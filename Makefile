# The doors of the repository. `make` alone lists them.

PYTHON ?= $(or $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$one && break; done),python3)
VENV   ?= .venv
PY     := $(VENV)/bin/python
UV     := $(VENV)/bin/uv
TREES  := shared services deploy tests
PATHS  := . shared services/member-svc services/points-svc services/tier-svc services/benefit-svc
INPUTS := $(foreach one,$(filter-out .,$(PATHS)),$(one)/pyproject.toml)
LOCK   := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
          --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt bench faults lock clean

help: ## list the doors
	@printf 'Laurel: one membership programme as four services.\n\n'
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nmake run reads PORT, DATA_DIR, DEMO (small, year, none), PROGRAMME, DATABASE_URL, BUS (local, kafka), BROKERS.\n'

setup: $(VENV)/.ready-dev ## make .venv with everything a developer needs

run: $(VENV)/.ready-run ## bring the suite up, publish the programme, play the demo
	@$(PY) -m deploy.local

test: $(VENV)/.ready-dev ## every test; real PostgreSQL, and real Kafka where Java 17 is
	$(PY) -m pytest

check: $(VENV)/.ready-dev ## format, lint, types, imports, house rules; changes nothing, needs no service
	$(VENV)/bin/ruff format --check $(TREES)
	$(VENV)/bin/ruff check $(TREES)
	$(VENV)/bin/mypy
	@for tests in services/*/tests; do $(VENV)/bin/mypy $$tests || exit 1; done
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q tests/tidy tests/contracts

fmt: $(VENV)/.ready-dev ## format, mend what can be mended, and write what is generated from the code
	$(VENV)/bin/ruff check --fix-only --quiet $(TREES)
	$(VENV)/bin/ruff format $(TREES)
	$(PY) -m deploy.contracts

bench: $(VENV)/.ready-dev ## speed, each figure beside its reference in the same run
	$(PY) -m tests.bench

faults: $(VENV)/.ready-dev ## the long fault runs: every failpoint, many kills, and all that must have happened
	$(PY) -m pytest -m "long or not long" --all-must-happen --durations=10 tests/bus tests/e2e tests/faults
	$(PY) -m pytest -m long --durations=10 tests/oracle services

lock: $(VENV)/.ready-dev ## choose versions anew within what pyproject files allow (UPGRADE=1: the newest)
	$(LOCK) $(if $(UPGRADE),--upgrade) $(INPUTS) -o requirements.lock
	$(LOCK) -c requirements.lock $(INPUTS) --group local --group demo -o requirements-demo.lock
	$(LOCK) -c requirements-demo.lock $(INPUTS) --group local --group demo --group dev -o requirements-dev.lock

clean: ## forget .venv and caches; var/ (your data) stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The environment: pip brings uv by hash, uv brings the rest by hash. A stamp says which lock it was made from.

$(VENV)/.uv: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  printf 'Laurel needs Python 3.11 or later; "%s" is %s. Say which: make PYTHON=python3.12 …\n' \
	    "$(PYTHON)" "$$($(PYTHON) --version 2>&1)" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@$(PY) -c 'import pathlib, sys, sysconfig; \
	  pathlib.Path(sysconfig.get_path("purelib"), "laurel.pth").write_text("".join(f"{pathlib.Path(p).resolve()}\n" for p in sys.argv[1:]))' \
	  $(filter-out .,$(PATHS)) .
	@touch $@

$(VENV)/.ready-run: requirements-demo.lock $(VENV)/.uv
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes -r requirements-demo.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.uv
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.ready-run
