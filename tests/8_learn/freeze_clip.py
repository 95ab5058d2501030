"""Writes frozen_clip.h: what torch.nn.utils.clip_grad_norm_ and clip_grad_value_ make of the gradients of four parameters.

The gradients are numbers without rounding that the test makes too: see gradient() below. The third parameter has none.

usage: python freeze_clip.py > frozen_clip.h      (torch 2.13)
"""
import math

import torch

SIZES = [21, 7, 5, 1]
F32, F64 = torch.float32, torch.float64
INF, NAN = math.inf, math.nan

NORMS = [  # dtypes of the gradients, norm_type, max_norm, and what is put into the second gradient's third element
    ([F32] * 4, 2.0, 1.0, None),
    ([F32] * 4, 2.0, 0.1, None),
    ([F32] * 4, 2.0, 100.0, None),
    ([F32] * 4, 2.0, 0.0, None),
    ([F32] * 4, 2.0, -1.0, None),
    ([F32] * 4, 1.0, 0.5, None),
    ([F32] * 4, 3.0, 0.5, None),
    ([F32] * 4, 0.5, 2.0, None),
    ([F32] * 4, 0.0, 0.5, None),
    ([F32] * 4, -1.0, 0.5, None),
    ([F32] * 4, INF, 0.1, None),
    ([F32] * 4, -INF, 1e-7, None),
    ([F32] * 4, 2.0, 1.0, INF),
    ([F32] * 4, 2.0, 1.0, NAN),
    ([F32] * 4, INF, 1.0, NAN),
    ([F32] * 4, INF, 1.0, -INF),
    ([F64] * 4, 2.0, 0.3, None),
    ([F64] * 4, 1.5, 0.3, None),
    ([F64] * 4, INF, 0.3, None),
    ([F64] * 4, 0.0, 0.5, None),
    ([F64, F32, F32, F32], 2.0, 0.25, None),
    ([F32, F64, F32, F32], 1.0, 0.25, None),
]
VALUES = [(F32, 0.1, None), (F32, 0.0, None), (F32, -0.1, None), (F32, INF, -INF), (F32, 0.2, INF), (F32, 0.2, NAN), (F64, 0.15, None), (F64, 0.15, -INF)]


def gradient(dtype, k, special):
    g = torch.tensor([(i * 5 + k * 3) % 11 - 5 for i in range(SIZES[k])], dtype=dtype) / torch.tensor([1024 if i % 3 == 0 else 16 for i in range(SIZES[k])])
    if k == 1 and special is not None:
        g[2] = special
    return g


def parameters(dtypes, special):
    params = [torch.zeros(n, dtype=d, requires_grad=True) for n, d in zip(SIZES, dtypes)]
    for k, p in enumerate(params):
        p.grad = None if k == 2 else gradient(p.dtype, k, special)
    return params


def number(v):
    return "NAN" if math.isnan(v) else ("-INFINITY" if v < 0 else "INFINITY") if math.isinf(v) else "%.17g" % v


def numbers(params):
    return "{ " + ", ".join(number(v) for p in params if p.grad is not None for v in p.grad.tolist()) + " }"


def dtypes_text(dtypes):
    return "{ " + ", ".join("RT_FLOAT64" if d == F64 else "RT_FLOAT32" for d in dtypes) + " }"


print("/* Made by freeze_clip.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print()
print("/* norm_type is that of clip_grad_norm_; the norm before, and all gradients afterwards, one after the other. special: 0 for none. */")
print("typedef struct frozen_norm { rt_dtype dtype[4]; double norm_type, max_norm, special; rt_dtype norm_dtype; double norm, after[29]; } frozen_norm;")
print("static const frozen_norm frozen_norms[] = {")
for dtypes, norm_type, max_norm, special in NORMS:
    params = parameters(dtypes, special)
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm, norm_type)
    print("    { %s, %s, %s, %s, RT_%s, %s,\n      %s }," % (dtypes_text(dtypes), number(norm_type), number(max_norm), number(special or 0),
                                                           str(norm.dtype).replace("torch.", "").upper(), number(norm.item()), numbers(params)))
print("};")
print()
print("/* The same for clip_grad_value_. */")
print("typedef struct frozen_value { rt_dtype dtype[4]; double clip_value, special, after[29]; } frozen_value;")
print("static const frozen_value frozen_values[] = {")
for dtype, clip_value, special in VALUES:
    params = parameters([dtype] * 4, special)
    torch.nn.utils.clip_grad_value_(params, clip_value)
    print("    { %s, %s, %s,\n      %s }," % (dtypes_text([dtype] * 4), number(clip_value), number(special or 0), numbers(params)))
print("};")
