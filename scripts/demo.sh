#!/usr/bin/env bash
# A demo of about a minute: a stack in .demo, a thousand transactions, a check of Pinot against the topic, and the windows in Pinot.
set -euo pipefail
cd "$(dirname "$0")/.."

streamctl() {
  printf '\n$ streamctl'
  for word in "$@"; do
    case $word in
      *' '*) printf ' "%s"' "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  printf '\n'
  ./streamctl --state-dir .demo "$@"
}

pages=
finish() {
  streamctl down --volumes
  [ -z "$pages" ] || printf '\nThe stack of the demo is gone. Start one with ./streamctl up, and open:\n%s\n' "$pages"
}
trap finish EXIT

# Show the output of up, and keep its addresses for the end.
exec 3>&1
pages=$(streamctl up | tee /dev/fd/3 | sed -n '/^Open in a browser:/,/^$/ {/^  /p}')
streamctl data -n 1000 --rate 250
streamctl verify --wait 60s
streamctl query 'select START, TOTAL_PAID, TOTAL_TRANSACTIONS, AVERAGE_TRANSACTION_VALUE from transaction_window order by WINDOW_START limit 20'
streamctl status
