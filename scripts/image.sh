#!/usr/bin/env bash
# Builds the image streamctl from the sources, on the container engine that answers: docker, or else podman. Root certificates of this machine
# (/usr/local/share/ca-certificates) are trusted while it is built.
#
# Environment: DEBIAN_IMAGE, another base; NPM_CONFIG_REGISTRY, another registry of npm.
set -euo pipefail
# What goes into an image is read there by other users.
umask 022
cd "$(dirname "$0")/.."

engine=docker
docker version > /dev/null 2>&1 || engine=podman
command -v "$engine" > /dev/null || {
  printf 'image: no container engine answers\n' >&2
  exit 1
}

# The sources alone: what a checkout holds beside them is large, and would make each build another one.
context=build/image
rm -rf "$context"
mkdir -p "$context/ca"
cp -p Makefile package.json bun.lock bunfig.toml "$context/"
cp -Rp scripts native config dockerfiles flink ksql pinot src "$context/"
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
