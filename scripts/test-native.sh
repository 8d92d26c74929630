#!/usr/bin/env bash
# Tests native/ under sanitizers: its C core with address, undefined and thread, its JavaScript interface on Node with address
# and undefined, random schedules of a producer, and fuzzers of the functions that take batches. librdkafka is built with the sanitizers too
# (some minutes, only the first time). Builds the programs in build/tests/ when something has changed, and runs all of them in parallel, because
# they mostly wait.
#
#   test-native.sh [<executions> [<seed>]]   mutated batches for the fuzzer of batch.h; producer_produce gets a twentieth of them
#
# STREAMCTL_SCHEDULE_SECONDS=600 runs the schedules for ten minutes instead of ten seconds.
# A fuzzer that finds an error prints its input as a line for tests/native/corpus/batches.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

executions=${1:-100000}
seed=${2:-1}
cc=${CC:-gcc}
out=$PWD/build/tests
seconds=${STREAMCTL_SCHEDULE_SECONDS:-10}
address=("-fsanitize=address,undefined" -fno-sanitize-recover=all)
thread=(-fsanitize=thread)
tests=(tests/native/{main,check}.c tests/native/*_test.c "-Wl,--wrap=getaddrinfo,--wrap=rd_kafka_message_headers")
schedules=(tests/native/{schedules,schedule,disturb,check,fault_signals}.c "-Wl,--wrap=pthread_sigmask")
flags=(-std=c11 -D_GNU_SOURCE -O1 -g -fno-omit-frame-pointer
  -Wall -Wextra -Werror -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Inative)

core=()
for file in native/*.c; do
  case $file in *_js.c | native/js.c | native/addon.c) ;; *) core+=("$file") ;; esac
done

mkdir -p "$out/addon"

build() { # <program> <variant of librdkafka> <compiler's arguments...>
  local program="$out/$1" library="build/librdkafka-$2.args"
  [[ -f $program && -z $(find native tests/native "$library" scripts/test-native.sh -newer "$program" -print -quit) ]] && return
  "$cc" "${flags[@]}" "${@:3}" "${core[@]}" -o "$program" "@$library"
}

# The bundle contains its own addon; use the sanitized one instead.
bundle() {
  .tools/bin/bun build --target=node tests/native/addon.ts --outdir "$out/bundle" --asset-naming '[name].[ext]' &&
    mv "$out/bundle/addon.js" "$out/addon/"
}

# Compiler flags of the librdkafka variants. Without `undefined`: librdkafka itself fails that sanitizer.
build_libraries() {
  local debug=(-O1 -g1 -fno-omit-frame-pointer)
  scripts/librdkafka.sh address -fsanitize=address "${debug[@]}" &
  scripts/librdkafka.sh thread -fsanitize=thread "${debug[@]}" &
  wait -n && wait -n
}

build_all() {
  build tests-address address "${address[@]}" "${tests[@]}" &
  build tests-thread thread "${thread[@]}" "${tests[@]}" &
  build schedules-address address "${address[@]}" "${schedules[@]}" &
  build schedules-thread thread "${thread[@]}" "${schedules[@]}" &
  build fuzz-group address "${address[@]}" tests/native/{fuzz,fuzz_batch,fuzz_group,check}.c &
  build fuzz-produce address "${address[@]}" tests/native/{fuzz,fuzz_batch,fuzz_produce,check}.c &
  # Node with injected faults of other runtimes: refused thread-safe calls, and finalizers that are called twice.
  scripts/build-native.sh "$out/addon/streamctl_native.node" address "${address[@]}" -O1 -g -U_FORTIFY_SOURCE \
    "$PWD/tests/native/runtime_faults.c" -Wl,--wrap=napi_call_threadsafe_function,--wrap=napi_wrap 2>"$out/addon.log" &
  bundle >"$out/bundle.log" 2>&1 &
  local failed=0
  for _ in 1 2 3 4 5 6 7 8; do wait -n || failed=1; done
  ((failed == 0)) || { cat "$out/addon.log" "$out/bundle.log"; exit 1; }
}

# Each program prints to its own log. The log of a failed program is shown, of the others only the last line.
started=()
run() { # <name> <command...>
  "${@:2}" >"$out/$1.log" 2>&1 &
  started+=("$!:$1")
}

build_libraries
build_all

export ASAN_OPTIONS=detect_leaks=1:handle_abort=1 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS="suppressions=$PWD/tests/native/leak.supp:print_suppressions=0"
export TSAN_OPTIONS="suppressions=$PWD/tests/native/thread.supp:print_suppressions=0"
corpus=tests/native/corpus/batches.txt

run address "$out/tests-address"
run schedules-address "$out/schedules-address" "$seconds"
# Older thread sanitizers do not support the address layout of newer kernels.
if echo 'int main(void) { return 0; }' | "$cc" "${thread[@]}" -x c - -o "$out/probe" 2>/dev/null && "$out/probe" 2>/dev/null; then
  run thread "$out/tests-thread"
  run schedules-thread "$out/schedules-thread" "$seconds"
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
