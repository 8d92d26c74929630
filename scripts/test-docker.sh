#!/usr/bin/env bash
# Runs the contract of the runtimes on containers. Uses a running container engine; otherwise starts dockerd with data and socket in
# build/docker, and stops it at the end. Builds substitutes for public base images that cannot be pulled. Prints the reason and exits with 75 if
# this machine cannot run the tests. With STREAMCTL_TEST_INSTALL=1, as root on Debian, installs what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/build/docker
mkdir -p "$work"

impossible() {
  printf '\n*** test-docker: NOT RUN: %s ***\n\n' "$1" >&2
  exit 75
}

answers() { timeout 20 docker version --format '{{.Server.Version}}' > /dev/null 2>&1; }
has_compose() { docker compose version > /dev/null 2>&1 || docker-compose version > /dev/null 2>&1; }

need() {
  local package=$1
  shift
  "$@" > /dev/null 2>&1 && return
  if [ "${STREAMCTL_TEST_INSTALL:-}" = 1 ] && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    printf 'test-docker: apt-get install %s\n' "$package"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package"; } > "$work/apt.log" 2>&1 \
      || impossible "$package cannot be installed (see build/docker/apt.log)"
  else
    impossible "$package is missing. On Debian, as root: apt-get install $package"
  fi
}

stop_engine() {
  [ -n "${engine:-}" ] || return 0
  kill "$engine" 2> /dev/null || true
  wait "$engine" 2> /dev/null || true
}

if ! { command -v docker > /dev/null && answers; }; then
  [ "$(id -u)" = 0 ] || impossible 'no container engine is available, and only root can start one'
  need docker.io command -v dockerd
  need iptables command -v iptables
  export DOCKER_HOST=unix://$work/docker.sock
  # No live restore: containers left by a killed test must stop with the engine.
  dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/dockerd.pid" -H "$DOCKER_HOST" > "$work/dockerd.log" 2>&1 &
  engine=$!
  trap stop_engine EXIT
  for _ in $(seq 60); do
    answers && break
    kill -0 "$engine" 2> /dev/null || impossible "dockerd does not start: $(tail -n 1 "$work/dockerd.log")"
    sleep 0.5
  done
  answers || impossible 'dockerd does not answer (see build/docker/dockerd.log)'
fi
need docker-compose has_compose

pullable() { docker image inspect "$1" > /dev/null 2>&1 || timeout 120 docker pull -q "$1" > /dev/null 2>&1; }

if [ -z "${STREAMCTL_BASE_IMAGE:-}" ] || [ -z "${STREAMCTL_BUILD_IMAGE:-}" ]; then
  public=$(sed -nE 's/^ARG (BASE|BUILD)_IMAGE=//p' dockerfiles/engine.Dockerfile)
  for image in $public; do
    pullable "$image" && continue
    need debootstrap command -v debootstrap
    scripts/base-images.sh || impossible "$image cannot be pulled, and no substitute can be built"
    export STREAMCTL_BASE_IMAGE=streamctl-base:jre17 STREAMCTL_BUILD_IMAGE=streamctl-base:maven17
    break
  done
fi

certificates=(/usr/local/share/ca-certificates/*.crt)
if [ -e "${certificates[0]}" ]; then
  cat "${certificates[@]}" > "$work/ca.pem"
  export STREAMCTL_TEST_EXTRA_CA=$work/ca.pem
fi

STREAMCTL_TEST_DOCKER=1 .tools/bin/bun test --timeout 1800000 tests/e2e/docker.test.ts
