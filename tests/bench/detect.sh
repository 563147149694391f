#!/bin/sh
# Time and boxes of the detector beside OpenCV's, on the real frames of ../shared/data/detect.
set -u
data=../shared/data/detect
python=/usr/bin/python3
[ -d $data ] || { echo "SKIP: no $data here"; exit 0; }
$python -c 'import cv2' 2>/dev/null || { echo "SKIP: OpenCV is wanted as a rival: apt-get install python3-opencv"; exit 0; }
exec $python tests/bench/detect.py "$BENCH/detect" $data
