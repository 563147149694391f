"""Reads FER2013 as people do in Python, and says how much faster moodtop opens it for the first time."""
import glob
import subprocess
import sys
import time

bench, csv, folder = sys.argv[1:]


def ours(what):
    return min(float(subprocess.run([bench, "first", what], check=True, capture_output=True).stdout) for _ in range(3))


def compare(name, module, what, read):
    try:
        module = __import__(module)
    except ImportError:
        print(f"SKIP: {name}: no {module} here")
        return
    start = time.perf_counter()
    n = read(module)
    theirs = time.perf_counter() - start
    mine = ours(what)
    print(f"{name}: {theirs:.2f} s for {n} images, moodtop's first opening {mine:.3f} s: {theirs / mine:.1f} times as fast")


def numpy_csv(np):
    with open(csv, encoding="ascii") as f:
        next(f)
        return len(np.stack([np.array(line.split(",")[1].split(), dtype=np.uint8) for line in f]))


def pandas_csv(pd):
    import numpy as np
    frame = pd.read_csv(csv)
    return len(np.stack([np.array(p.split(), dtype=np.uint8) for p in frame["pixels"]]))


def imread(cv2):
    names = sorted(glob.glob(folder + "/*/*/*.jpg"))
    for name in names:
        cv2.imread(name, cv2.IMREAD_GRAYSCALE)
    return len(names)


compare("NumPy, CSV", "numpy", csv, numpy_csv)
compare("pandas, CSV", "pandas", csv, pandas_csv)
compare("OpenCV imread, JPEG", "cv2", folder, imread)
