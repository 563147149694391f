#!/bin/sh
# Runs test programs (cmocka) and test scripts one after the other, prints what failed, and ends with the sum:
# "N passed, N failed, N skipped". A program that dies or runs for more than ten minutes counts as one failure.
set -u

passed=0 failed=0 skipped=0
log=$(mktemp)
XDG_CACHE_HOME=$(mktemp -d) # packs of data sets
export XDG_CACHE_HOME
trap 'rm -rf "$log" "$XDG_CACHE_HOME"' EXIT
limit=${TEST_TIMEOUT:-600}


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
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    if [ "$bad" -ne 0 ]; then
        sed 's/^/    /' "$log" | tail -n 80
    fi
    grep '^SKIP: ' "$log" | sort -u
    echo "$name: $ok passed, $bad failed, $skip skipped"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
