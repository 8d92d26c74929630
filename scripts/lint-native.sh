#!/usr/bin/env bash
# clang-tidy over the addon and the bench's C program, with the headers that its build uses.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHONPATH=.tools/python .tools/python/bin/clang-tidy --quiet native/*.c bench/producers/*.c -- \
  -std=c11 -D_GNU_SOURCE -DNAPI_VERSION=8 -Wall -Wextra \
  -isystem node_modules/node-api-headers/include \
  -isystem node_modules/@confluentinc/kafka-javascript/deps/librdkafka/src 2> build/clang-tidy.log || {
  cat build/clang-tidy.log >&2
  exit 1
}
