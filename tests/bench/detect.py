"""Feeds the same frames to our detector and to OpenCV's in turns, and compares times and boxes.

Each frame goes through both ROUNDS times, one after the other; a frame's time is the least of its
rounds, which is what the machine's other work disturbs least. OpenCV runs on one thread, as ours.
"""
import csv
import glob
import os
import subprocess
import sys
import time

import cv2

ROUNDS = 7
FACTOR, NEIGHBORS, SIDE = 1.1, 5, 48


class Ours:
    """The program `detect`: a frame in, a line with nanoseconds and boxes out."""

    def __init__(self, program, cascade):
        self.process = subprocess.Popen(
            [program, cascade, str(FACTOR), str(NEIGHBORS), str(SIDE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, grey):
        height, width = grey.shape
        self.process.stdin.write(b"%d %d\n" % (width, height) + grey.tobytes())
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        if not words:
            sys.exit("the detector ended: status %s" % self.process.wait())
        return int(words[0]) / 1e6, [tuple(map(int, w.split(b","))) for w in words[1:]]


class OpenCV:
    def __init__(self, cascade):
        self.classifier = cv2.CascadeClassifier("/usr/share/opencv4/haarcascades/" + cascade)

    def run(self, grey):
        begin = time.perf_counter()
        boxes = self.classifier.detectMultiScale(
            grey, scaleFactor=FACTOR, minNeighbors=NEIGHBORS, minSize=(SIDE, SIDE))
        return (time.perf_counter() - begin) * 1e3, [tuple(map(int, b)) for b in boxes]


def overlap(a, b):
    """Intersection over union."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


def matched(wanted, found):
    """How many of the wanted boxes have one of the found ones for themselves, at IoU 0.5."""
    left, n = list(found), 0
    for box in wanted:
        best = max(left, key=lambda f: overlap(box, f), default=None)
        if best is not None and overlap(box, best) >= 0.5:
            left.remove(best)
            n += 1
    return n


def compare(program, cascade, frames, known):
    ours, theirs = Ours(program, cascade), OpenCV(cascade)
    total = [0.0, 0.0]
    wanted = found = hits = same = 0
    for name, grey in frames:
        least = [float("inf")] * 2
        for _ in range(ROUNDS):
            ms, boxes = ours.run(grey)
            cv_ms, cv_boxes = theirs.run(grey)
            least = [min(least[0], ms), min(least[1], cv_ms)]
        total = [total[0] + least[0], total[1] + least[1]]
        want = known[name] if known else cv_boxes
        wanted, found = wanted + len(want), found + len(boxes)
        hits, same = hits + matched(want, boxes), same + len(set(want) & set(boxes))
    print("%-36s ours %6.2f ms/frame, OpenCV %6.2f: ratio %.3f (%.1f times as fast)" % (
        cascade, total[0] / len(frames), total[1] / len(frames),
        total[0] / total[1], total[1] / total[0]))
    print("%-36s boxes %d, matched %d (%.1f %%), identical %d, extra %d" % (
        "", wanted, hits, 100.0 * hits / max(wanted, 1), same, found - hits))


def main(program, data):
    cv2.setNumThreads(1)
    frames = [(os.path.basename(f), cv2.imread(f, cv2.IMREAD_GRAYSCALE))
              for f in sorted(glob.glob(data + "/*.png"))]
    known = {name: [] for name, _ in frames}
    with open(data + "/opencv_boxes.csv") as f:
        for row in csv.DictReader(f):
            known[row["frame"]].append(tuple(int(row[k]) for k in "xywh"))
    print("%d frames, scale factor %g, %d neighbours, from %d pixels, one thread, OpenCV %s" % (
        len(frames), FACTOR, NEIGHBORS, SIDE, cv2.__version__))
    compare(program, "haarcascade_frontalface_default.xml", frames, known)
    compare(program, "haarcascade_frontalface_alt2.xml", frames, None)


main(sys.argv[1], sys.argv[2])
