"""Copies and casts."""
from freeze import *


def cases():
    copies("to.dtype")
    for d in ALL:
        unary("clone", dtypes=[d])
        for to in ALL:
            pool = "byte" if d in FLOATS and to == "u8" else "mild" if d in FLOATS and to == "i64" else "any"
            for offset, size, stride in LAYOUTS[::3] + LAYOUTS[3:5] if d in ("f32", "u8") else LAYOUTS[2::7]:
                case("to.dtype", T(f"{d}.{pool}", offset, size, stride), DTYPES[to])
                case("copy", T(f"{to}.any", 1, size), T(f"{d}.{pool}", offset, size, stride))
            if d in ("f32", "i64"):
                case("to.dtype", T(f"{d}.{pool}", 1, [40]), DTYPES[to], sweep=True)
                case("to.dtype", T(f"{d}.{pool}", 0, [20], [2]), DTYPES[to], sweep=True)
            case("copy", T(f"{to}.any", 1, [3, 4]), T(f"{d}.{pool}", 0, [4]))
            case("copy", T(f"{to}.any", 1, [3, 4], [1, 3]), T(f"{d}.{pool}", 0, [3, 1]))
            case("copy", T(f"{to}.any", 1, [2, 3]), T(f"{d}.{pool}", 4, []))
            case("copy", T(f"{to}.any", 1, [0, 3]), T(f"{d}.{pool}", 4, [1, 1]))
            case("copy", T(f"{to}.any", 1, []), T(f"{d}.{pool}", 4, []))
        for number in [0, 7, True, 2.5, -3 if d != "u8" else 3] + ([INF, NAN, -0.0, 1e-320] if d in FLOATS else []):
            for offset, size, stride in LAYOUTS[::4]:
                case("fill.Scalar", T(f"{d}.any", offset, size, stride), number)
    for size in ([17, 9], [9, 17], [16, 16], [33, 3]):      # blocks of 16 by 16, whole and cut
        rows, columns = size
        for pool in ("f32.any", "u8.any"):
            case("clone", T(pool, 2, size, [1, rows]))
        case("clone", T("f32.positive", 2, size, [1, rows + 1]))
        case("to.dtype", T("u8.any", 0, size, [1, rows]), torch.float32)
    for d in EVERY:
        x = T(any_of(d), 2, [2, 3], [1, 2])
        case("clone", x)
        for to in EVERY:
            wraps = (d in FLOATS + HALVES + EIGHTHS + COMPLEX) and to[0] == "u"      # a negative float has no meaning as one of these
            if (d not in ALL or to not in ALL) and not wraps:
                case("to.dtype", T(mild_of(d), 3, [4]), DTYPES[to])
                case("copy", T(any_of(to), 3, [2, 2], [1, 2]), T(mild_of(d), 4, [2]))
        for number in (2, -1, 300, 2.5, 1 - 2j, 1 + 0j, 1e39, 70000.0, INF, NAN):
            case("fill.Scalar", x, number)
            case("fill.Scalar", T(any_of(d), 2, [1]), number)
