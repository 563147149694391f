#!/bin/sh
# Usage: run.sh FOLDER SECONDS TARGET...   runs FOLDER/fuzz_TARGET for so long each, from sound and damaged files;
# ends with 1 if one of them finds anything.
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$1 seconds=$2
shift 2

# seeds TARGET FOLDER: copies the files to start from
seeds() {
    case $1 in
    model) cp models/*/model.json tests/data/tiny/model.json "$2/" 2>/dev/null
           for file in tests/data/nn/*.json tests/data/bad/model*; do [ -f "$file" ] && cp "$file" "$2/"; done ;;
    safetensors) cp tests/data/bad/weights* "$2/"
           for file in tests/data/nn/*.safetensors; do [ -f "$file" ] && cp "$file" "$2/"; done ;;
    csv) cp tests/data/bad/csv_* "$2/"
         { echo emotion,pixels,Usage; row Training; row PublicTest; row PrivateTest; } >"$2/sound.csv"
         { echo class,pixels,Usage; row Training; row PublicTest; } | sed 's/^3,/bored,/' >"$2/named.csv"
         { cat "$2/sound.csv"; printf '\0'
           echo Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF
           echo Training,a.png,4,0,0,1,3,2,0,0,0,0; echo PublicTest,,0,9,1,0,0,0,0,0,0,0
           echo PrivateTest,c,0,0,0,0,0,0,0,9,1,0; } >"$2/votes.csv" ;;
    record) head -n 40 tests/data/meeting.jsonl >"$2/sound.jsonl"
         tail -n 20 tests/data/meeting.jsonl >"$2/cut.jsonl"
         { printf '# '; head -n 1 tests/data/meeting.jsonl
           echo time,pts,frame,width,height,id,x,y,w,h,found,mood,sure,raw_a,raw_b,raw_c,p_a,p_b,p_c
           echo 1,1,1,640,480,1,0,0,9,9,1,happy,1,0,1,0,0,1,0
           echo '2,1.5,2,640,480,2,0,0,9,9,0,"angry",0,1,0,0,1,0,0'
           echo 3,2,3,640,480,0,,,,,,,,,,,,,; } >"$2/sound.csv" ;;
    corrections) { echo '{"moodtop":"corrections","set":"set.csv","hash":"90ab"}'
         echo '{"row":2,"origin":"set.csv:4","image":"0123456789abcdef","label":"happy"}'
         echo '{"row":3,"origin":"set.csv:5","exclude":true,"reason":"leak"}'
         echo '{"row":4,"label":"sad"}'; echo '{"row":4,"undo":true}'; echo '{"row":5,"exclude":false}'
         printf '{"row":6,"la'; } >"$2/sound" ;;
    pack) cp tests/data/bad/pack_* "$2/" 2>/dev/null
         [ ! -x ./moodtop ] || {
             { echo emotion,pixels,Usage; row Training; row PublicTest; echo 3,1,Training; } >"$2/.csv"
             rm -f "$2/sound.pack"
             XDG_CACHE_HOME=$2 ./moodtop import "$2/.csv" "$2/sound.pack" >/dev/null 2>&1
             rm -rf "$2/.csv" "$2/moodtop"; } ;;
    checkpoint) for file in tests/data/bad/checkpoint*; do [ -f "$file" ] && cp "$file" "$2/"; done
         # 5 blocks of a network of 6 parameters, with Adam and an average; the sum is made right
         { printf 'MOODCKP2'; head -c 184 /dev/zero
           printf '\6\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0'
           head -c 104 /dev/zero; } >"$2/before.ckpt"
         { printf 'MOODCKP3'; tail -c +9 "$2/before.ckpt"; head -c 392 /dev/zero; } >"$2/sound.ckpt" ;;
    metrics) { echo '{"event":"start","epoch":0,"step":0,"time":1}'
           echo '{"event":"step","epoch":1,"step":10,"batch":10,"batches":20,"loss":1.5,"lr":1e-2,"time":1}'
           echo '{"event":"epoch","epoch":1,"step":20,"val_accuracy":0.25,"recall":[0,1],"confusion":[[1,2],[3]],"time":2}'
           echo '{"event":"error","text":"a \"b\"","time":3}'; echo '{"event":"stop","time":3}'
           echo '{"event":"done","time":3}'; } >"$2/sound.jsonl"
         { cat "$2/sound.jsonl"; printf '\0{"options":{"epochs":3,"optimizer":1},"started":1}'; } >"$2/both" ;;
    esac
    true
}

row() {
    printf '3,1'
    yes ' 2' | head -n 2303 | tr -d '\n'
    printf ',%s\n' "$1"
}

failed=0
for target in "$@"; do
    corpus=$folder/corpus/$target found=$folder/found
    mkdir -p "$corpus" "$found"
    seeds "$target" "$corpus"
    if "$folder/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$found/$target-" "$corpus" >"$found/$target.log" 2>&1; then
        echo "$target: nothing found in $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$target.log") runs"
    else
        failed=1
        echo "$target: FOUND something, see $found/$target.log"
        grep -E 'ERROR:|runtime error|Test unit written|SUMMARY' "$found/$target.log" | head -n 8
    fi
done
exit $failed
