#!/usr/bin/env bash
# Builds build/streamctl_native.node: the Node-API addon (native/) over librdkafka (scripts/librdkafka.sh).
#
#   build-native.sh [<addon> <variant> <flag>...]   another output file, on a variant of librdkafka, with additional compiler
#                                                   flags, such as those of a sanitizer, or additional sources
#
# Environment: CC (default gcc), and what scripts/librdkafka.sh reads.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
headers="$root/node_modules/node-api-headers/include"
build="$root/build"
addon=${1:-$build/streamctl_native.node}
librdkafka="$build/librdkafka${2:+-$2}.args"
flags=("${@:3}")
cc=${CC:-gcc}

say() { printf 'build-native: %s\n' "$*" >&2; }
fail() {
  say "$1"
  say "  $2"
  exit 1
}

[[ $# -gt 0 ]] || "$root/scripts/librdkafka.sh" # the caller builds its variant

command -v strip >/dev/null || fail "Cannot build the addon: strip is missing" "Install it, on Debian: apt-get install binutils"
[[ -d "$headers" ]] || fail "Cannot build the addon: node-api-headers is missing" "Install the packages first: bun install --ignore-scripts"

# Skip the build when nothing has changed.
stamp="${addon%.node}.stamp"
current=$({
  printf '%s\n' ${flags[@]+"${flags[@]}"}
  for flag in ${flags[@]+"${flags[@]}"}; do [[ ! -f $flag ]] || sha256sum "$flag"; done
  sha256sum "$root"/native/* "$librdkafka" "${BASH_SOURCE[0]}" | cut -d ' ' -f 1
} | sha256sum)
if [[ -f $addon && -f $stamp && $(<"$stamp") == "$current" ]]; then
  say "${addon#"$root"/} is up to date"
  exit 0
fi

mkdir -p "$(dirname "$addon")"
partial=$(mktemp "$(dirname "$addon")/.streamctl_native.XXXXXX")
trap 'rm -f "$partial"' EXIT
"$cc" -std=c11 -D_GNU_SOURCE -DNAPI_VERSION=8 -O2 -g0 -fPIC -shared -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2 \
  -Wall -Wextra -Werror -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
  -isystem "$headers" "$root"/native/*.c -o "$partial" \
  -Wl,--version-script="$root/native/exports.map" -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -Wl,-z,relro,-z,now,-z,nodelete -Wl,--gc-sections \
  "@$librdkafka" ${flags[@]+"${flags[@]}"}
[[ ${#flags[@]} -gt 0 ]] || strip --strip-unneeded "$partial"
chmod 755 "$partial"
mv "$partial" "$addon"
printf '%s\n' "$current" >"$stamp"
say "Wrote ${addon#"$root"/} ($(($(stat -c %s "$addon") / 1024)) KiB)"
