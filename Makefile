# `make` without a target lists all targets.

BUN := .tools/bin/bun
BIN := node_modules/.bin
PY := .tools/python
N ?= 1000
FUZZ ?= 100000
STREAMCTL := ./streamctl
NODE_BUNDLE := build/node/streamctl.mjs

NATIVE := build/streamctl_native.node
PAGE := build/console/index.html
DECLARATIONS := $(wildcard config/*/* dockerfiles/* flink/* ksql/* pinot/* $(shell find superset -type f))
SOURCES := $(shell find src -name '*.ts')
PAGE_INPUTS := $(wildcard src/console/page/*) src/console/api.ts src/core/units.ts scripts/build-page.sh scripts/page-licenses.ts
C_SOURCES := $(wildcard native/*.c native/*.h bench/producers/*.c tests/native/*.c tests/native/*.h)
NATIVE_INPUTS := $(wildcard native/*) scripts/librdkafka.sh
UNIT := tests/layout tests/core tests/kafka tests/spec tests/record tests/state tests/data tests/stack tests/processors tests/stores tests/dashboards tests/pipeline tests/trials tests/console tests/cli
SHELL_SCRIPTS := $(wildcard scripts/*.sh) .ci/run dockerfiles/start dockerfiles/start-python dockerfiles/healthcheck dockerfiles/render dockerfiles/train

.DEFAULT_GOAL := help
.PHONY: help setup setup-check setup-runtimes setup-browser build node check format lint types deadcode unit test-native test test-docker image demo project data bench bench-burst bench-console bench-producers fix clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(STREAMCTL) ## build the executable ./streamctl

setup: .tools/setup.stamp ## install Bun and the packages

setup-check: .tools/check.stamp ## install the linters for C, shell and Dockerfiles

.tools/setup.stamp: package.json bun.lock scripts/setup.sh
	@scripts/setup.sh
	@touch $@

setup-runtimes: .tools/runtimes.stamp ## install Deno and a Node that runs the sources, for make test

setup-browser: ## install Debian's Chromium, for make test
	@scripts/setup-browser.sh

.tools/runtimes.stamp: scripts/setup-runtimes.sh
	@scripts/setup-runtimes.sh
	@touch $@

.tools/check.stamp: requirements-dev.txt
	@mkdir -p .tools
	@rm -rf $(PY)
	@python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore --target $(PY) -r requirements-dev.txt
	@touch $@

$(NATIVE): .tools/setup.stamp scripts/build-native.sh $(NATIVE_INPUTS)
	@scripts/build-native.sh
	@touch $@

build/bench/loop: bench/producers/loop.c $(NATIVE)
	@mkdir -p $(@D)
	@$${CC:-gcc} -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror $< -o $@ @build/librdkafka.args

$(PAGE): .tools/setup.stamp $(PAGE_INPUTS)
	@scripts/build-page.sh

$(STREAMCTL): $(NATIVE) $(PAGE) $(SOURCES) $(DECLARATIONS) package.json scripts/build.sh
	@scripts/build.sh

node: $(NODE_BUNDLE) ## build build/node/streamctl.mjs, which runs on Node

$(NODE_BUNDLE): $(NATIVE) $(PAGE) $(SOURCES) $(DECLARATIONS) package.json scripts/build-node.sh
	@scripts/build-node.sh

check: setup setup-check $(NATIVE) $(PAGE) format lint types deadcode ## format, lint, types, dead code, unit tests
	@$(MAKE) --no-print-directory --jobs=2 unit test-native

format: setup setup-check
	@$(BIN)/oxfmt --check src tests bench scripts
	@PYTHONPATH=$(PY) $(PY)/bin/clang-format --dry-run --Werror $(C_SOURCES)

lint: setup setup-check
	@$(BIN)/oxlint --type-aware --deny-warnings src tests bench scripts
	@PYTHONPATH=$(PY) $(PY)/bin/shellcheck $(SHELL_SCRIPTS)
	@$(PY)/bin/hadolint $(wildcard dockerfiles/*.Dockerfile)
	@scripts/lint-native.sh

types: setup
	@$(BIN)/tsc --noEmit
	@$(BIN)/tsc --noEmit --project src/console/page

deadcode: setup
	@$(BUN) $(BIN)/knip

unit: setup $(NATIVE) $(PAGE)
	@$(BUN) test --timeout 30000 $(UNIT)

test-native: setup $(NATIVE) ## test native/ under sanitizers, and fuzz it with FUZZ=100000 mutated batches
	@scripts/test-native.sh $(FUZZ)

test: check build node setup-runtimes setup-browser ## run check, then the tests on every runtime and end to end on real engines
	@$(BUN) test --timeout 900000 tests/runtimes tests/e2e

test-docker: build ## test the docker runtime, on the running container engine or one started for it
	@scripts/test-docker.sh

image: ## build the image streamctl from the sources
	@scripts/image.sh

demo: build ## run up, data, verify, query and down in .demo
	@scripts/demo.sh

project: build ## build, then run up
	@$(STREAMCTL) up

data: build ## send N=1000 transactions
	@$(STREAMCTL) data -n $(N)

bench: build build/bench/loop ## measure the numbers of the README; writes bench/RESULTS.md
	@status=0; $(BUN) bench/run.ts || status=1; $(BUN) bench/burst.ts || status=1; $(BUN) bench/console.ts || status=1; $(BUN) bench/producers.ts || status=1; exit $$status

bench-burst: build ## compare only the processors under a burst; BURST=3000000 RUNS=3 PROCESSORS=flink,spark
	@$(BUN) bench/burst.ts

bench-console: build ## measure the console and its page in Chromium
	@$(BUN) bench/console.ts

bench-producers: build build/bench/loop ## compare only the producers; RUNS=1 SCALE=0.1 for a short run
	@$(BUN) bench/producers.ts

fix: setup setup-check ## format everything
	@$(BIN)/oxfmt src tests bench scripts
	@PYTHONPATH=$(PY) $(PY)/bin/clang-format -i $(C_SOURCES)

clean: ## remove everything that was built or installed here; keep the caches in the home folder
	@rm -rf build $(STREAMCTL) .tools node_modules bench/producers/node_modules
