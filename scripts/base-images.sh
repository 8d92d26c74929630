#!/usr/bin/env bash
# Builds the base images of the engines' images (Java 17, with and without Maven; Python 3) for machines that cannot pull the public ones, on a Debian
# from debootstrap. Needs root. Keeps existing images. Adds the root certificates of this machine to them.
set -euo pipefail
# Files in an image are read by other users.
umask 022
cd "$(dirname "$0")/.."

debian=debian:bookworm-slim
jre=streamctl-base:jre17
build=streamctl-base:maven17
python=streamctl-base:python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { docker image inspect "$1" > /dev/null 2>&1; }

if ! has "$debian" && ! timeout 120 docker pull -q "$debian" 2> /dev/null; then
  command -v debootstrap > /dev/null || {
    printf 'base-images: %s cannot be pulled, and debootstrap is missing. On Debian: apt-get install debootstrap\n' "$debian" >&2
    exit 1
  }
  printf 'base-images: creating %s with debootstrap\n' "$debian"
  debootstrap --variant=minbase bookworm "$work/root" > "$work/debootstrap.log" 2>&1 || {
    tail -20 "$work/debootstrap.log" >&2
    exit 1
  }
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
  tar -C "$work/root" -c . | docker import - "$debian" > /dev/null
fi

mkdir -p "$work/context/ca"
cp /usr/local/share/ca-certificates/*.crt "$work/context/ca/" 2> /dev/null || true
for pair in "jre $jre" "build $build" "python $python"; do
  read -r target image <<< "$pair"
  has "$image" && continue
  printf 'base-images: building %s\n' "$image"
  docker build -q --target "$target" -f dockerfiles/base.Dockerfile -t "$image" "$work/context" > "$work/build.log" 2>&1 || {
    tail -20 "$work/build.log" >&2
    exit 1
  }
done
