"""where, masked_fill, clamp, lerp, products added on."""
from freeze import *

REST = [d for d in EVERY if d not in ALL]
FLOATING = FLOATS + HALVES


def wheres():
    for d in ALL:
        a, b, c = f"{d}.any", f"{d}.any", "bool.any"
        for (o1, s1, t1), (o2, s2, t2) in PAIRS if d in FLOATS else PAIRS[::3]:
            case("where.self", T(c, 50, s2, t2), T(a, o1, s1, t1), T(b, o2, s2, t2))
        case("where.self", T(c, 0, [3, 1, 1]), T(a, 0, [4, 1]), T(b, 9, [5]))
        case("where.self", T(c, 0, []), T(a, 0, [3]), T(b, 9, []))
        case("where.self", T(c, 3, [4, 3], [1, 4]), T(a, 0, [4, 3]), T(b, 9, [1]))
        n = min(SWEPT[d], 257)
        case("where.self", T(c, 3, [n]), T(a, 0, [n]), T(b, 9, [n]), sweep=True)
        case("where.self", T("u8.mild", 0, [9]), T(a, 0, [9]), T(b, 9, [9]))
        for number in [2, -1, 0.25, True, NAN]:
            case("where.ScalarSelf", T(c, 0, [9]), number, T(b, 0, [9]))
            case("where.ScalarOther", T(c, 0, [9]), T(b, 0, [9]), number)
            case("where.ScalarSelf", T(c, 0, [3, 4], [1, 3]), number, T(b, 0, []))
            case("where.ScalarOther", T(c, 0, []), T(b, 0, [3, 4], [1, 3]), number)
        for name, order in [("where.ScalarSelf", lambda t: (3, t)), ("where.ScalarOther", lambda t: (t, 3))]:
            case(name, T(c, 0, [2, 0]), *order(T(b, 0, [1])))
            case(name, T(c, 0, [3, 1]), *order(T(b, 0, [4])))
            case(name, T(c, 0, [40]), *order(T(b, 0, [40])), sweep=True)
            case(name, T(c, 0, [1]), *order(T(b, 0, [1])))
            case(name, T(c, 0, []), *order(T(b, 0, [])))
    for d in REST:
        case("where.self", T("bool.any", 0, [3, 4]), T(any_of(d), 0, [3, 4], [1, 3]), T(any_of(d), 7, [4]))
        case("where.ScalarSelf", T("bool.any", 0, [9]), 2, T(any_of(d), 7, [9]))
        case("where.ScalarOther", T("bool.any", 0, [9]), T(any_of(d), 7, [9]), True)
        if d in COMPLEX:
            case("where.ScalarOther", T("bool.any", 0, [9]), T(any_of(d), 7, [9]), 1.5 - 2j)
    for a, b in [(2, -3), (0.5, 2), (True, False), (True, 3), (1j, 2), (NAN, 1)]:
        case("where.Scalar", T("bool.any", 0, [9]), a, b)
        case("where.Scalar", T("bool.any", 0, []), a, b)
    case("where.Scalar", T("bool.any", 0, [2, 0]), 1, 2)
    case("where.Scalar", T("bool.any", 0, [3, 4], [1, 3]), 1, 2.5)


def fills():
    for d in EVERY:
        for number in [2, 0.5, True, -INF] if d in FLOATING else [2, 2.75, True]:
            case("masked_fill.Scalar", T(any_of(d), 2, [9]), T("bool.any", 0, [9]), number)
        case("masked_fill.Scalar", T(any_of(d), 2, [2, 3], [1, 2]), T("bool.any", 0, [3]), 1)
        case("masked_fill.Tensor", T(any_of(d), 2, [9]), T("bool.any", 0, [9]), T(any_of(d), 4, []))
        case("masked_fill.Tensor", T(any_of(d), 2, [3]), T("bool.any", 0, [2, 3]), T("f32.mild" if d in FLOATING else "i64.mild", 4, []))
    for d in ["f32", "f64", "i64"]:
        case("masked_fill.Scalar", T(any_of(d), 2, [2, 0]), T("bool.any", 0, [1]), 1)
        case("masked_fill.Scalar", T(any_of(d), 2, []), T("bool.any", 0, []), 1)
        case("masked_fill.Scalar", T(any_of(d), 2, [40]), T("bool.any", 0, [40]), 7, sweep=True)
    case("masked_fill.Scalar", T("c64.any", 2, [9]), T("bool.any", 0, [9]), 1.5 - 2j)
    case("masked_fill.Scalar", T("f32.any", 2, [9]), T("bool.any", 0, [9]), 1.5 - 2j)
    case("masked_fill.Scalar", T("f32.any", 2, [9]), T("u8.any", 0, [9]), 1)
    case("masked_fill.Tensor", T("f32.any", 2, [9]), T("bool.any", 0, [9]), T("f32.any", 0, [1]))
    case("masked_fill.Tensor", T("f32.any", 2, [9]), T("bool.any", 0, [9]), T("c64.any", 0, []))


