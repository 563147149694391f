#!/usr/bin/env python3
"""Reference networks and activations, computed with NumPy by definition: loops over windows, float64.

    python3 tests/data/nn/reference.py        (needs NumPy; writes beside itself, same bytes every time)

It shares no code with the program. For each network NAME it writes
    NAME.keras2.json, NAME.keras3.json   the architecture as to_json() of Keras 2 and of Keras 3 writes it
    NAME.safetensors                     its weights, "LAYER/PARAM"
    NAME.reference.safetensors           "input", and the output of every layer under the layer's name
tests/unit/test_reference.c compares.
"""
import json
import os
import struct

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 2


# ---- layers by definition ---------------------------------------------------------------------------------

def padding(size, window, stride, same):
    """Output length and zeros before; TensorFlow puts the odd zero behind."""
    if not same:
        return (size - window) // stride + 1, 0
    out = -(-size // stride)
    return out, max((out - 1) * stride + window - size, 0) // 2


def windows(x, c):
    """Yields (oy, ox, the part of x inside the window, its place in the window)."""
    kh, kw = c.get("kernel_size") or c["pool_size"]
    sh, sw = c["strides"]
    same = c["padding"] == "same"
    oh, top = padding(x.shape[1], kh, sh, same)
    ow, left = padding(x.shape[2], kw, sw, same)
    for oy in range(oh):
        for ox in range(ow):
            y0, x0 = oy * sh - top, ox * sw - left
            ya, yb = max(y0, 0), min(y0 + kh, x.shape[1])
            xa, xb = max(x0, 0), min(x0 + kw, x.shape[2])
            yield oy, ox, x[:, ya:yb, xa:xb, :], (slice(ya - y0, yb - y0), slice(xa - x0, xb - x0))


def activate(name, x):
    if name == "relu":
        return np.maximum(x, 0)
    if name == "sigmoid":
        return 1 / (1 + np.exp(-x))
    if name == "tanh":
        return np.tanh(x)
    if name == "leaky_relu":
        return np.where(x > 0, x, 0.2 * x)
    if name in ("elu", "selu"):
        scale, alpha = (1, 1) if name == "elu" else (1.05070098, 1.67326324)
        return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    if name == "swish":
        return x / (1 + np.exp(-x))
    if name == "hard_sigmoid":
        return np.clip(x / 6 + 0.5, 0, 1)  # Keras 3; Keras 2 divides by 5
    if name == "softmax":
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
    assert name == "linear"
    return x


def conv2d(x, c, w):
    out = {}
    for oy, ox, part, (ky, kx) in windows(x, c):
        groups = zip(np.split(part, c["groups"], -1), np.split(w["kernel"][ky, kx], c["groups"], -1))
        out[oy, ox] = np.concatenate([np.einsum("nyxc,yxcf->nf", p, k) for p, k in groups], -1)
    y = np.stack([np.stack([out[i, j] for j in range(max(k[1] for k in out) + 1)], 1)
                  for i in range(max(k[0] for k in out) + 1)], 1)
    return activate(c["activation"], y + w.get("bias", 0))


def depthwise(x, c, w):
    """Each channel by its own kernels; SeparableConv2D mixes the channels behind that."""
    rows = {}
    for oy, ox, part, (ky, kx) in windows(x, c):
        y = np.einsum("nyxc,yxcm->ncm", part, w["depthwise_kernel"][ky, kx])
        rows.setdefault(oy, []).append(y.reshape(len(x), -1))
    y = np.stack([np.stack(rows[k], 1) for k in sorted(rows)], 1)
    if "pointwise_kernel" in w:
        y = y @ w["pointwise_kernel"][0, 0]
    return activate(c["activation"], y + w.get("bias", 0))


def pool(reduce):
    def run(x, c, w):
        rows = {}
        for oy, ox, part, _ in windows(x, c):
            rows.setdefault(oy, []).append(reduce(part, axis=(1, 2)))
        return np.stack([np.stack(rows[k], 1) for k in sorted(rows)], 1)
    return run


def batchnorm(x, c, w):
    unit = (x - w["moving_mean"]) / np.sqrt(w["moving_variance"] + c["epsilon"])
    return unit * w.get("gamma", 1) + w.get("beta", 0)


def layernorm(x, c, w):
    axis = tuple(c["axis"])
    mean, variance = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    return (x - mean) / np.sqrt(variance + c["epsilon"]) * w.get("gamma", 1) + w.get("beta", 0)


def relu(x, c, w):
    top = np.inf if c["max_value"] is None else c["max_value"]
    return np.where(x >= 0, np.minimum(x, top), c["negative_slope"] * x)


def zeropad(x, c, w):
    return np.pad(x, [(0, 0), *c["padding"], (0, 0)])


RUN = {
    "Conv2D": conv2d,
    "Dense": lambda x, c, w: activate(c["activation"], x @ w["kernel"] + w.get("bias", 0)),
    "BatchNormalization": batchnorm,
    "LayerNormalization": layernorm,
    "Activation": lambda x, c, w: activate(c["activation"], x),
    "ReLU": relu,
    "Softmax": lambda x, c, w: activate("softmax", x),
    "MaxPooling2D": pool(np.max),
    "AveragePooling2D": pool(np.mean),
    "GlobalAveragePooling2D": lambda x, c, w: x.mean(axis=(1, 2)),
    "Flatten": lambda x, c, w: x.reshape(len(x), -1),
    "Dropout": lambda x, c, w: x,
    "Rescaling": lambda x, c, w: x * c["scale"] + c["offset"],
    "ZeroPadding2D": zeropad,
    "Add": lambda x, c, w: sum(x),
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": depthwise,
    "LeakyReLU": lambda x, c, w: np.where(x > 0, x, c["negative_slope"] * x),
    "ELU": lambda x, c, w: np.where(x > 0, x, c["alpha"] * np.expm1(np.minimum(x, 0))),
    "GlobalMaxPooling2D": lambda x, c, w: x.max(axis=(1, 2)),
    "Reshape": lambda x, c, w: x.reshape(len(x), *c["target_shape"]),
    "SpatialDropout2D": lambda x, c, w: x,
    "Multiply": lambda x, c, w: np.prod(x, axis=0),
    "Concatenate": lambda x, c, w: np.concatenate(x, axis=-1),
}


# ---- what Keras writes around them ------------------------------------------------------------------------

def initializer(kind):
    return {"@initializer": kind}


def options(kind, own):
    """The config that Keras writes for a layer, with its defaults."""
    glorot, zeros, ones = initializer("GlorotUniform"), initializer("Zeros"), initializer("Ones")
    conv = {"filters": None, "kernel_size": None, "strides": [1, 1], "padding": "valid",
            "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "linear",
            "use_bias": True, "kernel_initializer": glorot, "bias_initializer": zeros,
            "kernel_regularizer": None, "bias_regularizer": None, "activity_regularizer": None,
            "kernel_constraint": None, "bias_constraint": None}
    norm = {"epsilon": 0.001, "center": True, "scale": True, "beta_initializer": zeros,
            "gamma_initializer": ones, "beta_regularizer": None, "gamma_regularizer": None,
            "beta_constraint": None, "gamma_constraint": None}
    window = {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}
    deep = {k: v for k, v in conv.items() if not k.startswith(("kernel_i", "kernel_r", "kernel_c", "filters"))} | {
        "depth_multiplier": 1, "depthwise_initializer": glorot, "depthwise_regularizer": None,
        "depthwise_constraint": None}
    all_options = {
        "DepthwiseConv2D": deep,
        "SeparableConv2D": deep | {"filters": None, "pointwise_initializer": glorot,
                                   "pointwise_regularizer": None, "pointwise_constraint": None},
        "LeakyReLU": {"negative_slope": 0.3},
        "ELU": {"alpha": 1.0},
        "GlobalMaxPooling2D": {"data_format": "channels_last", "keepdims": False},
        "Reshape": {"target_shape": None},
        "SpatialDropout2D": {"rate": 0.5, "noise_shape": None, "seed": None},
        "Multiply": {}, "Concatenate": {"axis": -1},
        "Conv2D": conv,
        "Dense": {k: conv[k] for k in conv if k.startswith(("act", "use", "kernel_", "bias_"))
                  and k != "kernel_size"} | {"units": None},
        "BatchNormalization": norm | {"axis": -1, "momentum": 0.99, "moving_mean_initializer": zeros,
                                      "moving_variance_initializer": ones},
        "LayerNormalization": norm | {"axis": [-1]},
        "Activation": {"activation": None},
        "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
        "Softmax": {"axis": -1},
        "MaxPooling2D": window, "AveragePooling2D": window,
        "GlobalAveragePooling2D": {"data_format": "channels_last", "keepdims": False},
        "Flatten": {"data_format": "channels_last"},
        "Dropout": {"rate": 0.5, "noise_shape": None, "seed": None},
        "Rescaling": {"scale": 1.0, "offset": 0.0},
        "ZeroPadding2D": {"padding": [[1, 1], [1, 1]], "data_format": "channels_last"},
        "Add": {},
    }
    return all_options[kind] | own


def dress(value, version):
    """Initializers as that version of Keras writes them."""
    if isinstance(value, dict) and "@initializer" in value:
        kind = value["@initializer"]
        config = {"seed": None} if kind == "GlorotUniform" else {}
        if version == 2:
            return {"class_name": kind, "config": config}
        return {"module": "keras.initializers", "class_name": kind, "config": config, "registered_name": None}
    return value


def item(net, layer, version):
    name, kind, own, sources = layer
    config = {"name": name, "trainable": True, "dtype": "float32" if version == 2 else {
        "module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}}
    config |= {k: dress(v, version) for k, v in options(kind, own).items()}
    if version == 2 and kind == "LeakyReLU":
        config["alpha"] = config.pop("negative_slope")
    if version == 2 and kind == "BatchNormalization" and config["axis"] == -1:
        config["axis"] = [len(net["shape"][name]) - 1]
    out = {"class_name": kind, "config": config}
    if version == 3:
        out = {"module": "keras.layers"} | out | {"registered_name": None, "build_config": {
            "input_shape": [None, *net["shape"][sources[0]][1:]]}}
    if net["functional"]:
        out["name"] = name
        out["inbound_nodes"] = inbound(net, sources, version)
    return out


def inbound(net, sources, version):
    if version == 2:
        return [[[s, 0, 0, {}] for s in sources]]
    tensors = [{"class_name": "__keras_tensor__", "config": {
        "shape": [None, *net["shape"][s][1:]], "dtype": "float32", "keras_history": [s, 0, 0]}}
        for s in sources]
    return [{"args": [tensors] if len(tensors) > 1 else tensors, "kwargs": {}}]


def to_json(net, version):
    shape = [None, *net["shape"]["input_1"][1:]]
    first = {"dtype": "float32", "sparse": False, "ragged": False, "name": "input_1"}
    first = {"batch_input_shape": shape} | first if version == 2 else {"batch_shape": shape} | first
    layers = [{"class_name": "InputLayer", "config": first}]
    if version == 3:
        layers[0] = {"module": "keras.layers"} | layers[0] | {"registered_name": None}
    if net["functional"]:
        layers[0] |= {"name": "input_1", "inbound_nodes": []}
    layers += [item(net, layer, version) for layer in net["layers"]]
    config = {"name": net["name"], "trainable": True, "layers": layers}
    if net["functional"]:
        last = net["layers"][-1][0]
        ends = [["input_1", 0, 0]], [[last, 0, 0]]
        config["input_layers"], config["output_layers"] = ends if version == 2 else (ends[0][0], ends[1][0])
    else:
        config["build_input_shape"] = shape
    root = {"class_name": "Functional" if net["functional"] else "Sequential", "config": config}
    if version == 2:
        return root | {"keras_version": "2.12.0", "backend": "tensorflow"}
    return {"module": "keras"} | root | {"registered_name": root["class_name"], "build_config": {
        "input_shape": None}, "compile_config": {}}


# ---- weights, forward, files ------------------------------------------------------------------------------

def weights_of(kind, c, shape, rng):
    """Random weights of a layer whose input has that shape."""
    def draw(*dims):
        return rng.uniform(-0.7, 0.7, dims).astype(np.float32)
    if kind in ("DepthwiseConv2D", "SeparableConv2D"):
        n = shape[-1] * c["depth_multiplier"]
        w = {"depthwise_kernel": draw(*c["kernel_size"], shape[-1], c["depth_multiplier"])}
        if "filters" in c:
            w |= {"pointwise_kernel": draw(1, 1, n, c["filters"])}
            n = c["filters"]
        return w | ({"bias": draw(n)} if c["use_bias"] else {})
    if kind in ("Conv2D", "Dense"):
        n = c.get("filters") or c["units"]
        w = {"kernel": draw(*c.get("kernel_size", []), shape[-1] // c.get("groups", 1), n)}
        return w | ({"bias": draw(n)} if c["use_bias"] else {})
    if kind in ("BatchNormalization", "LayerNormalization"):
        own = shape[1:] if c["axis"] == [1, 2, 3] else shape[-1:]
        w = {"gamma": draw(*own)} if c["scale"] else {}
        w |= {"beta": draw(*own)} if c["center"] else {}
        if kind == "BatchNormalization":
            w |= {"moving_mean": draw(*own), "moving_variance": abs(draw(*own)) + np.float32(0.1)}
        return w
    return {}


def run(net, rng):
    x = rng.normal(0, 1, (BATCH, *net["input"])).astype(np.float32)
    value, weights = {"input_1": x.astype(np.float64)}, {}
    previous = "input_1"
    for layer in net["layers"]:
        name, kind, own, sources = layer
        layer[3] = sources = sources or [previous]
        c = options(kind, own)
        w = weights_of(kind, c, value[sources[0]].shape, rng)
        weights |= {f"{name}/{p}": w[p] for p in w}
        inputs = [value[s] for s in sources]
        value[name] = RUN[kind](inputs if kind in ("Add", "Multiply", "Concatenate") else inputs[0], c, w)
        previous = name
    net["shape"] = {k: value[k].shape for k in value}
    value["input"] = value.pop("input_1")
    return value, weights


def write_safetensors(path, arrays):
    header, blocks, at = {}, [], 0
    for name, a in arrays.items():
        data = np.ascontiguousarray(a, dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(a.shape), "data_offsets": [at, at + len(data)]}
        blocks.append(data)
        at += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


SEQUENTIAL = {"name": "reference_sequential", "functional": False, "input": (9, 8, 1), "layers": [
    ["rescaling", "Rescaling", {"scale": 0.5, "offset": 0.25}, None],
    ["conv2d", "Conv2D", {"filters": 3, "kernel_size": [3, 3], "padding": "same", "activation": "relu"}, None],
    ["zero_padding2d", "ZeroPadding2D", {"padding": [[1, 0], [0, 2]]}, None],
    ["conv2d_1", "Conv2D", {"filters": 2, "kernel_size": [2, 3], "strides": [1, 2], "use_bias": False}, None],
    ["batch_normalization", "BatchNormalization", {}, None],
    ["re_lu", "ReLU", {"max_value": 1.0, "negative_slope": 0.125}, None],
    ["average_pooling2d", "AveragePooling2D", {"pool_size": [3, 3], "strides": [2, 1], "padding": "same"}, None],
    ["max_pooling2d", "MaxPooling2D", {}, None],
    ["dropout", "Dropout", {"rate": 0.25}, None],
    ["flatten", "Flatten", {}, None],
    ["dense", "Dense", {"units": 5, "activation": "tanh"}, None],
    ["batch_normalization_1", "BatchNormalization", {"scale": False, "epsilon": 0.01}, None],
    ["dense_1", "Dense", {"units": 7}, None],
    ["softmax", "Softmax", {}, None],
]}

FUNCTIONAL = {"name": "reference_functional", "functional": True, "input": (8, 8, 2), "layers": [
    ["layer_normalization", "LayerNormalization", {"axis": [1, 2, 3], "center": False, "scale": False}, None],
    ["conv2d", "Conv2D", {"filters": 3, "kernel_size": [5, 5], "padding": "same", "use_bias": False}, None],
    ["batch_normalization", "BatchNormalization", {}, None],
    ["activation", "Activation", {"activation": "relu"}, None],
    ["max_pooling2d", "MaxPooling2D", {"pool_size": [3, 3], "padding": "same"}, None],
    ["conv2d_1", "Conv2D", {"filters": 4, "kernel_size": [3, 3], "strides": [2, 2], "padding": "same"}, None],
    ["conv2d_2", "Conv2D", {"filters": 4, "kernel_size": [1, 1], "strides": [2, 2], "padding": "same",
                            "activation": "sigmoid"}, ["max_pooling2d"]],
    ["add", "Add", {}, ["conv2d_1", "conv2d_2"]],
    ["layer_normalization_1", "LayerNormalization", {}, None],
    ["add_1", "Add", {}, ["layer_normalization_1", "conv2d_2", "add"]],
    ["conv2d_3", "Conv2D", {"filters": 6, "kernel_size": [1, 1], "activation": "relu"}, None],
    ["global_average_pooling2d", "GlobalAveragePooling2D", {}, None],
    ["predictions", "Dense", {"units": 7, "activation": "softmax"}, None],
]}

WIDE = {"name": "reference_wide", "functional": True, "input": (9, 8, 8), "layers": [
    ["conv2d", "Conv2D", {"filters": 16, "kernel_size": [3, 3], "padding": "same", "groups": 4,
                          "activation": "swish"}, None],
    ["depthwise_conv2d", "DepthwiseConv2D", {"kernel_size": [3, 3], "padding": "same", "activation": "selu"}, None],
    ["separable_conv2d", "SeparableConv2D", {"filters": 16, "kernel_size": [3, 3], "padding": "same",
                                             "use_bias": False}, ["conv2d"]],
    ["batch_normalization", "BatchNormalization", {}, None],
    ["leaky_re_lu", "LeakyReLU", {"negative_slope": 0.25}, None],
    ["multiply", "Multiply", {}, ["leaky_re_lu", "depthwise_conv2d"]],
    ["spatial_dropout2d", "SpatialDropout2D", {}, None],
    ["concatenate", "Concatenate", {}, ["spatial_dropout2d", "input_1"]],
    ["separable_conv2d_1", "SeparableConv2D", {"filters": 6, "kernel_size": [3, 2], "strides": [2, 2],
                                               "depth_multiplier": 2, "activation": "elu"}, None],
    ["depthwise_conv2d_1", "DepthwiseConv2D", {"kernel_size": [2, 2], "depth_multiplier": 3,
                                               "activation": "leaky_relu"}, None],
    ["elu", "ELU", {"alpha": 0.5}, None],
    ["reshape", "Reshape", {"target_shape": [3, 6, 9]}, None],
    ["global_max_pooling2d", "GlobalMaxPooling2D", {}, None],
    ["dense", "Dense", {"units": 8, "activation": "hard_sigmoid"}, None],
    ["predictions", "Dense", {"units": 7, "activation": "softmax"}, None],
]}


def main():
    for seed, net in enumerate((SEQUENTIAL, FUNCTIONAL, WIDE)):
        value, weights = run(net, np.random.default_rng(seed))
        base = os.path.join(HERE, net["name"].removeprefix("reference_"))
        write_safetensors(base + ".safetensors", weights)
        write_safetensors(base + ".reference.safetensors", value)
        for version in (2, 3) if net is not WIDE else (3,):
            with open(f"{base}.keras{version}.json", "w") as f:
                f.write(json.dumps(to_json(net, version)) + "\n")


if __name__ == "__main__":
    main()
