#!/usr/bin/env bash
# Writes ./streamctl: one executable with the addon and every declaration inside. It reads no .env and no bunfig.toml of the
# folder in which it is run. Split into chunks, so that a command loads what it needs and no more: --version in 10 ms, not 30.
set -euo pipefail
cd "$(dirname "$0")/.."

draft=build/streamctl.draft
.tools/bin/bun build src/main.ts --compile --minify --splitting \
  --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
  --outfile "$draft" > build/bundle.log 2>&1 || {
  cat build/bundle.log >&2
  exit 1
}
mv -f "$draft" streamctl
printf 'build: ./streamctl %s\n' "$(./streamctl --version)"
