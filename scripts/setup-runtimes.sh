#!/usr/bin/env bash
# Fetches the runtimes besides Bun that `make test` runs the sources in: Deno and a Node that strips types, both by npm, into
# .tools. The machine's own Node, from 20 on, runs the bundle of `make node`.
set -euo pipefail
cd "$(dirname "$0")/.."

deno_version=2.9.6
node_version=24.21.0

fail() {
  printf 'setup-runtimes: %s\n' "$1" >&2
  exit 1
}

printf 'setup-runtimes: Deno %s and Node %s by npm\n' "$deno_version" "$node_version"
home=.tools/runtimes
mkdir -p "$home" .tools/bin
printf '{"private":true}\n' > "$home/package.json"
# The package `node` only fetches the platform's package by its install script, which npm may not run.
npm install --prefix "$home" --no-save --no-package-lock --ignore-scripts --no-fund --no-audit --loglevel=error \
  "deno@$deno_version" "node-$(node -p 'process.platform + "-" + process.arch')@$node_version" > /dev/null

link() { # <name in .tools/bin> <program's name> <packages>
  local binary
  binary=$(find "$home/node_modules" -path "$home/node_modules/$3/*" -type f -name "$2" -size +1M | head -n 1)
  [ -n "$binary" ] || fail "npm brought no $1 for this platform"
  chmod u+x "$binary"
  ln -sf "../../$binary" ".tools/bin/$1"
}
link deno deno '@deno'
link node-24 node 'node-*'
[[ $(.tools/bin/deno --version) == "deno $deno_version "* ]] || fail "Deno is not version $deno_version"
[ "$(.tools/bin/node-24 --version)" = "v$node_version" ] || fail "Node is not version $node_version"
