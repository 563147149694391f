#!/bin/sh
# Opening data sets for the first time beside what others do: pandas and NumPy read fer2013.csv, OpenCV's imread
# reads a folder of its images as JPEG.
set -u
python=/usr/bin/python3
packed=../shared/data/fer2013.csv.zst
[ -f $packed ] || { echo "SKIP: no $packed here"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
zstd -qd $packed -o "$work/fer2013.csv" || exit 1
XDG_CACHE_HOME=$work ./moodtop export "$work/fer2013.csv" "$work/jpg" --images jpg || exit 1
exec $python tests/bench/peers_data.py "$BENCH/data" "$work/fer2013.csv" "$work/jpg"
