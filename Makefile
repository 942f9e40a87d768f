# Two commands matter: `make run` and `make test`. Both set everything up from nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --disable-pip-version-check -qq --require-hashes --no-deps

.DEFAULT_GOAL := help
.PHONY: help run demo test test-fast lint bench lock vendor system

help: ## Show the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.made:
	@$(PYTHON) tools/python_version.py
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment: install it with: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.run: requirements/run.txt | $(VENV)/.made
	@echo "Installing what Tijdvenster needs (the first time takes a minute or two) ..."
	@$(PIP) -r requirements/run.txt
	@$(BIN)/python -m optimizer.compiled
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(PIP) -r requirements/test.txt
	@touch $@

run: $(VENV)/.run ## Start the portal with a demo branch on http://127.0.0.1:8000
	@$(BIN)/python -m tools.run

demo: $(VENV)/.run ## Throw the demo data away and load them afresh
	@$(BIN)/python -m tools.run --fresh --no-serve

system: # what the tests need from Debian's packages: first, so that a bare machine says so at once
	@$(PYTHON) tools/system.py

test: | system lint ## Run the whole test suite (installs what it needs)
	@$(BIN)/python -m pytest -n 2

test-fast: $(VENV)/.test ## The tests without browser and walk-through
	@$(BIN)/python -m pytest -n 2 -m "not browser and not slow"

lint: $(VENV)/.test ## Style, types, borders, templates
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@told=$$($(BIN)/lint-imports 2>&1) || { echo "$$told"; exit 1; }
	@$(BIN)/djlint portal --lint --quiet

$(VENV)/.bench: requirements/bench.txt $(VENV)/.test
	@echo "Installing the solvers that the benchmarks compare with ..."
	@$(PIP) -r requirements/bench.txt
	@touch $@

bench: $(VENV)/.bench ## Install what the benchmarks need and list their commands
	@for name in offers days solomon trsp rejects roads pages enumeration; do \
		[ -f benchmarks/$$name.py ] && echo "$(BIN)/python -m benchmarks.$$name   (--help says more)"; \
	done; echo "What they measure, and what they measured: docs/benchmarks.md"

lock: ## Renew the lock files (developers only; needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/run.in -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/test.in -c requirements/run.txt -o requirements/test.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/bench.in -c requirements/run.txt -c requirements/test.txt -o requirements/bench.txt

vendor: $(VENV)/.made ## Renew the copies in portal/static/vendor (developers only; needs npm)
	@$(BIN)/python -m tools.vendor
