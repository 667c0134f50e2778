# Every target sets up what it needs and is quick when nothing changed.
.PHONY: test lint setup pins clean
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml
	@echo "Setting up .venv (Python packages, pinned by hash)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

test: setup
	@$(BIN)/python -m pytest

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/file_length.py

clean:
	rm -rf .venv

# Pins with hashes and without any host; run after changing a dependency in pyproject.toml.
pins:
	@$(BIN)/uv pip compile pyproject.toml --extra server --extra postgres --group dev --universal --generate-hashes \
		--no-emit-package vitruvian --no-header --quiet --output-file requirements/dev.txt
