.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

.PHONY: run
run: $(INSTALLED) ## Serve on port 8000 with the demo key and the demo data
	OCTAVO_DEMO=1 $(BIN)/python -m rpc

.PHONY: test
test: $(INSTALLED) ## Run all tests
	$(BIN)/python -m pytest

.PHONY: lint
lint: $(INSTALLED) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(INSTALLED) ## Check types
	$(BIN)/mypy

.PHONY: bench
bench: $(INSTALLED) ## Measure the design's ideas, as ratios
	$(BIN)/python -m bench.group_commit

.PHONY: load
load: $(INSTALLED) ## Load books: make load FILE=books.csv
	$(BIN)/python -m data.load books $(FILE)

.PHONY: up
up: ## Start MongoDB and the service in containers
	docker compose up --build --detach --wait

.PHONY: down
down: ## Stop the containers; the data stays in its volume
	docker compose down
