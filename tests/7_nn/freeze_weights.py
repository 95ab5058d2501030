"""Writes frozen_weights.h: what torch.nn draws for its layers and torch.nn.init for its rules.

usage: python freeze_weights.py > frozen_weights.h      (torch 2.13)
"""
import warnings

import torch
from torch import nn

LAYERS = [  # seed, in, out, bias, dtype
    (0, 10, 20, True, torch.float32),
    (1, 20, 2, True, torch.float32),
    (2, 1, 1, True, torch.float32),
    (3, 3, 5, True, torch.float32),
    (4, 7, 3, False, torch.float32),
    (5, 64, 128, True, torch.float32),
    (6, 784, 30, True, torch.float32),
    (7, 1000, 1, True, torch.float32),
    (2**40 + 8, 17, 19, True, torch.float32),
    (9, 9, 4, True, torch.float64),
    (10, 50, 50, False, torch.float64),
    (11, 0, 3, True, torch.float32),
    (12, 4, 0, True, torch.float32),
]

RULES = [  # name in C, gain or a, mode, nonlinearity, shape, function
    ("kaiming_uniform_", 0.0, "fan_in", "leaky_relu", (32, 9)),
    ("kaiming_uniform_", 0.2, "fan_out", "leaky_relu", (8, 4, 3)),
    ("kaiming_uniform_", 0.0, "fan_in", "relu", (4, 3, 2, 2)),
    ("kaiming_uniform_", 0.0, "fan_out", "tanh", (5, 16)),
    ("kaiming_normal_", 0.0, "fan_in", "leaky_relu", (16, 4)),
    ("kaiming_normal_", 0.0, "fan_out", "selu", (8, 3, 3, 3)),
    ("xavier_uniform_", 1.0, "", "", (12, 30)),
    ("xavier_uniform_", 5.0 / 3.0, "", "", (6, 2, 3)),
    ("xavier_normal_", 1.0, "", "", (12, 30)),
    ("xavier_normal_", 0.5, "", "", (20, 5)),
]


def bits(x):
    """The elements' bit patterns, 32 bits at a time, a double's high half first."""
    if x.dtype == torch.float32:
        return [v & 0xFFFFFFFF for v in x.detach().reshape(-1).view(torch.int32).tolist()]
    words = x.detach().reshape(-1).view(torch.int64).tolist()
    return [half & 0xFFFFFFFF for v in words for half in (v >> 32, v)]


def checksum(x):
    total = 2166136261
    for word in bits(x):
        total = (total ^ word) * 16777619 % 2**32
    return total


def number(x, i):
    return "%.17g" % x.detach().reshape(-1)[i].item() if x is not None and x.numel() else "0"


print("/* Made by freeze_weights.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print()
print("/* torch.manual_seed(seed), torch.nn.Linear(in, out): checksums of the bits, the first weight, the last bias. */")
print("typedef struct frozen_layer {")
print("    uint64_t seed;")
print("    int64_t in, out;")
print("    bool bias;")
print("    rt_dtype dtype;")
print("    uint32_t weight_sum, bias_sum;")
print("    double weight, last_bias;")
print("} frozen_layer;")
print()
print("static const frozen_layer frozen_layers[] = {")
warnings.simplefilter("ignore")
for seed, n_in, n_out, bias, dtype in LAYERS:
    torch.manual_seed(seed)
    layer = nn.Linear(n_in, n_out, bias=bias, dtype=dtype)
    print("    { %dull, %d, %d, %s, %s, 0x%08xu, 0x%08xu, %s, %s }," % (
        seed, n_in, n_out, "true" if bias else "false", "RT_FLOAT32" if dtype == torch.float32 else "RT_FLOAT64",
        checksum(layer.weight), checksum(layer.bias) if bias else 0, number(layer.weight, 0), number(layer.bias, -1)))
print("};")
print()

print("/* torch.manual_seed(0), Sequential(Linear(10, 20), ReLU(), Sequential(Linear(20, 8), GELU()), Linear(8, 2)): checksum of each parameter. */")
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Sequential(nn.Linear(20, 8), nn.GELU()), nn.Linear(8, 2))
print("typedef struct frozen_parameter { const char *name; uint32_t sum; } frozen_parameter;")
print()
print("static const frozen_parameter frozen_net[] = {")
for name, parameter in net.named_parameters():
    print('    { "%s", 0x%08xu },' % (name, checksum(parameter)))
