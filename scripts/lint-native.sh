#!/usr/bin/env bash
# Runs clang-tidy on the addon, its tests and the C program of the benchmark, with the headers of the build.
set -euo pipefail
cd "$(dirname "$0")/.."

export PYTHONPATH=.tools/python
files=(native/*.c tests/native/*.c bench/producers/*.c)
flags=(-std=c11 -Inative -D_GNU_SOURCE -DNAPI_VERSION=8 -Wall -Wextra
  -isystem node_modules/node-api-headers/include
  -isystem node_modules/@confluentinc/kafka-javascript/deps/librdkafka/src)
printf '%s\n' "${files[@]}" | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I '{}' .tools/python/bin/clang-tidy --quiet '{}' -- "${flags[@]}" \
  2>build/clang-tidy.log || {
  cat build/clang-tidy.log >&2
  exit 1
}
