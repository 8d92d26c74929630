#!/usr/bin/env bash
# Writes build/node: streamctl.mjs, one file that any Node from 20 on runs, and the addon beside it. Only the two together work;
# they may be copied anywhere.
set -euo pipefail
cd "$(dirname "$0")/.."

draft=build/node.draft
rm -rf "$draft"
.tools/bin/bun build src/main.ts --target=node --outdir "$draft" \
  --entry-naming 'streamctl.mjs' --asset-naming '[name].[ext]' > build/bundle-node.log 2>&1 || {
  cat build/bundle-node.log >&2
  exit 1
}
rm -rf build/node
mv "$draft" build/node
printf 'build: build/node/streamctl.mjs %s\n' "$(node build/node/streamctl.mjs --version)"
