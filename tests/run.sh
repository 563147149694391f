#!/bin/sh
# Runs test programs (cmocka) and test scripts one after the other, prints what failed, and ends with the sum:
# "N passed, N failed, N skipped". A program that dies or runs for too long counts as one failure; so does one in
# which, or in whose children, a sanitizer ($SANITIZE) found something.
set -u

passed=0 failed=0 skipped=0
log=$(mktemp)
XDG_CACHE_HOME=$(mktemp -d) # packs of data sets
reports=$(mktemp -d)        # of sanitizers
export XDG_CACHE_HOME
trap 'rm -rf "$log" "$XDG_CACHE_HOME" "$reports"' EXIT
limit=${TEST_TIMEOUT:-$([ -z "${SANITIZE:-}" ] && echo 600 || echo 3600)}

tests=$(cd "$(dirname "$0")" && pwd)
to="log_path=$reports/report:halt_on_error=1"
export ASAN_OPTIONS="$to:${ASAN_OPTIONS:-}"
# Beside AddressSanitizer it knows no log_path, but whom it ends is noticed.
export UBSAN_OPTIONS="halt_on_error=1:abort_on_error=1:print_stacktrace=1:${UBSAN_OPTIONS:-}"
export TSAN_OPTIONS="$to:suppressions=$tests/tsan.supp:${TSAN_OPTIONS:-}"

for program in "$@"; do
    name=${program#build/}
    CMOCKA_MESSAGE_OUTPUT=stdout timeout -k 10 "$limit" "$program" >"$log" 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \] ' "$log")
    bad=$(sed -n '/^\[==========\] .*run\.$/,$d; /^\[  FAILED  \] /p' "$log" | wc -l)
    skip=$(sed -n '/^\[==========\] .*run\.$/,$d; /^\[  SKIPPED \] /p' "$log" | wc -l)
    if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
        echo "$name: ended with status $status"
    fi
    grep -h -A 20 ': runtime error: ' "$log" >"$reports/undefined" || rm "$reports/undefined"
    if [ -n "$(ls "$reports")" ]; then
        bad=$((bad + 1))
        echo "$name: a sanitizer found:"
        cat "$reports"/* | head -n 200
        rm -f "$reports"/*
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    if [ "$bad" -ne 0 ]; then
        sed 's/^/    /' "$log" | tail -n 80
    fi
    grep '^SKIP: ' "$log" | sort -u
    echo "$name: $ok passed, $bad failed, $skip skipped"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
