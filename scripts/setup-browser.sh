#!/usr/bin/env bash
# Installs Debian's Chromium for the tests of web pages, as root on Debian. Elsewhere it says what is missing: those tests are skipped then.
set -euo pipefail
cd "$(dirname "$0")/.."

[ ! -x /usr/bin/chromium ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  printf 'setup-browser: apt-get install chromium\n'
  mkdir -p .tools
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } > .tools/apt-chromium.log 2>&1 && exit 0
  printf 'setup-browser: apt-get failed, see .tools/apt-chromium.log\n' >&2
fi
printf 'setup-browser: THE TESTS OF WEB PAGES WILL BE SKIPPED. As root: apt-get install chromium\n' >&2
