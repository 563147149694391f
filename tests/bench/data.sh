#!/bin/sh
# Opening fer2013.csv for the first time and later, beside reading it with cat and writing its pixels.
set -u
packed=../shared/data/fer2013.csv.zst
[ -f $packed ] || { echo "SKIP: no $packed here"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
zstd -qd $packed -o "$work/fer2013.csv" || exit 1
"$BENCH/data" "$work/fer2013.csv"
