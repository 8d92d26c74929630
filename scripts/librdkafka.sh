#!/usr/bin/env bash
# Builds librdkafka.a from the source in the npm package @confluentinc/kafka-javascript, unless it is cached, and writes the compiler arguments
# for using it to build/librdkafka.args: cc program.c -o program @build/librdkafka.args
# Builds nothing inside node_modules and downloads nothing. native/librdkafka.patch is applied to the copy that is built.
#
#   librdkafka.sh [<variant> <flag>...]   compiled with additional flags, such as those of a sanitizer: build/librdkafka-<variant>.args
#
# The build takes minutes, so the result is cached in ${XDG_CACHE_HOME:-~/.cache}/streamctl/native/<hash>/ for all clones. The hash covers the
# source's version, the configuration, the compiler with its flags and the static libraries.
#
# Environment: CC (default gcc), JOBS (default: cores), STREAMCTL_NATIVE_STATIC=no builds without TLS, SASL, zlib and zstd
# even where their static libraries are present.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
package="$root/node_modules/@confluentinc/kafka-javascript"
source="$package/deps/librdkafka"
corrections="$root/native/librdkafka.patch"
build="$root/build"
variant=${1:-}
more_flags=("${@:2}")
suffix=${variant:+-$variant}
cc=${CC:-gcc}
jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN)}

say() { printf 'librdkafka: %s\n' "$*" >&2; }
fail() {
  say "$1"
  say "  $2"
  exit 1
}

require() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || fail "Cannot build librdkafka: $program is missing" \
      "Install a C compiler, make and patch, on Debian: apt-get install build-essential"
  done
}
require "$cc" sha256sum
[[ -f "$source/configure" ]] || fail "Cannot build librdkafka: its source is missing" \
  "Install the packages first: bun install --ignore-scripts"

# --- Static libraries: TLS and SASL need both halves of OpenSSL with their headers, compression needs zlib and zstd. ---

# Path of a static library if the compiler finds it and its header; otherwise nothing.
static_library() { # <name.a> <header>
  local path
  path=$("$cc" -print-file-name="$1")
  [[ ${STREAMCTL_NATIVE_STATIC:-yes} != no && $path == /* ]] || return 0
  printf '#include <%s>\n' "$2" | "$cc" -E -x c - >/dev/null 2>&1 || return 0
  realpath "$path"
}

ssl=$(static_library libssl.a openssl/ssl.h)
crypto=$(static_library libcrypto.a openssl/evp.h)
zlib=$(static_library libz.a zlib.h)
zstd=$(static_library libzstd.a zstd.h)
[[ -n $ssl && -n $crypto ]] || ssl='' crypto=''

flags=(--enable-static --disable-gssapi --disable-curl --disable-c11threads --disable-lz4-ext --disable-debug-symbols)
[[ -n $ssl ]] || flags+=(--disable-ssl)
[[ -n $zlib ]] || flags+=(--disable-zlib)
[[ -n $zstd ]] || flags+=(--disable-zstd)
libraries=()
for library in "$zstd" "$ssl" "$crypto" "$zlib"; do [[ -z $library ]] || libraries+=("$library"); done

found() { [[ -n $1 ]] && echo yes || echo no; }
say "TLS and SASL: $(found "$ssl"), zstd: $(found "$zstd"), zlib: $(found "$zlib")"
if [[ -z $ssl || -z $zstd || -z $zlib ]]; then
  say "  To get all of them on Debian: apt-get install libssl-dev libzstd-dev zlib1g-dev"
fi

# --- librdkafka.a: from the cache, or built in build/librdkafka and moved there. ---

version=$(sed -n 's/^ *"librdkafka": "\(.*\)",$/\1/p' "$package/package.json")
hash=$({
  printf '%s\n' "$version" "${flags[*]}" "$(uname -m)" "$("$cc" --version | head -n 1)" ${more_flags[@]+"${more_flags[@]}"}
  sha256sum "$source/src/rdkafka.h" "$corrections" ${libraries[@]+"${libraries[@]}"} | cut -d ' ' -f 1
} | sha256sum | cut -c 1-16)
cached="${XDG_CACHE_HOME:-${HOME:?}/.cache}/streamctl/native/$hash"

build_archive() {
  local copy="$build/librdkafka-$$" log="$build/librdkafka$suffix.log"
  require make patch
  say "Building librdkafka $version${variant:+ for the sanitizer $variant} (a minute or two; log: build/librdkafka$suffix.log)"
  rm -rf "$copy"
  mkdir -p "$build"
  cp -R "$source" "$copy"
  chmod +x "$copy/configure"
  if ! (
    cd "$copy"
    patch --strip=1 --fuzz=0 --input="$corrections" || exit 1
    export CC="$cc" CFLAGS="${more_flags[*]-}" LDFLAGS="${more_flags[*]-}"
    export STATIC_LIB_libssl="$ssl" STATIC_LIB_libcrypto="$crypto" STATIC_LIB_zlib="$zlib" STATIC_LIB_libzstd="$zstd"
    ./configure "${flags[@]}"
    make -C src -j "$jobs" librdkafka.a
  ) >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "Cannot build librdkafka" "See build/librdkafka$suffix.log"
  fi
  keep_archive "$copy" && rm -rf "$copy"
}

# Creates the folder by rename, so that it is complete. Of two concurrent builds the first one wins.
keep_archive() { # <built copy>
  local parent partial
  parent=$(dirname "$cached")
  mkdir -p "$parent"
  partial=$(mktemp -d "$parent/.partial.XXXXXX")
  cp "$1/src/librdkafka.a" "$1/src/rdkafka.h" "$1/src/rdkafka_mock.h" "$1/config.h" "$partial/"
  mv -T "$partial" "$cached" 2>/dev/null || rm -rf "$partial"
  [[ -f "$cached/librdkafka.a" ]] || fail "Cannot keep librdkafka.a in \"$cached\"" "Make the folder writable or set XDG_CACHE_HOME"
}

[[ -f "$cached/librdkafka.a" ]] || build_archive

# --- The compiler's arguments, one per line: the file changes exactly when the library does. ---

mkdir -p "$build"
arguments=$(printf '"%s"\n' -isystem "$cached" "$cached/librdkafka.a" ${libraries[@]+"${libraries[@]}"} -lm -ldl -lpthread -lrt)
file="$build/librdkafka$suffix.args"
[[ -f $file && $(<"$file") == "$arguments" ]] || printf '%s\n' "$arguments" >"$file"
