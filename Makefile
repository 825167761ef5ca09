# Short targets for people; .ci/run calls the same ones. `make` alone explains them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TARGET := $(or $(CARGO_TARGET_DIR),target)
TIEOUT := $(TARGET)/debug/tieout
DEMO := target/demo
DIFFERENTIAL := shared/local/tests/differential
# Extracts of a real database, used when they lie beside the repository.
ADVENTUREWORKS ?= ../shared/data/adventureworks
# Rows a side of the generated control that `make bench` measures.
ROWS ?= 1000000
# The comparison benchmark: generator, peers and judge.
BENCH ?= ../shared/bench
BENCH_DATA ?= target/bench-data
RUNS ?= 5

.PHONY: help build demo test postgres differential tds-venv check e2e bench bench-growth bench-pipeline \
  bench-sqlserver extract-memory

help: ## Explain the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program tieout, quickly and not optimised
	@cargo build --locked --package tieout-local

demo: build ## Run the sample control bank-ledger, which finds one case of every kind
	@rm -rf $(DEMO)
	@code=0; $(TIEOUT) run bank-ledger --cutoff-date 2024-01-31 --store $(DEMO) || code=$$?; \
	if [ "$$code" -ne 1 ]; then \
	  echo "make demo: tieout ended with exit code $$code, not with 1 (exceptions were found)" >&2; exit 1; \
	fi

check: ## Check form and lints
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

test: ## Run all tests: examples in the documentation, comparisons held against DuckDB, then everything else
	cargo test --locked --workspace --doc
	@$(MAKE) differential
	@$(MAKE) tds-venv || [ -z "$${CI:-}" ] || exit 1
	@if cargo nextest --version >/dev/null 2>&1; then \
	  cargo nextest run --locked --workspace; \
	else \
	  echo "cargo-nextest is not installed: cargo test runs the tests"; \
	  cargo test --locked --workspace --lib --bins --tests; \
	fi

postgres: ## Make sure that a PostgreSQL server is there for the tests (as root, installs Debian's package)
	@for folder in /usr/lib/postgresql/*/bin $${PATH//:/ }; do [ -x "$$folder/initdb" ] && exit 0; done; \
	if [ "$$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql-15 >/dev/null; \
	elif [ -n "$${CI:-}" ]; then \
	  echo "make postgres: no PostgreSQL is installed: apt-get install postgresql-15" >&2; exit 1; \
	else \
	  echo "no PostgreSQL is installed: its tests are skipped (to get it: apt-get install postgresql-15)"; \
	fi

differential: build ## Hold tieout compare against DuckDB on random tables (needs python3 and two packages)
	@if $(MAKE) venv VENV=target/venv REQUIREMENTS=$(DIFFERENTIAL)/requirements.txt; then \
	  TIEOUT=$(TIEOUT) target/venv/bin/python -B $(DIFFERENTIAL)/compare_with_duckdb.py; \
	elif [ -n "$${CI:-}" ]; then \
	  echo "make differential: no venv with the packages of $(DIFFERENTIAL)/requirements.txt, and CI is set" >&2; exit 1; \
	else \
	  echo "skipped differential: no venv with the packages of $(DIFFERENTIAL)/requirements.txt, as said above"; \
	fi

tds-venv: ## Make the Python that executes T-SQL for the tests of SQL Server (needs python3 and three packages)
	@$(MAKE) venv VENV=target/tds-venv REQUIREMENTS=shared/testkit/tds/requirements.txt

e2e: demo ## Run the program as a newcomer and an auditor would
	@TIEOUT=$(TIEOUT) DEMO=$(DEMO) ADVENTUREWORKS=$(ADVENTUREWORKS) .ci/e2e

bench: ## Compare with DuckDB and Polars, in rotation (an optimised build comes first; LARGE=1 adds 50,000,000 rows)
	@$(MAKE) bench-ready
	@target/bench-venv/bin/python -B shared/testkit/bench/side_by_side.py peers $(BENCH_OPTIONS) \
	  --bound $(abspath $(TARGET))/release/examples/decode_bound

bench-growth: ## Compare more and more rows: time by row, spilling, verifying (LARGE=1 adds 50,000,000 rows)
	@$(MAKE) bench-ready
	@target/bench-venv/bin/python -B shared/testkit/bench/side_by_side.py growth $(BENCH_OPTIONS)

BENCH_OPTIONS = --bench $(BENCH) --program $(abspath $(TARGET))/release/tieout --data $(BENCH_DATA) --runs $(RUNS) \
  $(if $(LARGE),--large) $(if $(CASES),--only $(CASES))

.PHONY: bench-ready
bench-ready:
	@if [ ! -f "$(BENCH)/bench.py" ]; then \
	  echo "make bench: the benchmark (gen.py, bench.py, check.py and its peers) is not at $(BENCH)" >&2; \
	  echo "make bench: put it there, or name its folder: make bench BENCH=FOLDER" >&2; exit 2; \
	fi
	@cargo build --release --locked --package tieout-local --package tieout-tables --bins --example decode_bound
	@$(MAKE) venv VENV=target/bench-venv REQUIREMENTS=shared/testkit/bench/requirements.txt

# A venv with pinned packages, made anew when they change; what came last is a copy of the requirements.
.PHONY: venv
venv:
	@if ! cmp --silent $(REQUIREMENTS) $(VENV)/requirements.txt; then \
	  rm -rf $(VENV) && python3 -m venv $(VENV) && \
	  $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(REQUIREMENTS) && \
	  cp $(REQUIREMENTS) $(VENV)/requirements.txt; \
	fi

bench-sqlserver: ## Read a ledger from the TDS test server, tieout and Python's readers in rotation (an optimised build first)
	@$(MAKE) bench-sqlserver-ready
	@target/bench-sqlserver-venv/bin/python -B shared/testkit/bench/sqlserver.py run --rows $(ROWS) --runs $(RUNS) \
	  --server $(SQLSERVER_PROFILE)/tds_bench_server --tieout $(SQLSERVER_PROFILE)/sqlserver_to_parquet

extract-memory: ## Read 5,000,000 rows from the TDS test server with less than 150 MB of memory (an optimised build first)
	@cargo build --release --locked --package tieout-sources --example sqlserver_to_parquet \
	  --package tieout-testkit --example tds_bench_server
	@shared/testkit/bench/extract_memory $(SQLSERVER_PROFILE) 5000000 150

SQLSERVER_PROFILE = $(abspath $(TARGET))/release/examples

.PHONY: bench-sqlserver-ready
bench-sqlserver-ready:
	@cargo build --release --locked --package tieout-sources --example sqlserver_to_parquet \
	  --package tieout-testkit --example tds_bench_server
	@$(MAKE) venv VENV=target/bench-sqlserver-venv REQUIREMENTS=shared/testkit/bench/sqlserver_requirements.txt

bench-pipeline: ## Measure the pipeline on a generated control of ROWS rows a side (an optimised build comes first)
	@cargo build --release --locked --package tieout-local
	@cargo run --quiet --locked --package tieout-testkit --example pipeline_bench -- $(abspath $(TARGET))/release/tieout $(ROWS)
