#!/usr/bin/env bash
# Builds the image streamctl from the sources, with docker if its engine is running, otherwise with podman. The build trusts the root certificates
# of this machine (/usr/local/share/ca-certificates).
#
# Environment: DEBIAN_IMAGE, another base image; NPM_CONFIG_REGISTRY, another npm registry.
set -euo pipefail
# Files in an image are read by other users.
umask 022
cd "$(dirname "$0")/.."

engine=docker
docker version > /dev/null 2>&1 || engine=podman
command -v "$engine" > /dev/null || {
  printf 'image: no container engine is available\n' >&2
  exit 1
}

# Only the sources: other files of a checkout are large, and would invalidate the build cache.
context=build/image
rm -rf "$context"
mkdir -p "$context/ca"
cp -p Makefile package.json bun.lock bunfig.toml "$context/"
cp -Rp scripts native config dockerfiles flink ksql pinot superset src "$context/"
cp /usr/local/share/ca-certificates/*.crt "$context/ca/" 2> /dev/null || true

arguments=(--build-arg "VERSION=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)")
for name in DEBIAN_IMAGE NPM_CONFIG_REGISTRY; do
  [ -z "${!name:-}" ] || arguments+=(--build-arg "$name=${!name}")
done
"$engine" build "${arguments[@]}" -f "$context/dockerfiles/streamctl.Dockerfile" -t streamctl "$context" > build/image.log 2>&1 || {
  tail -30 build/image.log >&2
  exit 1
}
printf 'image: streamctl %s\n' "$("$engine" run --rm streamctl --version)"
