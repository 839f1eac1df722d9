# Everything starts from python3 alone: each target makes what it needs in .venv and reuses it afterwards.
# GNU make 3.81 or newer: Linux, macOS, and Windows from Git Bash.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# Not compiling what may never be imported halves the time of the installation.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-compile --editable

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help lab app report test check clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile
	@echo "Another Python: make lab PYTHON=python3.13. More for JupyterLab: make lab ARGS='--no-browser --port 8899'"

lab: $(VENV)/lab ## explore in JupyterLab: opens notebooks/00-explore.ipynb
	$(BIN)/img2num-nb lab $(ARGS)

app: $(VENV)/lab ## the explorer as a web page, without code (Voila)
	$(BIN)/img2num-nb serve $(ARGS)

report: $(VENV)/lab ## an experiment on built-in samples: makes out/report.html in a minute
	$(BIN)/img2num-nb report examples/quick.yaml -o out $(ARGS)

test: check ## style, then every test and notebook (needs Chrome or Chromium)
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/test ## style alone: ruff for Python, deno for JavaScript and its types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/deno fmt --quiet --check
	$(BIN)/deno lint --quiet
	$(BIN)/deno check --quiet img2num_nb/widgets

clean: ## remove .venv, caches and built files (never your results)
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
	find img2num_nb tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Empty files of the same age as the installation; a newer pyproject.toml installs again.
$(VENV)/lab: $(VENV)/pyvenv.cfg pyproject.toml
	@echo "Installing img2num_nb and JupyterLab into $(VENV) (half a minute or so, only this once) ..."
	$(INSTALL) .
	@touch $@

$(VENV)/test: $(VENV)/pyvenv.cfg pyproject.toml
	@echo "Installing img2num_nb and the tools of its tests into $(VENV) ..."
	$(INSTALL) '.[peers,cluster,test]'
	@touch $@ $(VENV)/lab

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here: install Python 3.11 or newer, or say make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("img2num_nb needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] + ": say make PYTHON=python3.13 (or the like)")'
	$(PYTHON) -m venv $(VENV)
