# Everything starts from a machine with Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
PORT   ?= 8501

.DEFAULT_GOAL := help
.PHONY: help app demo test quick check generate lock sbom advisories bench clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

app: $(VENV)/app.stamp ## Install what the app needs and start it on http://127.0.0.1:8501
	@echo "Advisor runs on http://127.0.0.1:$(PORT) — stop it with Ctrl-C"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

demo: $(VENV)/dev.stamp ## Run the bake-off without key or network: seven arms, training included (12 minutes on two idle cores)
	@OMP_WAIT_POLICY=passive $(BIN)/advisor bakeoff --demo

test: $(VENV)/dev.stamp ## Run every test, the real browser and real training included
	@ADVISOR_CHROMIUM="$$($(BIN)/python tools/chromium.py)" && export ADVISOR_CHROMIUM && \
	$(BIN)/python tools/postgres.py && \
	PATH="$$PATH:$(CURDIR)/$(BIN)" OMP_WAIT_POLICY=passive $(BIN)/pytest -n 2 --dist loadfile $(ARGS)

quick: $(VENV)/dev.stamp ## Run the fast tests only
	@$(BIN)/pytest -n 2 --dist loadfile -m "not slow and not browser" $(ARGS)

check: $(VENV)/dev.stamp ## Lint, types, import rules, the rulebook's own checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/advisor rules check > /dev/null && echo "rulebook: no errors"

generate: $(VENV)/dev.stamp ## Write schemas, docs/rules.md, docs/cases.md and the CLI help in the README
	@$(BIN)/python tools/generate.py

lock: ## Resolve the locks anew (needs uv)
	@sh tools/lock.sh

sbom: $(VENV)/dev.stamp ## Write a bill of materials (CycloneDX) from the lock to build/sbom.cdx.json
	@mkdir -p build
	@$(BIN)/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml \
	  --output-reproducible --sv 1.6 --of JSON -o build/sbom.cdx.json && echo "build/sbom.cdx.json"

advisories: $(VENV)/dev.stamp ## Check the locked packages against published advisories (needs the network)
	@$(BIN)/python tools/advisories.py

clean: ## Remove the environment and what was built
	rm -rf $(VENV) build dist

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/app.stamp: $(VENV)/python.stamp requirements.lock pyproject.toml
	@echo "Installing (once) …"
	@$(PIP) install -q --require-hashes --no-deps --only-binary :all: -r requirements.lock
	@$(PIP) install -q --no-deps -e .
	@touch $@

# torch stands outside the hashed lock: the CPU build that one machine finds is not another's.
$(VENV)/dev.stamp: $(VENV)/python.stamp requirements-dev.lock requirements-torch.txt requirements-model.txt pyproject.toml
	@echo "Installing everything for the tests (once) …"
	@$(PIP) install -q --require-hashes --no-deps -r requirements-dev.lock
	@$(PIP) install -q -r requirements-torch.txt
	@$(PIP) install -q --require-hashes --no-deps -r requirements-model.txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/app.stamp
