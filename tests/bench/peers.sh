#!/bin/sh
# Training, throughput and latency beside PyTorch's, the same networks in turns. Debian's python3-torch is wanted;
# BENCH_THREADS=2 chooses the threads of both, BENCH_SECONDS how long each measurement takes.
set -u
python=/usr/bin/python3
$python -c 'import torch' 2>/dev/null || { echo "SKIP: PyTorch is wanted as a rival: apt-get install python3-torch"; exit 0; }
OMP_NUM_THREADS=${BENCH_THREADS:-1}
export OMP_NUM_THREADS
exec $python tests/bench/peers.py ./moodtop "$OMP_NUM_THREADS" \
    models/emotion models/classic tests/bench/resnet models/mini-xception
