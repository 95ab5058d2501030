"""Running results."""
from freeze import *

SHAPES = [(1, [2, 3, 4], None), (1, [3, 4], [1, 3]), (2, [7], None), (0, [], None), (2, [3, 4], [0, 1]), (0, [2, 0], None), (5, [5, 1], None)]


def total(x, dim, dtype=None):
    x = torch.where(torch.isfinite(x), x, 0.0).abs()
    return finite_max(x.sum(dim=dim)) if x.numel() else 0


def largest(x, *_):
    return finite_max(torch.where(torch.isfinite(x), x, 0.0).abs())


def shaped(name, pool=mild_of, **how):
    def of(d):
        shapes = SHAPES if d == "f32" else SHAPES[:4] if d in FLOATS + HALVES else SHAPES[1:4]
        return [[T(pool(d), *s), dim] for s in shapes for dim in ((-1, 0, 1, 3) if d == "f32" and 0 not in s[1] else (-1, 0) if d in FLOATS + HALVES else (-1,))[:None if len(s[1]) > 1 else 1]]
    over(name, of, **how)


def cases():
    shaped("cumsum", magnitude=total)
    unit = lambda d: f"{d}.factors"
    for d in EVERY:
        pool(unit(d), lambda r: [r.choice([1, 2, 3, 1, 0.5, 0, 1.5] if d not in WHOLE + ["bool"] else [1, 2, 3, 1, 1, 0]) for _ in range(70)])
    shaped("cumprod", unit)
    shaped("logcumsumexp", magnitude=largest)
    for name in ("cummax", "cummin"):
        shaped(name, any_of)
        case(name, T("f32.any", 0, [20, 9]), 0)
    case("cumsum", T("f32.normal", 0, [20, 9]), 0, magnitude=total)
    case("cumsum", T("f64.mild", 0, [9, 20], [1, 9]), 1, magnitude=total)
    for offset in range(0, 50, 5):
        case("logcumsumexp", T("f32.any", offset, [5]), 0)
    for d in ("f32", "i64", "u8", "bool"):
        for to in ("f32", "f64", "i64", "u8", "bool", "f16", "c64", "u16"):
            case("cumsum", T(f"{d}.mild", 1, [3, 4]), 1, DTYPES[to], magnitude=total)
            case("cumprod", T(f"{d}.mild", 1, [3, 2]), 1, DTYPES[to])
