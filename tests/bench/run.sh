#!/bin/sh
# Runs the benchmarks: every other script of this folder, each of which measures one thing, against
# its rival in the same run, and prints a ratio; times alone say nothing on a machine that others
# use too. A new benchmark is NAME.sh here, and NAME.c if it needs a program: make builds that as
# $BENCH/NAME. Arguments choose: run.sh detect.
set -u
cd "$(dirname "$0")/../.." || exit 1
BENCH=$PWD/${B:-build/plain}/tests/bench
export BENCH

status=0
for script in tests/bench/*.sh; do
    name=$(basename "$script" .sh)
    [ "$name" = run ] && continue
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    echo "== $name"
    "$script" || status=1
done
exit $status
