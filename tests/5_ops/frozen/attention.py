"""Attention."""
from freeze import *


def cases():
    name, how = "scaled_dot_product_attention", dict(magnitude=lambda *_: 20)
    pool("bool.mask", lambda r: [r.random() < 0.6 for _ in range(60)])
    pool("f32.masked", lambda r: [-INF if r.random() < 0.4 else r.uniform(-1, 1) for _ in range(60)])
    for d in FLOATS + HALVES:
        how = dict(magnitude=lambda *_, d=d: {"f16": 500, "bf16": 4000}.get(d, 20))      # PyTorch rounds the weights of halves, too
        q, k, v = T(f"{d}.mild", 0, [2, 3, 4]), T(f"{d}.mild", 40, [2, 5, 4]), T(f"{d}.mild", 90, [2, 5, 3])
        case(name, q, k, v, **how)
        case(name, q, k, v, None, 0.0, True, **how)
        case(name, q, k, v, T("bool.mask", 0, [3, 5]), 0.0, False, 0.7, **how)
        if d == "f32":
            case(name, T(f"{d}.mild", 0, [3, 4]), T(f"{d}.mild", 40, [5, 4]), T(f"{d}.mild", 90, [5, 3]), **how)
            case(name, T(f"{d}.mild", 0, [1, 2, 3, 4], [24, 4, 8, 1]), T(f"{d}.mild", 40, [1, 2, 5, 4], [40, 4, 8, 1]), T(f"{d}.mild", 90, [1, 2, 5, 4]), T(f"{d}.mild", 0, [2, 1, 5]), **how)
            case(name, T(f"{d}.mild", 0, [2, 4, 3, 4]), T(f"{d}.mild", 100, [2, 2, 5, 4]), T(f"{d}.mild", 200, [2, 2, 5, 4]), None, 0.0, False, None, True, **how)
            case(name, q, k, v, None, 0.0, False, -0.3, **how)
            case(name, q, k, v, None, 0.0, False, 0.0, **how)
            case(name, T(f"{d}.mild", 0, [2, 0, 4]), k, v, **how)
    how = dict(magnitude=lambda *_: 20)
    case(name, T("f32.mild", 0, [2, 3, 4]), T("f32.mild", 40, [2, 5, 4]), T("f32.mild", 90, [2, 5, 4]), T("f32.masked", 0, [2, 3, 5]), **how)
    pool("bool.rows", [True, False, True, False, False, False, True, True, True])
    case(name, T("f32.mild", 0, [3, 4]), T("f32.mild", 40, [3, 4]), T("f32.mild", 90, [3, 4]), T("bool.rows", 0, [3, 3]), **how)
    for p in (0.5, 0.2):
        case(name, T("f32.mild", 0, [2, 3, 4]), T("f32.mild", 40, [2, 5, 4]), T("f32.mild", 90, [2, 5, 4]), None, p, False, seed=3, **how)
    case(name, T("f32.mild", 0, [2, 3, 4]), T("f32.mild", 40, [2, 5, 3]), T("f32.mild", 90, [2, 5, 4]))
    case(name, T("f32.mild", 0, [2, 3, 4]), T("f64.mild", 40, [2, 5, 4]), T("f32.mild", 90, [2, 5, 4]))
    case(name, T("i64.mild", 0, [2, 3, 4]), T("i64.mild", 40, [2, 5, 4]), T("i64.mild", 90, [2, 5, 4]))
    case(name, T("f32.mild", 0, [2, 3, 4]), T("f32.mild", 40, [2, 5, 4]), T("f32.mild", 90, [2, 5, 4]), T("f32.mild", 0, [3, 5]), 0.0, True)
    case(name, T("f32.mild", 0, [2, 4, 3, 4]), T("f32.mild", 100, [2, 3, 5, 4]), T("f32.mild", 200, [2, 3, 5, 4]), None, 0.0, False, None, True)
