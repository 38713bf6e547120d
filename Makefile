# Every command prepares what it needs by itself; the work is done in scripts/.
PYTHON ?= $(shell command -v python3 || command -v python3.13 || command -v python3.12 || command -v python3.11 || echo python3)
BOOT = $(PYTHON) scripts/bootstrap.py
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check bench setup translations reference pictures lock

help: ## Show what can be done
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

demo: ## Fill and serve the demo on http://127.0.0.1:8000 (another port: PORT=8001 make demo)
	@$(BOOT) demo

demo-reset: ## Throw the demo's data away and start over
	@$(BOOT) demo-reset

test: ## Everything that a change must pass, on SQLite and PostgreSQL, with a real browser
	@$(BOOT) script test.py

check: ## The quick part: lint, types, contracts, translations, migrations, the house
	@$(BOOT) script check.py

bench: ## Measure speed and memory against plain scripts
	@$(BOOT) script bench.py

setup: ## Create or renew the environment with the tools for development
	@$(BOOT) setup test

translations: ## Collect the texts to translate and say what is missing
	@$(BOOT) script translations.py update
	@$(BOOT) script translations.py check

reference: ## Write the generated pages of docs/reference
	@$(BOOT) script reference.py

pictures: ## Take the pictures of docs/images anew, from a demo of its own
	@$(BOOT) script pictures.py

lock: ## Resolve pyproject.toml into requirements/ anew
	@$(BOOT) script lock.py
