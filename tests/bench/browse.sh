#!/bin/sh
# The browser on fer2013.csv at 160x48: from the program's start to the first screen, from a key to its effect.
set -u
packed=../shared/data/fer2013.csv.zst
[ -f $packed ] || { echo "SKIP: no $packed here"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME="$work/cache"
zstd -qd $packed -o "$work/fer2013.csv" && ./moodtop stats --data "$work/fer2013.csv" >/dev/null || exit 1
"$BENCH/browse" "$work/fer2013.csv" 35887
