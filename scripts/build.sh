#!/usr/bin/env bash
# Builds ./streamctl: one executable that contains the addon and all declarations. It does not read .env or bunfig.toml of the working
# directory. It is split into chunks, so that a command loads only what it needs: --version takes 10 ms, not 30.
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
