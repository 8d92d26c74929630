# streamctl's targets; `make` alone lists them.

BUN := .tools/bin/bun
BIN := node_modules/.bin
PY := .tools/python
N ?= 1000
FUZZ ?= 100000
STREAMCTL := ./streamctl
NODE_BUNDLE := build/node/streamctl.mjs

NATIVE := build/streamctl_native.node
DECLARATIONS := $(wildcard config/*/* dockerfiles/* flink/* ksql/* pinot/*)
SOURCES := $(shell find src -name '*.ts')
C_SOURCES := $(wildcard native/*.c native/*.h bench/producers/*.c tests/native/*.c tests/native/*.h)
NATIVE_INPUTS := $(wildcard native/*) scripts/librdkafka.sh
UNIT := tests/layout tests/core tests/kafka tests/spec tests/record tests/state tests/data tests/stack tests/processors tests/stores tests/pipeline tests/cli
SHELL_SCRIPTS := $(wildcard scripts/*.sh) .ci/run dockerfiles/start dockerfiles/healthcheck dockerfiles/render

.DEFAULT_GOAL := help
.PHONY: help setup setup-check setup-runtimes build node check format lint types deadcode unit test-native test test-docker image demo project data bench bench-producers fix clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(STREAMCTL) ## write the executable ./streamctl

setup: .tools/setup.stamp ## fetch Bun and the packages

setup-check: .tools/check.stamp ## fetch the checkers for C, shell and Dockerfiles

.tools/setup.stamp: package.json bun.lock scripts/setup.sh
	@scripts/setup.sh
	@touch $@

setup-runtimes: .tools/runtimes.stamp ## fetch Deno and a Node that runs the sources, for make test

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

$(STREAMCTL): $(NATIVE) $(SOURCES) $(DECLARATIONS) package.json scripts/build.sh
	@scripts/build.sh

node: $(NODE_BUNDLE) ## write build/node/streamctl.mjs, for Node instead of the executable

$(NODE_BUNDLE): $(NATIVE) $(SOURCES) $(DECLARATIONS) package.json scripts/build-node.sh
	@scripts/build-node.sh

check: setup setup-check $(NATIVE) format lint types deadcode unit test-native ## format, lint, types, dead code, unit tests

format: setup setup-check
	@$(BIN)/oxfmt --check src tests bench
	@PYTHONPATH=$(PY) $(PY)/bin/clang-format --dry-run --Werror $(C_SOURCES)

lint: setup setup-check
	@$(BIN)/oxlint --type-aware --deny-warnings src tests bench
	@PYTHONPATH=$(PY) $(PY)/bin/shellcheck $(SHELL_SCRIPTS)
	@$(PY)/bin/hadolint $(wildcard dockerfiles/*.Dockerfile)
	@scripts/lint-native.sh

types: setup
	@$(BIN)/tsc --noEmit

deadcode: setup
	@$(BUN) $(BIN)/knip

unit: setup $(NATIVE)
	@$(BUN) test --timeout 30000 $(UNIT)

test-native: setup $(NATIVE) ## native/ under sanitizers, and FUZZ=100000 mutated batches
	@scripts/test-native.sh $(FUZZ)

test: check build node setup-runtimes ## check, then every runtime, then end-to-end on the real engines
	@$(BUN) test --timeout 900000 tests/runtimes tests/e2e

test-docker: build ## the same path in containers, on a container engine that answers or is started for it
	@scripts/test-docker.sh

image: ## streamctl itself, built from the sources, as the image streamctl
	@scripts/image.sh

demo: build ## up, data, query, verify, down, in .demo
	@scripts/demo.sh

project: build ## build, then up
	@$(STREAMCTL) up

data: build ## send N=1000 transactions
	@$(STREAMCTL) data -n $(N)

bench: build build/bench/loop ## measure what the README claims; writes bench/RESULTS.md
	@status=0; $(BUN) bench/run.ts || status=1; $(BUN) bench/producers.ts || status=1; exit $$status

bench-producers: build build/bench/loop ## only the producers side by side; RUNS=1 SCALE=0.1 for a look
	@$(BUN) bench/producers.ts

fix: setup setup-check ## format everything
	@$(BIN)/oxfmt src tests bench
	@PYTHONPATH=$(PY) $(PY)/bin/clang-format -i $(C_SOURCES)

clean: ## remove what was built; the caches of a user stay
	@rm -rf build $(STREAMCTL) .tools node_modules bench/producers/node_modules
