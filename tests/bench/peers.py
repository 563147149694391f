"""The same networks in PyTorch, beside moodtop, in turns of a few seconds, and the ratios.

Run by peers.sh: peers.py MOODTOP THREADS DIR... where each DIR holds a model.json. PyTorch gets
the best of its variants: NCHW and channels_last for training; for inference those two, traced and
frozen by optimize_for_inference, which folds batch normalisation. Both sides are measured ROUNDS
times in turns, and the medians are compared. With one thread the times are processor time, because
the machine may have other work to do; with more, time on the wall.
"""
import json
import os
import subprocess
import sys
import time
import warnings

import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


class Same(nn.Module):
    """Keras' padding "same": the odd zero goes behind."""

    def __init__(self, size, stride, value):
        super().__init__()
        self.size, self.stride, self.value = size, stride, value

    def forward(self, x):
        pads = []
        for axis in (3, 2):
            n = x.shape[axis]
            pad = max((-(-n // self.stride) - 1) * self.stride + self.size - n, 0)
            pads += [pad // 2, pad - pad // 2]
        return F.pad(x, pads, value=self.value) if any(pads) else x


class Standardize(nn.Module):
    def forward(self, x):
        return F.layer_norm(x, x.shape[1:], eps=1e-3)


class Rescale(nn.Module):
    def __init__(self, scale, offset):
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x):
        return x * self.scale + self.offset


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def padded(module, config, size, value=0.0):
    """Symmetric padding goes into the module, which is faster than a layer of its own."""
    stride = config.get("strides", [1, 1])[0]
    if config.get("padding", "valid") != "same" or (size == 1):
        return module
    if stride == 1 and size % 2 == 1:
        module.padding = (size // 2, size // 2)
        return module
    return nn.Sequential(Same(size, stride, value), module)


def make(kind, config, channels):
    """A Keras layer as a module, and its output channels."""
    size = config.get("kernel_size", [1])[0]
    stride = config.get("strides", [1, 1])[0]
    bias = config.get("use_bias", True)
    if kind == "Conv2D":
        out = config["filters"]
        return padded(nn.Conv2d(channels, out, size, stride, bias=bias), config, size), out
    if kind == "SeparableConv2D":
        out = config["filters"]
        depth = nn.Conv2d(channels, channels, size, stride, groups=channels, bias=False)
        return nn.Sequential(padded(depth, config, size), nn.Conv2d(channels, out, 1, bias=bias)), out
    if kind == "BatchNormalization":
        return nn.LazyBatchNorm2d(eps=1e-3, momentum=0.01) if channels else nn.LazyBatchNorm1d(), channels
    if kind == "MaxPooling2D":
        size = config["pool_size"][0]
        return padded(nn.MaxPool2d(size, stride), config | {"strides": [stride]}, size, -1e30), channels
    if kind == "AveragePooling2D":
        return nn.AvgPool2d(config["pool_size"][0], stride), channels
    if kind == "Dense":
        return nn.LazyLinear(config["units"]), 0
    simple = {
        "ReLU": nn.ReLU,
        "Flatten": nn.Flatten,
        "GlobalAveragePooling2D": Mean,
        "Softmax": nn.Identity,  # the loss wants logits, and its time is nothing
        "LayerNormalization": Standardize,
    }
    if kind in simple:
        return simple[kind](), 0 if kind in ("Flatten", "GlobalAveragePooling2D") else channels
    if kind == "Dropout":
        return nn.Dropout(config["rate"]), channels
    if kind == "Rescaling":
        return Rescale(config["scale"], config["offset"]), channels
    raise SystemExit(f"peers.py: layer {kind} is not translated")


class Net(nn.Module):
    """The graph of a model.json, Functional, Keras 2."""

    def __init__(self, path):
        super().__init__()
        with open(path) as f:
            layers = json.load(f)["config"]["layers"]
        self.steps, channels = [], {}
        self.parts = nn.ModuleList()
        for layer in layers:
            name, kind, config = layer["name"], layer["class_name"], layer["config"]
            inputs = [i[0] for node in layer["inbound_nodes"] for i in node]
            if kind == "InputLayer":
                self.input, channels[name] = name, config["batch_input_shape"][3]
                self.side = config["batch_input_shape"][1]
                continue
            if kind == "Add":
                self.steps.append((name, -1, inputs))
                channels[name] = channels[inputs[0]]
                continue
            module, channels[name] = make(kind, config, channels[inputs[0]])
            self.steps.append((name, len(self.parts), inputs))
            self.parts.append(module)

    def forward(self, x):
        at = {self.input: x}
        for name, part, inputs in self.steps:
            if part < 0:
                y = at[inputs[0]]
                for other in inputs[1:]:
                    y = y + at[other]
            else:
                y = self.parts[part](at[inputs[0]])
            at[name] = y
        return at[self.steps[-1][0]]


def measure(call, seconds):
    """Median processor and wall seconds of a call."""
    call()
    call()
    cpu, wall, end = [], [], time.monotonic() + seconds
    while len(cpu) < 3 or time.monotonic() < end:
        c, w = time.process_time(), time.monotonic()
        call()
        cpu.append(time.process_time() - c)
        wall.append(time.monotonic() - w)
    return sorted(cpu)[len(cpu) // 2], sorted(wall)[len(wall) // 2]


def fresh(path, last):
    net = Net(path)
    net(torch.rand(2, 1, net.side, net.side))
    return net.to(memory_format=torch.channels_last) if last else net


def images(n, side, last):
    x = torch.rand(n, 1, side, side)
    return x.contiguous(memory_format=torch.channels_last) if last else x


def inference(path, batch, seconds, clock):
    best = None
    for last in (False, True):
        net = fresh(path, last).eval()
        x = images(batch, net.side, last)
        with torch.inference_mode():
            calls = [torch.jit.trace(net, x)]
        with torch.no_grad():
            try:
                calls.append(torch.jit.optimize_for_inference(torch.jit.trace(net, x)))
            except RuntimeError:
                pass
        for call in calls:
            with torch.inference_mode():
                t = measure(lambda: call(x), seconds)
            best = t if best is None or t[clock] < best[clock] else best
    return best


def training(path, batch, seconds, clock):
    best = None
    for last in (False, True):
        net = fresh(path, last).train()
        x, label = images(batch, net.side, last), torch.arange(batch) % 7
        sgd = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9, nesterov=True, weight_decay=5e-4)

        def step():
            sgd.zero_grad(set_to_none=True)
            F.cross_entropy(net(x), label, label_smoothing=0.1).backward()
            sgd.step()

        t = measure(step, seconds)
        best = t if best is None or t[clock] < best[clock] else best
    return best


def ours(moodtop, threads, path):
    out = subprocess.run(
        [moodtop, "bench", "--json", "--threads", str(threads), "--seconds", str(SECONDS), path],
        check=True, capture_output=True, text=True)
    return json.loads(out.stdout)["models"][0]


def median(values):
    return sorted(values)[len(values) // 2]


def compare(moodtop, threads, path, rows):
    """Seconds of both sides for each row, the medians of the rounds."""
    clock = int(threads > 1)  # with several threads waiting costs processor time too
    times = {label: ([], []) for label, *_ in rows}
    for _ in range(ROUNDS):
        mine = ours(moodtop, threads, path)
        for label, key, batch, peer in rows:
            times[label][0].append(mine[key][("cpu_s", "wall_s")[clock]])
            seconds = peer(path + "/model.json", batch, SECONDS / 2, clock)[clock]
            times[label][1].append(seconds)
    return {label: (median(a), median(b)) for label, (a, b) in times.items()}


def main():
    moodtop, threads, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    torch.set_num_threads(threads)
    rows = [("batch 64, images/s", "inference", 64, inference),
            ("training, images/s", "training", 64, training)]
    if threads == 1:  # the latency of the live program, which gives one thread to a face
        rows.insert(0, ("batch 1, ms", "latency", 1, inference))
    print(f"{threads} thread(s), {'wall' if threads > 1 else 'processor'} time; "
          "ratio > 1: moodtop is faster")
    print(f"{'model':<16} {'':<18} {'moodtop':>12} {'PyTorch':>12} {'ratio':>7}")
    for path in paths:
        name = os.path.basename(path.rstrip("/"))
        times = compare(moodtop, threads, path, rows)
        for label, key, batch, _ in rows:
            a, b = times[label]
            show = (lambda s: s * 1e3) if batch == 1 else (lambda s: batch / s)
            print(f"{name:<16} {label:<18} {show(a):12.2f} {show(b):12.2f} {b / a:7.2f}", flush=True)


main()
