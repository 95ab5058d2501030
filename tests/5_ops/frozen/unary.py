"""Functions of one tensor."""
from freeze import *

REST = [d for d in EVERY if d not in ALL]
FLOATING = FLOATS + HALVES
FEW = FLOATING + COMPLEX + ["i64", "u8", "bool", "i32", "u64", "f8e5m2"]      # where other types go the way of these
EXACT = ["abs", "sign", "sgn", "floor", "ceil", "round", "trunc", "frac", "square", "reciprocal", "deg2rad", "rad2deg", "angle"]
CLOSE = ["exp2", "expm1", "log2", "log10", "log1p", "rsqrt", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid", "sinc"]
IN_UNIT = ["asin", "acos", "atanh"]
QUESTIONS = ["isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit", "logical_not"]


def unit_of(d):
    return f"{d}.unit"


def positive_of(d):
    return f"{d}.positive"


def steady(name):
    """In float64, then rounded: PyTorch's vector loops over float32 are off by more than its scalar ones."""
    ask(name, lambda x: torch_op(name)(x.double()).to(x.dtype) if x.dtype == torch.float32 else torch_op(name)(x))


def cases():
    copies("positive")
    for name in ["sinh", "cosh", "sinc", "tan", "rsqrt"]:
        steady(name)
    for name in ["neg", "exp", "erf"]:
        unary_at_length(name, ALL)
        unary(name, dtypes=REST)
    for name in ["log", "sqrt"]:
        unary_at_length(name, ALL)
        unary(name, dtypes=REST)
        for d in FLOATS:
            sweep(name, d, pool=positive_of)
    for name in EXACT + CLOSE:
        unary(name, dtypes=FEW if name in CLOSE else EVERY, magnitude=(lambda x: 1) if name == "sinc" else None)
    for name in CLOSE:
        for d in FLOATING + COMPLEX:
            case(name, T(mild_of(d), 1, [40 if d in FLOATS else 9]), magnitude=(lambda x: 1) if name == "sinc" else None)
    case("signbit", T("f32.any", 0, [40]))
    for name in ["exp2", "log2", "log10", "log1p", "rsqrt"]:
        for d in FLOATING:
            case(name, T(positive_of(d), 1, [20]))
    for name in IN_UNIT:
        unary(name, pool=unit_of, dtypes=[d for d in FEW if d not in COMPLEX])
        unary(name, pool=mild_of, dtypes=COMPLEX)
        case(name, T("f32.any", 0, [30]))
    unary("acosh", dtypes=[d for d in FEW if d not in COMPLEX])
    unary("acosh", pool=mild_of, dtypes=COMPLEX)
    case("acosh", T("f32.positive", 1, [40]))
    case("acosh", T("f64.positive", 1, [20]))
    for name in QUESTIONS:
        unary(name, pool=mild_of if name == "signbit" else any_of, dtypes=[d for d in EVERY if not (d == "f8e4m3" and name in ("isinf", "isfinite"))])
    for d in EVERY:
        case("positive", T(any_of(d), 1, [2, 3], [1, 2]))
    for d in ["i8", "i32", "u64"]:
        for name in ["floor", "ceil", "round", "trunc"]:
            case(name, T(any_of(d), 3, [9]))
    for decimals in [0, 1, 3, -1, -2]:
        for d in FLOATING:
            case("round.decimals", T(mild_of(d), 2, [20]), decimals)
        case("round.decimals", T("f32.any", 2, [40]), decimals)
        case("round.decimals", T("f64.any", 2, [3, 4], [1, 3]), decimals)
    for d in ["i64", "bool", "c64", "f8e5m2"]:
        case("round.decimals", T(mild_of(d), 2, [3]), 1)
    unary("nan_to_num", dtypes=[d for d in EVERY if d not in EIGHTHS])
    case("nan_to_num", T("f8e5m2.any", 2, [3]))
    for more in [(1.5,), (None, 7.0), (0.5, None, -2.0), (-1.0, 3.0, INF)]:
        for d in ["f32", "f64", "f16", "bf16", "c64", "c128", "i64"]:
            case("nan_to_num", T(any_of(d), 2, [24]), *more)
