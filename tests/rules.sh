#!/bin/sh
# The rules of the house that a script can check: who may include whom, where each third-party header lives,
# who may print, exit, lock; sizes of files. One line per breach.
set -u
cd "$(dirname "$0")/.." || exit 1

breaches=$(mktemp)
trap 'rm -f "$breaches"' EXIT
say() { echo "$*" >>"$breaches"; }

# includes_of FOLDER: "file:header" for each #include "..." of the folder's files
includes_of() { grep -Ho '^#include "[^"]*"' "$1"/*.[ch] 2>/dev/null | sed 's/#include "//; s/"$//'; }

# folder  what it may include besides itself
while read -r folder allowed; do
    [ -d "$folder" ] || continue
    includes_of "$folder" | while IFS=: read -r file header; do
        ok=no
        for prefix in "$folder/" $allowed; do
            case $header in "$prefix"*) ok=yes ;; esac
        done
        [ $ok = yes ] || say "$file includes $header: not a folder to its left"
    done
done <<EOF
base
config base/
nn base/ config/opts.h
vision base/ config/opts.h nn/infer.h
tui base/ config/opts.h config/table.h config/value.h nn/ vision/
cmd base/ config/ nn/ vision/ tui/
EOF

# header (extended regular expression)  files that may include it
while read -r header homes; do
    grep -lE "^#include <$header" base/*.[ch] config/*.[ch] nn/*.[ch] vision/*.[ch] tui/*.[ch] cmd/*.[ch] \
        2>/dev/null | while read -r file; do
        ok=no
        for home in $homes; do
            # shellcheck disable=SC2254
            case $file in $home) ok=yes ;; esac
        done
        [ $ok = yes ] || say "$file includes <$header>: its home is $homes"
    done
done <<EOF
n?curses.h tui/*
caca.h tui/ascii.c
libv4l2.h vision/camera.c
libv4lconvert.h vision/camera_jpeg.c
linux/videodev2.h vision/camera*.c
lib(av|sw) vision/media*.[ch]
jpeglib.h vision/jpeg.c
cblas.h nn/gemm.c
iniparser.h config/config.c
expat.h vision/cascade.c
(pthread|stdatomic).h base/library.* base/mailbox.* base/thread.* base/spool.* base/log.* vision/frame.* vision/live* vision/source.* nn/loader.* nn/survey.*
EOF

grep -nE '\bexit\(' base/*.c config/*.c nn/*.c vision/*.c tui/*.c cmd/*.c 2>/dev/null |
    grep -vE '^(cmd/main|base/mem)\.c:|_exit\(' | while read -r line; do say "exit outside cmd/main.c: $line"; done
grep -nE '\b(printf|puts|putchar|vprintf)\(|\bstdout\b' base/*.c config/*.c nn/*.c vision/*.c 2>/dev/null |
    grep -vE '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)' | while read -r line; do say "prints outside cmd/: $line"; done

for file in base/*.[ch] config/*.[ch] nn/*.[ch] vision/*.[ch] tui/*.[ch] cmd/*.[ch]; do
    [ -f "$file" ] || continue
    lines=$(wc -l <"$file")
    [ "$lines" -le 700 ] || say "$file: $lines lines, 700 at most"
    wide=$(awk 'length($0) > 100 { print FNR; exit }' "$file")
    [ -z "$wide" ] || say "$file:$wide: line longer than 100 columns"
done

cat "$breaches"
if [ -s "$breaches" ]; then
    echo "[  FAILED  ] house_rules"
    exit 1
fi
echo "[       OK ] house_rules"
