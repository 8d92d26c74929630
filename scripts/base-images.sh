#!/usr/bin/env bash
# Makes the base images of the engines' images (Java 17, and Maven with it) where the public ones cannot be pulled: a Debian by
# debootstrap, as root. Images that are there already are kept. Root certificates of this machine go into them.
set -euo pipefail
# What goes into an image is read there by other users.
umask 022
cd "$(dirname "$0")/.."

debian=debian:bookworm-slim
jre=streamctl-base:jre17
build=streamctl-base:maven17
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { docker image inspect "$1" > /dev/null 2>&1; }

if ! has "$debian" && ! timeout 120 docker pull -q "$debian" 2> /dev/null; then
  command -v debootstrap > /dev/null || {
    printf 'base-images: %s cannot be pulled, and debootstrap is missing. On Debian: apt-get install debootstrap\n' "$debian" >&2
    exit 1
  }
  printf 'base-images: %s by debootstrap\n' "$debian"
  debootstrap --variant=minbase bookworm "$work/root" > "$work/debootstrap.log" 2>&1 || {
    tail -20 "$work/debootstrap.log" >&2
    exit 1
  }
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
  tar -C "$work/root" -c . | docker import - "$debian" > /dev/null
fi

mkdir -p "$work/context/ca"
cp /usr/local/share/ca-certificates/*.crt "$work/context/ca/" 2> /dev/null || true
for pair in "jre $jre" "build $build"; do
  read -r target image <<< "$pair"
  has "$image" && continue
  printf 'base-images: %s\n' "$image"
  docker build -q --target "$target" -f dockerfiles/base.Dockerfile -t "$image" "$work/context" > "$work/build.log" 2>&1 || {
    tail -20 "$work/build.log" >&2
    exit 1
  }
done
