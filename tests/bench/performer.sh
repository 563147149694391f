#!/bin/sh
# How often detector and network agree with what the performer plays, by mood.
if [ ! -e models/emotion/weights.safetensors ]; then
    echo "no trained model in models/emotion"
    exit 0
fi
MOODTOP_MODELS=models exec "$BENCH/performer"