def clamps():
    for d in EVERY:
        for more in [(-1, 2), (0, None), (None, 1), (0.5, 1.5), (2, -1), (None, None)]:
            case("clamp", T(any_of(d), 2, [20 if d in FLOATING else 9]), *more)
        case("clamp", T(mild_of(d), 2, [2, 3], [1, 2]), -2, 3)
        for name, number in [("clamp_min", 1), ("clamp_min", -0.5), ("clamp_max", 1), ("clamp_max", -0.5), ("clamp_max", True)]:
            case(name, T(any_of(d), 2, [9]), number)
        case("clamp.Tensor", T(any_of(d), 2, [9]), T(any_of(d), 12, [9]), T(any_of(d), 5, [9]))
        case("clamp.Tensor", T(any_of(d), 2, [2, 3], [1, 2]), T(any_of(d), 12, [3]), None)
        case("clamp.Tensor", T(any_of(d), 2, [2, 3]), None, T(any_of(d), 12, []))
        case("clamp_min.Tensor", T(any_of(d), 2, [9]), T(any_of(d), 12, [9]))
        case("clamp_max.Tensor", T(any_of(d), 2, [9]), T(any_of(d), 12, [9]))
    for d in ["f32", "f64", "i64"]:
        case("clamp", T(mild_of(d), 2, [40]), -1, 2, sweep=True)
        case("clamp", T(mild_of(d), 2, [2, 0]), -1, 2)
        case("clamp", T(mild_of(d), 2, []), -1, 2)
        case("clamp.Tensor", T(mild_of(d), 2, [40]), T(mild_of(d), 3, [40]), T(mild_of(d), 9, [40]), sweep=True)
    for more in [(NAN, 1), (0, NAN), (NAN, None), (-INF, INF)]:
        case("clamp", T("f32.any", 2, [20]), *more)
    case("clamp", T("f32.mild", 2, [9]), 1 + 2j)
    for d, e in [("f32", "i64"), ("i64", "f32"), ("u8", "i8"), ("f16", "bf16"), ("bool", "i32")]:
        case("clamp.Tensor", T(mild_of(d), 2, [9]), T(mild_of(e), 12, [9]), T(mild_of(e), 5, []))
        case("clamp_min.Tensor", T(mild_of(d), 2, [9]), T(mild_of(e), 12, [9]))


def blends():
    spread = lambda a, b, w: (finite_max(a) + finite_max(b)) * (1 + finite_max(w) if isinstance(w, torch.Tensor) else 1 + abs(w))
    for d in EVERY:
        for weight in [0.3, 0.75, 1, 0, -2.5] + ([0.5 - 1j] if d in COMPLEX else []):
            case("lerp.Scalar", T(mild_of(d), 2, [9]), T(mild_of(d), 12, [9]), weight, magnitude=spread)
        case("lerp.Tensor", T(mild_of(d), 2, [9]), T(mild_of(d), 12, [9]), T(mild_of(d), 31, [9]), magnitude=spread)
        case("lerp.Tensor", T(mild_of(d), 2, [2, 3], [1, 2]), T(mild_of(d), 12, [3]), T(mild_of(d), 31, []), magnitude=spread)
    for d in FLOATS:
        case("lerp.Scalar", T(any_of(d), 2, [20]), T(mild_of(d), 12, [20]), 0.25, magnitude=spread)
        case("lerp.Scalar", T(mild_of(d), 2, [40]), T(mild_of(d), 12, [40]), 0.75, sweep=True, magnitude=spread)
        case("lerp.Scalar", T(mild_of(d), 2, [2, 0]), T(mild_of(d), 12, [1]), 0.75)
        case("lerp.Scalar", T(mild_of(d), 2, []), T(mild_of(d), 12, []), 0.75, magnitude=spread)
    case("lerp.Scalar", T("f32.mild", 2, [9]), T("f32.mild", 12, [9]), 1j)


def products():
    times = lambda x, a, b, value=1: finite_max(x) + finite_max(a) * finite_max(b) * abs(value)
    over_ = lambda x, a, b, value=1: finite_max(x) + finite_max(a / b) * abs(value)
    for name, size in [("addcmul", times), ("addcdiv", over_)]:
        for d in EVERY:
            for more in [(), (2,), (0.5 if d[0] == "u" else -0.5,)] + ([(1 - 2j,)] if d in COMPLEX else []):
                case(name, T(mild_of(d), 2, [9]), T(mild_of(d), 12, [9]), T(mild_of(d), 31, [9]), *more, magnitude=size)
            case(name, T(mild_of(d), 2, [2, 3], [1, 2]), T(mild_of(d), 12, [3]), T(mild_of(d), 31, [2, 1]), magnitude=size)
        for d in FLOATS:
            case(name, T(mild_of(d), 2, [40]), T(mild_of(d), 12, [40]), T(mild_of(d), 33, [40]), sweep=True, magnitude=size)
            case(name, T(mild_of(d), 2, [40]), T(mild_of(d), 12, [40]), T(mild_of(d), 33, [40]), 0.3, magnitude=size)
            case(name, T(mild_of(d), 2, [2, 0]), T(mild_of(d), 12, [1]), T(mild_of(d), 33, []))
            case(name, T(mild_of(d), 2, []), T(mild_of(d), 12, []), T(mild_of(d), 33, []), 2, magnitude=size)
        case(name, T("f32.mild", 2, [9]), T("f64.mild", 12, [9]), T("i64.mild", 31, [9]), magnitude=size)
        case(name, T("f32.mild", 2, [9]), T("f32.mild", 12, [9]), T("f32.mild", 31, [9]), 1j)


def cases():
    wheres()
    fills()
    clamps()
    blends()
    products()
