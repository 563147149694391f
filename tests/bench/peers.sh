#!/bin/sh
# Training, throughput and latency beside PyTorch's, the same networks in turns: on one thread, then on two. Debian's
# python3-torch is wanted; BENCH_THREADS, BENCH_MODELS choose, BENCH_SECONDS says how long each measurement takes.
set -u
python=/usr/bin/python3
$python -c 'import torch' 2>/dev/null || { echo "SKIP: PyTorch is wanted as a rival: apt-get install python3-torch"; exit 0; }
status=0
for threads in ${BENCH_THREADS:-1 2}; do
    # shellcheck disable=SC2086
    OMP_NUM_THREADS=$threads $python tests/bench/peers.py ./moodtop "$threads" \
        ${BENCH_MODELS:-models/emotion models/classic tests/bench/resnet models/mini-xception} || status=1
done
exit $status
