"""CPU time a frame of following faces through a video, beside OpenCV's search of the whole frame.

Both in CPU time of one thread; OpenCV sees every fifth frame.
"""
import sys
import time

import cv2

FACTOR, NEIGHBORS, SIDE = 1.1, 5, 48
CASCADE = "haarcascade_frontalface_alt2.xml"


def opencv(video):
    classifier = cv2.CascadeClassifier("/usr/share/opencv4/haarcascades/" + CASCADE)
    capture, spent, frames, number = cv2.VideoCapture(video), 0.0, 0, 0
    while True:
        ok, frame = capture.read()
        if not ok:
            return spent / max(frames, 1)
        if number % 5 == 0:
            grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
            begin = time.thread_time()
            classifier.detectMultiScale(grey, scaleFactor=FACTOR, minNeighbors=NEIGHBORS,
                                        minSize=(SIDE, SIDE))
            spent += time.thread_time() - begin
            frames += 1
        number += 1


def main(program, videos):
    import subprocess
    cv2.setNumThreads(1)
    for video in videos:
        words = subprocess.run([program, CASCADE, str(FACTOR), str(NEIGHBORS), str(SIDE), video],
                               stdout=subprocess.PIPE, check=True).stdout.split()
        ours, theirs = int(words[1]) / 1e6, opencv(video) * 1e3
        print("%-32s %5d frames: ours %6.3f ms/frame, OpenCV's whole search %6.2f: ratio %.4f "
              "(1/%.0f)" % (video.split("/")[-1], int(words[0]), ours, theirs, ours / theirs,
                            theirs / ours))


main(sys.argv[1], sys.argv[2:])
