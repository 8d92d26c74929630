#!/usr/bin/env bash
# Builds build/node: streamctl.mjs, which runs on Node 20 and later, and the addon. Both files must be in the same folder, which may be copied
# anywhere.
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
