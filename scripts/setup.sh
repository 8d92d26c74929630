#!/usr/bin/env bash
# Fetches what a build needs: the pinned Bun (by npm, where the PATH has none of that version), the packages of bun.lock
# and, on a Debian where we are root, the static libraries that give librdkafka TLS.
set -euo pipefail
cd "$(dirname "$0")/.."

bun_version=$(node -p "require('./package.json').engines.bun")

fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

for program in node npm gcc g++ make python3; do
  command -v "$program" > /dev/null || fail "$program is missing. On Debian: apt-get install nodejs npm gcc g++ make python3 python3-pip"
done

mkdir -p .tools/bin
if [ "$(.tools/bin/bun --version 2> /dev/null || true)" = "$bun_version" ]; then
  : # It is there; a PATH that begins with .tools/bin would only link it to itself.
elif [ "$(bun --version 2> /dev/null || true)" = "$bun_version" ]; then
  ln -sf "$(command -v bun)" .tools/bin/bun
else
  printf 'setup: Bun %s by npm\n' "$bun_version"
  mkdir -p .tools/npm
  printf '{"private":true}\n' > .tools/npm/package.json
  npm install --prefix .tools/npm --no-save --no-package-lock --no-fund --no-audit --loglevel=error "bun@$bun_version" > /dev/null
  # The package's own link is made by its install script, which npm may not run. The platform's package always holds it, and an older npm
  # also brings the one for another C library: the one that runs counts.
  while read -r binary; do
    [ "$("$binary" --version 2> /dev/null || true)" != "$bun_version" ] || ln -sf "../../$binary" .tools/bin/bun
  done < <(find .tools/npm/node_modules/@oven .tools/npm/node_modules/bun -type f \( -name bun -o -name bun.exe \) -perm -u+x -size +1M 2> /dev/null)
  [ -e .tools/bin/bun ] || fail "npm brought no Bun for this platform"
fi
[ "$(.tools/bin/bun --version)" = "$bun_version" ] || fail "Bun is not version $bun_version"

printf 'setup: packages of bun.lock\n'
.tools/bin/bun install --frozen-lockfile --silent

# TLS and SASL are worth two minutes of apt, but nobody's build fails for them: build-native.sh says what it found.
missing=()
for pair in libssl.a:libssl-dev libz.a:zlib1g-dev libzstd.a:libzstd-dev; do
  [ "$(gcc -print-file-name="${pair%%:*}")" != "${pair%%:*}" ] || missing+=("${pair##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    printf 'setup: apt-get install %s\n' "${missing[*]}"
    { apt-get update -qq && apt-get install -y -qq "${missing[@]}"; } > .tools/apt.log 2>&1 \
      || printf 'setup: apt-get failed (see .tools/apt.log): the build goes on without TLS\n' >&2
  else
    printf 'setup: for TLS and SASL, as root: apt-get install %s\n' "${missing[*]}" >&2
  fi
fi
