.DEFAULT_GOAL := help
# Where it is set, each start of a process would compile all packages anew: 3 s.
unexport PYTHONDONTWRITEBYTECODE
# The newest that works: pyenv leaves commands of Pythons that it doesn't run, Debian some without venv.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11; do \
	$$python -c 'import ensurepip, venv' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
SERVED := .venv/served
INSTALLED := .venv/installed

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(SERVED): requirements.txt
	@$(or $(PYTHON),false) -c 'import ensurepip, venv' || { \
	echo "Octavo needs Python 3.13, 3.12 or 3.11. Install one (Debian, Ubuntu: apt install python3-venv;" \
	"macOS: brew install python@3.13), or say where it is: make PYTHON=/path/to/python3.13" >&2; exit 2; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -r requirements.txt
	touch $@

$(INSTALLED): $(SERVED) requirements-tracing.txt requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

DEMO ?= 1
.PHONY: run
run: $(SERVED) ## Serve on port 8000 with the demo key and the demo data (neither with DEMO=0)
	OCTAVO_DEMO=$(DEMO) $(BIN)/python -m rpc

.PHONY: test
test: $(INSTALLED) ## Run all tests
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile

.PHONY: proofs
proofs: $(INSTALLED) ## Run the tests of races, kills and load at full size (a quarter of an hour)
	OCTAVO_TEST_ORDERS=500 OCTAVO_TEST_KILLS=20 OCTAVO_TEST_EXAMPLES=40 \
	OCTAVO_TEST_LIBRARY_EVENTS=2000 OCTAVO_TEST_LOANS=100000 OCTAVO_TEST_PURCHASES=5000 \
	OCTAVO_TEST_SEEN_WITHIN_S=0.25 OCTAVO_TEST_CUT_EVERY=1 OCTAVO_TEST_REPORTS=60 \
	$(BIN)/python -m pytest -s tests/reliability tests/integration/test_library_indexes.py \
	tests/integration/test_migrations.py tests/integration/test_rollup.py

.PHONY: faults
faults: $(INSTALLED) ## Break things while others work (ten minutes); ONLY=name: one
	$(BIN)/python -m tests.faults $(if $(ONLY),"$(ONLY)")

.PHONY: interop
interop: $(INSTALLED) ## Let foreign clients call the service; ONLY="npm pypi": these
	$(BIN)/python -m tests.interop $(ONLY)

.PHONY: lint
lint: $(INSTALLED) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(INSTALLED) ## Check types
	$(BIN)/mypy

.PHONY: bench
bench: $(INSTALLED) ## Measure all (ten minutes); ONLY=name: one; BEFORE=dir: that checkout too
	$(BIN)/python -m bench $(if $(ONLY),--only "$(ONLY)") $(if $(BEFORE),--before "$(BEFORE)")

.PHONY: docs
docs: $(INSTALLED) ## Make docs/methods.md, docs/settings.md and .env.example; ask the examples anew
	$(BIN)/python -m rpc.examples
	$(BIN)/python -m rpc.reference

# What looks at the pins has an environment of its own.
TOOLS := var/tools/installed
$(TOOLS): .ci/tools.txt
	$(PYTHON) -m venv --clear var/tools
	var/tools/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: pins
pins: $(TOOLS) ## Pin what the requirements*.in files bring, with hashes
	.ci/pins

.PHONY: wheels
wheels: $(TOOLS) $(INSTALLED) ## Ask whether all pins have wheels for each Python on each kind of machine
	$(BIN)/python .ci/wheels.py

.PHONY: sbom
sbom: $(TOOLS) ## List all that is shipped in var/sbom.json (CycloneDX)
	var/tools/bin/uv venv --quiet --clear --python $(PYTHON) var/shipped
	var/tools/bin/uv pip sync --quiet --python var/shipped requirements.txt requirements-tracing.txt
	var/tools/bin/cyclonedx-py environment --output-reproducible --output-file var/sbom.json var/shipped

.PHONY: audit-dependencies
audit-dependencies: $(TOOLS) ## Ask an index of known faults about all pins
	var/tools/bin/python .ci/audit_dependencies.py

.PHONY: load
load: $(INSTALLED) ## Load books: make load FILE=books.csv
	@test -n "$(FILE)" || { echo "Say which file: make load FILE=books.csv" >&2; exit 2; }
	$(BIN)/python -m data.load books "$(FILE)"

.PHONY: up
up: ## Start MongoDB and the service in containers
	docker compose up --build --detach --wait
	@docker compose exec -T octavo python -m rpc.welcome

.PHONY: up-observed
up-observed: ## Start them with Prometheus and Grafana, which shows a dashboard
	docker compose --profile observed up --build --detach --wait
	@docker compose exec -T octavo python -m rpc.welcome
	@echo "Grafana shows what happens at http://localhost:3000 (admin, GRAFANA_PASSWORD: admin unless set)"

.PHONY: up-cluster
up-cluster: ## Start the service on a replica set of three members, on this machine
	docker compose -f docker-compose.cluster.yml up --build --detach --wait
	@docker compose -f docker-compose.cluster.yml exec -T octavo python -m rpc.welcome

.PHONY: up-check
up-check: ## Run the compose files from nothing, as root, with a Docker daemon of its own
	$(or $(PYTHON),python3) containers/check

.PHONY: down
down: ## Stop the containers; the data stays in its volume
	docker compose --profile observed down
	docker compose -f docker-compose.cluster.yml down