print("};")
print()
print("/* ... and its output for x[i, j] = (i - j) / 4, 3 rows. */")
x = (torch.arange(3.0)[:, None] - torch.arange(10.0)[None, :]) / 4
print("static const float frozen_output[] = { %s };" % ", ".join("%.9gf" % v for v in net(x).detach().reshape(-1).tolist()))
print()

print("/* torch.manual_seed(seed), Embedding(rows, length, padding_idx=padding, max_norm=most): checksum of the weight; of rows 1, padding, 1 and 3 picked from it, each sum; */")
print("/* and of the weight's gradient where those are added up. */")
print("typedef struct frozen_embedding { uint64_t seed; int rows, length, padding; double most; uint32_t sum; float picked[4], grad[4]; } frozen_embedding;")
print()
print("static const frozen_embedding frozen_embeddings[] = {")
for seed, rows, length, padding, most in ((3, 7, 5, 2, None), (3, 40, 6, -1, None), (8, 4, 3, 0, 0.5)):
    torch.manual_seed(seed)
    layer = nn.Embedding(rows, length, padding_idx=padding, max_norm=most)
    drawn = checksum(layer.weight)
    y = layer(torch.tensor([1, padding % rows, 1, 3]))
    y.sum().backward()
    numbers = lambda v: ", ".join("%#.9gf" % n for n in v.tolist())
    print("    { %dull, %d, %d, %d, %g, 0x%08xu, { %s }, { %s } }," % (
        seed, rows, length, padding, most or 0, drawn, numbers(y.sum(-1)), numbers(layer.weight.grad[[0, 1, padding, 3]].sum(-1))))
print("};")
print()

print("/* torch.manual_seed(0), torch.nn.init.rule(x [shape], number, mode, nonlinearity) */")
print("typedef struct frozen_rule {")
print("    const char *name;")
print("    double number;")
print("    const char *mode, *nonlinearity;")
print("    int ndim;")
print("    int64_t size[4];")
print("    uint32_t sum;")
print("    double first;")
print("} frozen_rule;")
print()
print("static const frozen_rule frozen_rules[] = {")
for name, value, mode, nonlinearity, shape in RULES:
    torch.manual_seed(0)
    x = torch.empty(shape)
    arguments = (value, mode, nonlinearity) if mode else (value,)
    getattr(nn.init, name)(x, *arguments)
    print('    { "%s", %.17g, "%s", "%s", %d, { %s }, 0x%08xu, %s },' % (
        name, value, mode, nonlinearity, len(shape), ", ".join(map(str, shape)), checksum(x), number(x, 0)))
print("};")
print()

print("/* torch.manual_seed(5), torch.nn.init.trunc_normal_(x [n], mean, std, a, b) */")
print("typedef struct frozen_truncated { int64_t n; rt_dtype dtype; double mean, std, a, b; uint32_t sum; double first; } frozen_truncated;")
print()
print("static const frozen_truncated frozen_truncateds[] = {")
for n, dtype, *how in ((1000, torch.float32, 0, 1, -2, 2), (1000, torch.float32, 0, 0.02, -2, 2), (777, torch.float64, 1, 2, 0.5, 3), (40, torch.float32, 1, 0.5, 1.1, 1.3),
                       (1000, torch.float32, 0, 1, 1.5, 4), (100, torch.float64, 3, 1, -1, 0.5), (9, torch.float32, 0, 1, -1, 1), (1, torch.float32, 2, 1, 0, 1)):
    torch.manual_seed(5)
    x = nn.init.trunc_normal_(torch.empty(n, dtype=dtype), *how)
    print("    { %d, %s, %s, 0x%08xu, %s }," % (n, "RT_FLOAT32" if dtype == torch.float32 else "RT_FLOAT64", ", ".join("%.17g" % h for h in how), checksum(x), number(x, 0)))
print("};")
