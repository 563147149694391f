#!/bin/sh
# The whole live program on a real video in a terminal of two sizes, beside mpv that only shows it:
# CPU seconds per second of video, bytes per frame, memory; and how late the screen is.
set -u
clip=../shared/data/media/bench_clip_640x480.mp4
frames=300 seconds=10
[ -f $clip ] || { echo "SKIP: no $clip here"; exit 0; }
command -v mpv >/dev/null || { echo "SKIP: mpv is wanted as a rival: apt-get install mpv"; exit 0; }

for size in "24 80" "48 160"; do
    # shellcheck disable=SC2086
    theirs=$("$BENCH/live" cost $size 20 mpv --no-config --really-quiet --ao=null --vo=caca $clip)
    record=$(mktemp -u --suffix=.jsonl)
    # shellcheck disable=SC2086
    ours=$("$BENCH/live" cost $size 12.5 ./moodtop live --record "$record" $clip)
    analysed=$(grep -o '"frame":[0-9]*' "$record" | sort -u | wc -l)
    rm -f "$record"
    echo "$size $theirs $ours $analysed" | awk -v n=$frames -v s=$seconds '{
        printf "%dx%d  mpv --vo=caca: CPU %.3f s/s, %.1f kB/frame, %d MiB\n", $2, $1, $3 / s, $4 / n / 1000, $5 / 1024
        printf "%dx%d  moodtop:       CPU %.3f s/s, %.1f kB/frame, %d MiB: ratio of CPU %.2f, of bytes %.2f; %d of %d frames analysed\n",
               $2, $1, $7 / s, $8 / n / 1000, $9 / 1024, $7 / $3, $8 / $4, $11, n }'
    # shellcheck disable=SC2086
    "$BENCH/live" delay $size 40 ./moodtop live - | sort -n | awk -v size="$size" '{ d[NR] = $1 } END {
        split(size, s, " ")
        printf "%dx%d  a frame is on the screen after %.0f ms (median), %.0f ms (95th percentile), %d changes\n",
               s[2], s[1], d[int((NR + 1) / 2)], d[int(NR * 0.95 + 0.5)], NR }'
done
