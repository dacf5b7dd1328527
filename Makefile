# make setup | demo | test | lab | bench
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0

.DEFAULT_GOAL := help
.PHONY: help setup demo test attacks lab bench clean

help:
	@echo "make demo   set-up, build, a sample class graded end to end"
	@echo "make test   set-up and the whole test suite"
	@echo "make attacks  the attack and fault suites alone"
	@echo "make lab    JupyterLab on the course"
	@echo "make bench  the benchmarks, side by side with stock nbgrader"
	@echo "make setup  a .venv with everything in it"

# The stamp is made only when the installation ran to its end.
$(VENV)/.installed: pyproject.toml
	@echo "== Setting up $(VENV) (some minutes, once) =="
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not on PATH: install Python 3.11 or set PYTHON=…"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(TORCH)" -e ".[course,dev]"
	@$(BIN)/python -m bash_kernel.install --sys-prefix >/dev/null
	@touch $@

setup: $(VENV)/.installed
	@echo "== $(VENV) is ready =="

demo: setup
	@echo "== A sample class, graded end to end in demo/ =="
	@$(BIN)/autograder demo demo

test: setup
	@echo "== Style, types, notebooks, tests =="
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check autograder rnn_course tests
	@$(BIN)/mypy
	@$(BIN)/autograder build --check
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

attacks: setup
	@echo "== Attacks on the sandbox and the judge, and faults of files and engine =="
	@$(BIN)/python -m pytest tests/attacks tests/faults

lab: setup
	@$(BIN)/autograder build
	@$(BIN)/autograder lab

bench: setup
	@echo "== One class, graded by stock nbgrader and by this engine (some minutes) =="
	@$(BIN)/python benchmarks/throughput.py
	@$(BIN)/python benchmarks/kernels.py
	@$(BIN)/python benchmarks/scale.py
	@$(BIN)/python benchmarks/plain.py

clean:
	rm -rf $(VENV) build demo autograded feedback
