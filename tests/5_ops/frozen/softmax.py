"""softmax, log_softmax and their gradients."""
from freeze import *

SHAPES = [([3, 7], None), ([7, 3], [1, 7]), ([2, 3, 4], [1, 8, 2]), ([5], [2]), ([3, 4], [0, 1]), ([], None), ([1, 1], None), ([0, 3], None), ([2, 0, 3], None)]


def cases():
    ask("softmin", lambda x, dim: torch.nn.functional.softmin(x, dim), row=False)
    peak = lambda x, *_: finite_max(x)
    one = lambda *_: 1
    for name, size in (("softmax.int", None), ("log_softmax.int", peak), ("_safe_softmax", None)):
        for d in FLOATS + HALVES:
            if d in HALVES and size:       # where PyTorch's log_softmax rounds differences to the type, too
                size = lambda *_, d=d: 500 if d == "f16" else 4000
            x = lambda size, stride=None, offset=1, pool="mild": T(f"{d}.{pool}", offset, size, stride)
            for shape, stride in SHAPES if d == "f32" and name != "_safe_softmax" else SHAPES[:2]:
                for dim in (0, -1) if d == "f32" else (1,):
                    case(name, x(shape, stride), dim, magnitude=size)
            for n in (2, 9, 33) if d == "f32" and name != "_safe_softmax" else (19,):
                case(name, x([n]), 0, magnitude=size)
            if d in FLOATS:
                case(name, x([7, 9], None, 0, "sparse"), 1, magnitude=size) if name != "_safe_softmax" else None
                case(name, x([7, 9], [1, 7], 0, "sparse"), 0, magnitude=size)
                case(name, x([5, 8], None, 0, "positive"), 1, magnitude=size)
        for d in EIGHTHS + COMPLEX + WHOLE + ["bool"]:
            case(name, T(f"{d}.mild", 0, [2, 3]), 1)
        for d, to in (("f32", torch.float64), ("f64", torch.float32), ("f32", torch.float16), ("f16", torch.float32), ("i64", torch.float32), ("bool", torch.bfloat16),
                      ("f32", torch.int64), ("f32", torch.complex64), ("c64", torch.complex64)):
            case(name, T(f"{d}.mild", 2, [2, 5]), 1, to, magnitude=peak if size else None) if to != torch.float16 or not size else None
        case(name, T("f32.mild", 0, [2, 3]), 2)
        case(name, T("f32.mild", 0, []), -2)
        pool("f32.masked", [-INF] * 4 + [1.0, -INF, 2.0, -INF] + [-INF] * 4 + [INF, 0.0, 1.0, -INF])
        case(name, T("f32.masked", 0, [4, 4]), 1)
        case(name, T("f32.masked", 0, [4, 4]), 0)
    for name, last in (("_softmax_backward_data", torch.softmax), ("_log_softmax_backward_data", torch.log_softmax)):
        for d in FLOATS + HALVES:
            dtype = DTYPES[d]
            g = lambda *shape: T(f"{d}.mild", *shape)
            pool(f"{d}.{last.__name__[:4]}1", last(torch.linspace(-2, 3, 28).reshape(4, 7), 1).flatten().tolist())
            y = lambda *shape: T(f"{d}.{last.__name__[:4]}1", *shape)
            big = lambda *_: 28
            case(name, g(1, [4, 7]), y(0, [4, 7]), 1, dtype, magnitude=big)
            case(name, g(3, [7, 4], [1, 7]), y(0, [7, 4], [1, 7]), 0, dtype, magnitude=big)
            case(name, g(3, [4, 7], [0, 1]), y(0, [4, 7]), -1, dtype, magnitude=big)
            if d in FLOATS:
                case(name, g(5, [28]), y(0, [28]), 0, dtype, magnitude=lambda *_: 100)
                case(name, g(5, []), y(0, []), 0, dtype, magnitude=big)
                case(name, g(5, [0, 2]), y(0, [0, 2]), 0, dtype, magnitude=big)
    for d in ("f32", "f64"):
        case("softmin", T(f"{d}.mild", 0, [3, 4]), 1)
