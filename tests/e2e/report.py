# Recomputes what `moodtop report --json` says from the record alone, in its own way.
# Usage: report.py RECORD REPORT.json; says what differs and ends with 1.
import csv
import json
import math
import sys

GAP = 2.0


def frames_of(path):
    """The classes, and (pts, {id: (found, sure, mood, p)}) of each picture."""
    lines = open(path, encoding="utf-8").read().split("\n")[:-1]
    head = json.loads(lines[0].lstrip("# "))
    classes, frames, last = head["classes"], [], None
    if path.endswith(".csv"):
        rows = csv.DictReader(line for line in lines[1:] if not line.startswith("# "))
        items = [(int(r["frame"]), float(r["pts"]), int(r["id"]), r["found"] == "1", r["sure"] == "1",
                  r["mood"], [float(r["p_" + c]) for c in classes] if r["id"] != "0" else []) for r in rows]
    else:
        rows = [json.loads(line) for line in lines[1:]]
        items = [(r["frame"], r["pts"], r["id"], r.get("found"), r.get("sure"), r.get("mood"), r.get("p"))
                 for r in rows if "frame" in r]
    for frame, pts, face, found, sure, mood, p in items:
        if frame != last:
            frames.append((pts, {}))
            last = frame
        if face:
            frames[-1][1][face] = (found, sure, mood, p)
    return classes, frames


def compute(classes, frames):
    faces, total, nobody, weights = {}, 0.0, 0.0, []
    clock, last = 0.0, {}
    for i, (pts, here) in enumerate(frames):
        if i > 0:
            step = pts - frames[i - 1][0]
            clock += step if 0 < step <= GAP else 0
        after = frames[i + 1][0] - pts if i + 1 < len(frames) else 0
        after = after if 0 < after <= GAP else 0
        total += after
        nobody += after if not here else 0
        for face, (found, sure, mood, p) in here.items():
            f = faces.setdefault(face, {"present_s": 0, "attention_s": 0, "unsure_s": 0, "pictures": 0, "first_s": clock,
                                        "mood_s": dict.fromkeys(classes, 0), "sums": [0] * len(classes),
                                        "changes": {}})
            f["present_s"] += after
            f["attention_s"] += after if found else 0
            f["unsure_s"] += 0 if sure else after
            f["pictures"] += 1
            f["last_s"] = clock
            f["mood_s"][mood] += after
            if last.get(face, mood) != mood:
                key = last[face] + ">" + mood
                f["changes"][key] = f["changes"].get(key, 0) + 1
            last[face] = mood
            for c, x in enumerate(p):
                f["sums"][c] += x * after
            weights.append((after, p))
    out = {"time_s": total, "nobody_s": nobody, "pictures": len(frames),
           "most_faces": max([len(here) for _, here in frames] or [0]),
           "together": {"mood_s": dict.fromkeys(classes, 0), "mean": {}, "spread": {}}, "faces": []}
    all_s = sum(w for w, _ in weights)
    for c, name in enumerate(classes):
        mean = sum(w * p[c] for w, p in weights) / all_s if all_s else 0
        square = sum(w * (p[c] - mean) ** 2 for w, p in weights) / all_s if all_s else 0
        out["together"]["mean"][name] = mean
        out["together"]["spread"][name] = math.sqrt(square)
        out["together"]["mood_s"][name] = sum(f["mood_s"][name] for f in faces.values())
    out["together"]["unsure_s"] = sum(f["unsure_s"] for f in faces.values())
    for face in sorted(faces):
        f = faces[face]
        sums = f.pop("sums")
        f["id"] = face
        f["mean"] = {n: (sums[c] / f["present_s"] if f["present_s"] else 0) for c, n in enumerate(classes)}
        out["faces"].append(f)
    return out


def differences(want, got, where=""):
    if isinstance(want, dict):
        return [d for k in want for d in differences(want[k], got.get(k) if isinstance(got, dict) else None,
                                                     where + "." + str(k))]
    if isinstance(want, list):
        if not isinstance(got, list) or len(want) != len(got):
            return ["%s: %s entries" % (where, len(want))]
        return [d for i, w in enumerate(want) for d in differences(w, got[i], "%s[%d]" % (where, i))]
    if isinstance(want, float) or isinstance(got, float):
        same = got is not None and abs(want - got) < 2e-3
    else:
        same = want == got
    return [] if same else ["%s: %r by this script, %r by the report" % (where, want, got)]


wrong = differences(compute(*frames_of(sys.argv[1])), json.load(open(sys.argv[2], encoding="utf-8")))
print("\n".join(wrong[:20]))
sys.exit(1 if wrong else 0)
