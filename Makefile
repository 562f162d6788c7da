PYTHON ?= python3
UV := .venv/bin/uv
export UV_PROJECT_ENVIRONMENT := .venv
export UV_LINK_MODE := copy
export UV_COMPILE_BYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help run test test-long test-all lint types bench bench-smoke bench-scale bench-growth bench-targets openapi pinyin fuzz fuzz-smoke statements test-plans test-ledger test-pipeline check setup setup-dev

help:  ## What can be made here
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python >= 3.11 is needed: make PYTHON=python3.11")'
	@echo "Making .venv from the lock file: a minute or two, once."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

.venv/.run: .venv/bin/uv pyproject.toml uv.lock
	@$(UV) sync --frozen --no-dev --inexact --quiet
	@touch $@

.venv/.dev: .venv/bin/uv pyproject.toml uv.lock
	@$(UV) sync --frozen --inexact --quiet
	@touch $@ .venv/.run

setup: .venv/.run  ## Virtual environment from the lock file
setup-dev: .venv/.dev  ## The same with the tools for tests

run: .venv/.run  ## Start the API with its own PostgreSQL and the demo zone
	@exec .venv/bin/yinfeng serve

test: .venv/.dev  ## Every rule and endpoint on a throw-away PostgreSQL (a minute or two)
	@.venv/bin/python -m pytest -n 2 --dist worksteal -m "not long"

test-long: .venv/.dev  ## The rest: sweeps over all operations, random histories, kills, big tables
	@.venv/bin/python -m pytest -n 2 --dist worksteal -m long

test-all: .venv/.dev  ## Both in one run
	@.venv/bin/python -m pytest -n 2 --dist worksteal

lint: .venv/.dev  ## Style and import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports

types: .venv/.dev  ## Static types
	@.venv/bin/basedpyright --level error

bench: .venv/.dev  ## Ours beside the limit: CPU, statements, requests a second (ARGS="--leads 50000")
	@.venv/bin/python -m benchmarks.run $(ARGS)

bench-smoke: .venv/.dev  ## The same on a small data set, checking counts and answers only
	@.venv/bin/python -m benchmarks.run --smoke

bench-scale: .venv/.dev  ## 1 M leads, 10 M visits (an hour, 30 GB)
	@.venv/bin/python -m benchmarks.run --scale

bench-growth: .venv/.dev  ## KPI reads at 100 thousand and at 10 M visits (half an hour, 10 GB)
	@.venv/bin/python -m benchmarks.run --growth

bench-targets: .venv/.dev  ## Proposing companies for 500 nodes out of 50,000 (a minute)
	@.venv/bin/python -m benchmarks.targets

openapi: .venv/.run  ## Write the contract to docs/openapi.json
	@.venv/bin/yinfeng openapi docs/openapi.json

pinyin: .venv/.dev  ## Write app/data/pinyin.txt anew from the pypinyin package
	@.venv/bin/python -m tools.pinyin

fuzz: .venv/.dev  ## Schemathesis, all checks, stateful, three seeds (half an hour)
	@.venv/bin/python tests/fuzz/run.py 150

fuzz-smoke: .venv/.dev  ## One seed, few examples
	@.venv/bin/python tests/fuzz/run.py 3 1

test-plans: .venv/.dev  ## Plans of every filter and sort of every list at 100,000 rows (a minute)
	@YINFENG_PLAN_ROWS=100000 .venv/bin/python -m pytest -o faulthandler_timeout=1800 tests/plans

statements: .venv/.dev  ## Count every operation's statements anew (tests/core/statements.toml)
	@YINFENG_WRITE_STATEMENTS=1 .venv/bin/python -m pytest -q tests/core/test_statements.py

test-ledger: .venv/.dev  ## 2,000 random steps: every metric and scope, a plain model beside (some ten minutes)
	@YINFENG_STEPS=2000 .venv/bin/python -m pytest -o faulthandler_timeout=7200 tests/kpis/test_machine.py

test-pipeline: .venv/.dev  ## 1,000 random tries of a zone's people against the rules of the pipeline
	@YINFENG_STEPS=1000 .venv/bin/python -m pytest -o faulthandler_timeout=1800 tests/pipeline/test_machine.py

check: lint types test-all  ## All that CI runs
