# `make help` lists the commands. Everything installs into .venv; nothing else on the machine is touched.
.DEFAULT_GOAL := help
.PHONY: help run test check fix setup setup-dev lock bench

# The first Python that is new enough; `make PYTHON=/path/to/python3.12 ...` chooses another.
PYTHON = $(shell for name in python3.11 python3 python3.12 python3.13; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PY := .venv/bin/python

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/.installed ## start everything on this machine: web pages, API and worker (PORT=8000)
	@exec $(PY) bin/start.py

test: .venv/.installed-dev ## run every test, on SQLite with a browser and again on PostgreSQL (ARGS="-k word")
	@$(PY) bin/test.py $(ARGS)

check: .venv/.installed-dev ## check style, types, architecture, templates, migrations, deployment and the API's schema
	@$(PY) bin/check.py

fix: .venv/.installed-dev ## repair style where a tool can
	-$(PY) -m ruff check --fix --quiet .
	$(PY) -m ruff format --quiet .
	-.venv/bin/djhtml --tabwidth 2 templates
	-find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

setup: .venv/.installed ## install what running needs into .venv

setup-dev: .venv/.installed-dev ## install what testing needs into .venv

bench: .venv/.installed-dev ## compare the engine with other libraries side by side, and write docs/benchmarks.md (ARGS=--quick)
	@$(PY) -m bench $(ARGS)

lock: ## pin the newest allowed versions with their hashes (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" pyproject.toml -o requirements.txt
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" -c requirements.txt --group dev -o requirements-dev.txt

.venv/.installed: requirements.txt bin/setup.py
	@$(or $(PYTHON),python3) bin/setup.py

.venv/.installed-dev: requirements.txt requirements-dev.txt bin/setup.py
	@$(or $(PYTHON),python3) bin/setup.py --dev
