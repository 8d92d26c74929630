#!/usr/bin/env bash
# Installs the runtimes besides Bun on which `make test` runs the sources: Deno and a Node that strips types, with npm, into .tools. The bundle
# of `make node` runs on the machine's own Node, 20 or later.
set -euo pipefail
cd "$(dirname "$0")/.."

deno_version=2.9.6
node_version=24.21.0

fail() {
  printf 'setup-runtimes: %s\n' "$1" >&2
  exit 1
}

printf 'setup-runtimes: installing Deno %s and Node %s with npm\n' "$deno_version" "$node_version"
home=.tools/runtimes
mkdir -p "$home" .tools/bin
printf '{"private":true}\n' > "$home/package.json"
# Install the platform's package directly: the package `node` downloads it in an install script, which npm may not run.
npm install --prefix "$home" --no-save --no-package-lock --ignore-scripts --no-fund --no-audit --loglevel=error \
  "deno@$deno_version" "node-$(node -p 'process.platform + "-" + process.arch')@$node_version" > /dev/null

link() { # <name in .tools/bin> <program's name> <packages>
  local binary
  binary=$(find "$home/node_modules" -path "$home/node_modules/$3/*" -type f -name "$2" -size +1M | head -n 1)
  [ -n "$binary" ] || fail "npm installed no $1 for this platform"
  chmod u+x "$binary"
  ln -sf "../../$binary" ".tools/bin/$1"
}
link deno deno '@deno'
link node-24 node 'node-*'
[[ $(.tools/bin/deno --version) == "deno $deno_version "* ]] || fail "Deno is not version $deno_version"
[ "$(.tools/bin/node-24 --version)" = "v$node_version" ] || fail "Node is not version $node_version"
