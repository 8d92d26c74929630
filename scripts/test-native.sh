#!/usr/bin/env bash
# Tests native/ under sanitizers: its C core with address, undefined and thread, its JavaScript face on Node with address and
# undefined, and fuzzes what takes batches. Programs are built in build/tests/ when something changed; all run at once, because
# they mostly wait.
#
#   test-native.sh [<executions> [<seed>]]   mutated batches for the fuzzer of batch.h; producer_produce gets a twentieth of them
#
# A fuzzer that finds something prints its input: a line for tests/native/corpus/batches.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

executions=${1:-100000}
seed=${2:-1}
cc=${CC:-gcc}
out=$PWD/build/tests
address=("-fsanitize=address,undefined" -fno-sanitize-recover=all)
thread=(-fsanitize=thread)
flags=(-std=c11 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer
  -Wall -Wextra -Werror -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Inative)

core=()
for file in native/*.c; do
  case $file in *_js.c | native/js.c | native/addon.c) ;; *) core+=("$file") ;; esac
done

mkdir -p "$out/addon"

build() { # <program> <compiler's arguments...>
  local program="$out/$1"
  [[ -f $program && -z $(find native tests/native build/librdkafka.args scripts/test-native.sh -newer "$program" -print -quit) ]] && return
  "$cc" "${flags[@]}" "${@:2}" "${core[@]}" -o "$program" @build/librdkafka.args
}

# A bundle comes with an addon of its own: the sanitized one takes its place.
bundle() {
  .tools/bin/bun build --target=node tests/native/addon.ts --outdir "$out/bundle" --asset-naming '[name].[ext]' &&
    mv "$out/bundle/addon.js" "$out/addon/"
}

build_all() {
  build tests-address "${address[@]}" tests/native/{main,check}.c tests/native/*_test.c &
  build tests-thread "${thread[@]}" tests/native/{main,check}.c tests/native/*_test.c &
  build fuzz-group "${address[@]}" tests/native/{fuzz,fuzz_batch,fuzz_group,check}.c &
  build fuzz-produce "${address[@]}" tests/native/{fuzz,fuzz_batch,fuzz_produce,check}.c &
  scripts/build-native.sh "$out/addon/streamctl_native.node" "${address[@]}" -O1 -g -U_FORTIFY_SOURCE 2>"$out/addon.log" &
  bundle >"$out/bundle.log" 2>&1 &
  local failed=0
  for _ in 1 2 3 4 5 6; do wait -n || failed=1; done
  ((failed == 0)) || { cat "$out/addon.log" "$out/bundle.log"; exit 1; }
}

# What is run prints to a log of its own, which is shown where it fails; its last line is shown in any case.
started=()
run() { # <name> <command...>
  "${@:2}" >"$out/$1.log" 2>&1 &
  started+=("$!:$1")
}

build_all

export ASAN_OPTIONS=detect_leaks=1:handle_abort=1 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS="suppressions=$PWD/tests/native/leak.supp:print_suppressions=0"
export TSAN_OPTIONS="suppressions=$PWD/tests/native/thread.supp:print_suppressions=0"
corpus=tests/native/corpus/batches.txt

run address "$out/tests-address"
# Older run-time libraries of the thread sanitizer do not know the address layout of newer kernels.
if echo 'int main(void) { return 0; }' | "$cc" "${thread[@]}" -x c - -o "$out/probe" 2>/dev/null && "$out/probe" 2>/dev/null; then
  run thread "$out/tests-thread"
else
  echo "(native) SKIPPED the thread sanitizer: its programs do not start on this machine"
fi
run fuzz-group "$out/fuzz-group" "$corpus" "$executions" "$seed"
run fuzz-produce "$out/fuzz-produce" "$corpus" "$((executions / 20))" "$seed"
run javascript env LD_PRELOAD="$("$cc" -print-file-name=libasan.so)" node --expose-gc "$out/addon/addon.js"

status=0
for each in "${started[@]}"; do
  name=${each#*:}
  if wait "${each%%:*}"; then
    printf '(native) %s: %s\n' "$name" "$(tail -n 1 "$out/$name.log")"
  else
    status=1
    printf '(native) %s FAILED\n' "$name"
    cat "$out/$name.log"
  fi
done
exit "$status"
