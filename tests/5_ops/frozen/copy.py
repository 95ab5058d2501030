"""Copies and casts."""
from freeze import *


def cases():
    copies("to.dtype")
    for d in ALL:
        unary_at_length("clone", [d])
        for to in ALL:
            pool = "byte" if d in FLOATS and to == "u8" else "mild" if d in FLOATS and to == "i64" else "any"
            for offset, size, stride in LAYOUTS[::3] + LAYOUTS[3:5]:
                case("to.dtype", T(f"{d}.{pool}", offset, size, stride), DTYPES[to])
                case("copy", T(f"{to}.any", 1, size), T(f"{d}.{pool}", offset, size, stride))
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
