#!/usr/bin/env bash
# Installs what a build needs: the pinned Bun (with npm, unless the PATH has that version), the packages of bun.lock and, as root on Debian, the
# static libraries that librdkafka needs for TLS.
set -euo pipefail
cd "$(dirname "$0")/.."

bun_version=$(node -p "require('./package.json').engines.bun")

fail() {
  printf 'setup: %s\n' "$1" >&2
  exit 1
}

for program in node npm gcc g++ make python3; do
  command -v "$program" > /dev/null || fail "$program is missing. On Debian: apt-get install nodejs npm gcc g++ make patch python3 python3-pip"
done

mkdir -p .tools/bin
if [ "$(.tools/bin/bun --version 2> /dev/null || true)" = "$bun_version" ]; then
  : # Already installed; with .tools/bin first on the PATH, the next branch would link it to itself.
elif [ "$(bun --version 2> /dev/null || true)" = "$bun_version" ]; then
  ln -sf "$(command -v bun)" .tools/bin/bun
else
  printf 'setup: installing Bun %s with npm\n' "$bun_version"
  mkdir -p .tools/npm
  printf '{"private":true}\n' > .tools/npm/package.json
  npm install --prefix .tools/npm --no-save --no-package-lock --no-fund --no-audit --loglevel=error "bun@$bun_version" > /dev/null
  # The link in the package is created by its install script, which npm may not run. The platform's package contains the program, and older
  # versions of npm also install the one for another C library: use the one that runs.
  while read -r binary; do
    [ "$("$binary" --version 2> /dev/null || true)" != "$bun_version" ] || ln -sf "../../$binary" .tools/bin/bun
  done < <(find .tools/npm/node_modules/@oven .tools/npm/node_modules/bun -type f \( -name bun -o -name bun.exe \) -perm -u+x -size +1M 2> /dev/null)
  [ -e .tools/bin/bun ] || fail "npm installed no Bun for this platform"
fi
[ "$(.tools/bin/bun --version)" = "$bun_version" ] || fail "Bun is not version $bun_version"

printf 'setup: installing the packages of bun.lock\n'
.tools/bin/bun install --frozen-lockfile --silent

# Without these libraries the build succeeds, but without TLS and SASL; build-native.sh reports what it found. It needs patch.
missing=()
command -v patch > /dev/null || missing+=(patch)
for pair in libssl.a:libssl-dev libz.a:zlib1g-dev libzstd.a:libzstd-dev; do
  [ "$(gcc -print-file-name="${pair%%:*}")" != "${pair%%:*}" ] || missing+=("${pair##*:}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    printf 'setup: apt-get install %s\n' "${missing[*]}"
    { apt-get update -qq && apt-get install -y -qq "${missing[@]}"; } > .tools/apt.log 2>&1 \
      || printf 'setup: apt-get failed, see .tools/apt.log\n' >&2
  else
    printf 'setup: missing, as root: apt-get install %s\n' "${missing[*]}" >&2
  fi
  command -v patch > /dev/null || fail "patch is missing. On Debian: apt-get install patch"
fi
