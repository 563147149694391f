#!/bin/sh
# Time a frame of following faces through real videos beside OpenCV's search of every frame.
set -u
data=../shared/data/media
python=/usr/bin/python3
[ -d $data ] || { echo "SKIP: no $data here"; exit 0; }
$python -c 'import cv2' 2>/dev/null || { echo "SKIP: OpenCV is wanted as a rival: apt-get install python3-opencv"; exit 0; }
exec $python tests/bench/track.py "$BENCH/track" $data/webcam_man_400x300.mp4 \
    $data/bench_clip_640x480.mp4 $data/group_640x480.mp4
