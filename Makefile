# Every developer command, and nothing hidden. `make` alone lists them.
#
# Each target builds what it needs. A stamp file under .venv/stamp says which requirement file was
# installed; removing .venv (or `make clean`) starts from nothing.

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/stamp
PIP     := $(BIN)/python -m pip --disable-pip-version-check --no-input -q

# Long drills: `make long PERCENT=1` runs one hundredth of each, `SEED=7` repeats a run.
PERCENT ?= 100
SEED    ?=
DRILL   := $(BIN)/python -m tests.long

# `make lock UPGRADE=--upgrade` takes newer versions; without it pins move only where they must.
UPGRADE ?=
COMPILE := $(BIN)/uv pip compile -q --generate-hashes --no-header --strip-extras $(UPGRADE)

# A folder in memory with 4 GB free, or the usual one.
MEMORY   := $(shell test "$$(df -Pk /dev/shm 2>/dev/null | awk 'END {print $$4}')" -gt 4000000 \
              2>/dev/null && test -w /dev/shm && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

NAMES    := sed -n 's/^\([A-Za-z0-9._-]*\)==.*/\1/p'
LICENCES := $(BIN)/pip-licenses --from=mixed --format=markdown --order=name --with-system

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test drills check lint coverage checklist network bench long crash mutations fuzz reading faults messages \
        ocr strangers lock run \
        licences wheel clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## ---- use it -------------------------------------------------------------------------------

demo: $(STAMP)/runtime ## watch the real daemon work on an invented province (under 60 s)
	$(BIN)/netralitas demo

run: $(STAMP)/runtime ## the daemon, with ./config.toml
	$(BIN)/netralitas run --config config.toml

## ---- work on it ---------------------------------------------------------------------------

# Four workers on two cores, since many tests wait for servers; idle ones take over waiting work.
# They write in memory where there is room for it: each commit waits for the disk otherwise.
test: $(STAMP)/dev ## the tests, shuffled, without a network (under 3 minutes on 2 cores)
	TMPDIR=$(MEMORY) $(BIN)/python -m pytest -n 4 --dist worksteal

drills: $(STAMP)/dev ## the tests that kill processes, fill disks and change evidence
	TMPDIR=$(MEMORY) $(BIN)/python -m pytest -n 4 --dist worksteal -m drill

check: lint test drills ## everything a change must pass: format, lint, types, rules, fairness, tests

lint: $(STAMP)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/netralitas check --config config.toml
	$(BIN)/netralitas fairness --totals

coverage: $(STAMP)/dev ## whom each rule reaches: rule x phase x employer type
	$(BIN)/python -m tests.cases.coverage

checklist: $(STAMP)/dev ## write the table of docs/coverage.md: which test shows which fault of a platform
	$(BIN)/python -m tests.checklist

network: $(STAMP)/network $(STAMP)/replay $(STAMP)/mastodon ## the real servers on loopback, and the tests that need them
	$(BIN)/python -m tests.network.servers --install
	$(BIN)/python -m pytest -m network --network

bench: $(STAMP)/dev ## measure, beside what one would pick instead
	set -e; for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

long: crash mutations fuzz reading faults messages strangers ## the seven drills in full; PERCENT=1 for a taste, SEED=n to repeat

crash: $(STAMP)/dev ## 1,000 kill -9 of the daemon under load: no finding lost, no chain broken
	$(DRILL).crash --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

mutations: $(STAMP)/dev ## change the evidence in every way, 2,000 times each: both verifiers must see
	$(DRILL).mutations --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

fuzz: $(STAMP)/dev ## random texts and answers against every parser
	$(DRILL).fuzz --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

reading: $(STAMP)/fuzz ## random texts through the whole reader: no exception, no hang, no span astray
	$(DRILL).reading --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

faults: $(STAMP)/dev ## a Telegram that misbehaves: random cases, then 10,000 alerts with 100 kills of the sender
	$(DRILL).faults --percent $(PERCENT) $(if $(SEED),--seed $(SEED))
	$(DRILL).flood --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

messages: $(STAMP)/dev ## 100,000 hostile texts in every kind of message: fits, is readable, nothing slips in
	$(DRILL).messages --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

strangers: $(STAMP)/dev ## 100,000 engagers who are not registered, on each platform read in reverse: none is left
	$(DRILL).strangers --percent $(PERCENT) $(if $(SEED),--seed $(SEED))

ocr: $(STAMP)/dev ## read 50 generated screenshots: at least 45 must give the right target and stance
	$(DRILL).ocr $(if $(SEED),--seed $(SEED))

lock: $(STAMP)/dev ## compile requirements/*.in into hash-pinned *.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) -c requirements/dev.txt requirements/audit.in -o requirements/audit.txt
	$(COMPILE) -c requirements/dev.txt requirements/ocr.in -o requirements/ocr.txt
	$(COMPILE) -c requirements/dev.txt requirements/build.in -o requirements/build.txt
	$(COMPILE) -c requirements/dev.txt requirements/network.in -o requirements/network.txt
	$(COMPILE) requirements/fuzz.in -o requirements/fuzz.txt
	$(COMPILE) requirements/replay.in -o requirements/replay.txt
	$(COMPILE) requirements/mastodon.in -o requirements/mastodon.txt

licences: $(STAMP)/dev ## write docs/licences.md from what is installed
	{ printf '# Licences of what Netralitas uses\n\nWritten by `make licences`; do not edit.\n'; \
	  printf '\n## Installed with the program\n\n'; \
	  $(LICENCES) --packages $$($(NAMES) requirements/runtime.txt); \
	  printf '\n## Used to build and test it\n\n'; \
	  $(LICENCES) --packages $$($(NAMES) requirements/dev.txt \
	    | grep -vxF "$$($(NAMES) requirements/runtime.txt)"); } > docs/licences.md

wheel: $(STAMP)/dev ## build dist/netralitas-*.whl
	$(BIN)/python -m build --no-isolation --wheel --outdir dist .

clean: ## remove everything that make built
	rm -rf $(VENV) .make dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

## ---- how it is built ----------------------------------------------------------------------

# The program is installed as a link to this checkout, by the real build backend, so that the
# console script is the wheel's own and an edit needs no second installation. The backend's few
# packages are pinned in requirements/build.txt: no build isolation, nothing fetched unpinned.
LINK = $(PIP) install --no-deps --no-build-isolation --editable .

$(STAMP)/runtime: requirements/runtime.txt requirements/build.txt pyproject.toml | $(STAMP)/venv
	$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(LINK)
	@touch $@

$(STAMP)/dev: requirements/dev.txt pyproject.toml | $(STAMP)/venv
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(LINK)
	@touch $@ $(STAMP)/runtime

# Node and npm for the real servers come from a pinned wheel, not from the system.
$(STAMP)/network: requirements/network.txt $(STAMP)/dev
	$(PIP) install --require-hashes -r requirements/network.txt
	@touch $@

# The player of web archives needs older packages than the program: it gets an environment of its own.
$(STAMP)/replay: requirements/replay.txt | $(STAMP)/venv
	$(PYTHON) -m venv .make/replay
	.make/replay/bin/python -m pip --disable-pip-version-check --no-input -q install \
	  --require-hashes -r requirements/replay.txt
	@touch $@

# A Mastodon by other people brings an event loop that the program is not tested with.
$(STAMP)/mastodon: requirements/mastodon.txt | $(STAMP)/venv
	$(PYTHON) -m venv .make/mastodon
	.make/mastodon/bin/python -m pip --disable-pip-version-check --no-input -q install \
	  --require-hashes -r requirements/mastodon.txt
	@touch $@

# atheris is built for Linux on x86-64 only; elsewhere the drill makes its texts without it.
$(STAMP)/fuzz: requirements/fuzz.txt $(STAMP)/dev
	case "$$(uname -sm)" in "Linux x86_64") $(PIP) install --require-hashes -r $<;; esac
	@touch $@

# Debian ships Python without ensurepip; python3-venv brings it.
$(STAMP)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "netralitas needs Python 3.11 or newer, $(PYTHON) is $$($(PYTHON) -V)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) -s --no-print-directory .venv-module
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMP) && touch $@

.PHONY: .venv-module
.venv-module:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing Debian's python3-venv"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	else \
	  echo "Python's venv module is missing. On Debian or Ubuntu, as root: apt-get install python3-venv"; \
	  exit 1; \
	fi
