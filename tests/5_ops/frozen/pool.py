"""Pooling."""
from freeze import *


def holes(d):
    return f"{d}.holes" if d in FLOATS + HALVES else f"{d}.mild"


def rounding(x, *_):
    """What rounding errors of a mean are measured by."""
    return 3 * finite_max(x)


# windows: the sizes behind [N,C], then kernel, stride, padding, dilation (max pools only), ceil_mode
WINDOWS = {
    1: [([7], (3,)), ([8], (3,), (2,), (1,), (2,), True), ([6], (2,), (1,))],
    2: [([4, 5], (2, 2)), ([5, 6], (3, 2), (2, 1), (1, 1), (2, 2), True), ([3, 4], (2, 3), (1, 2))],
    3: [([3, 4, 3], (2, 2, 2)), ([3, 4, 4], (2, 2, 3), (2, 3, 2), (1, 0, 1), (1, 2, 1), True), ([2, 3, 2], (1, 2, 2), (1, 1, 1))],
}
MORE = {      # none of the sizes, one number for all, windows too large, paddings too large
    1: [([9], (3,), (), (1,), (1,)), ([5], (2,), (3,), (1,), (2,), True), ([3], (4,)), ([5], (2,), (2,), (2,))],
    2: [([5, 5], (3,), (), (1,), (1,)), ([5, 7], (2, 3), (2,), (0, 1), (3, 2), True), ([1, 3], (2, 2)), ([4, 4], (2, 2), (2, 2), (2, 2))],
    3: [([3, 3, 3], (2,), (), (1,), (1,)), ([1, 3, 3], (2, 2, 2))],
}
SIZES = {     # of adaptive pools: in, out
    1: [([7], (3,)), ([3], (5,)), ([6], (1,)), ([5], (0,))],
    2: [([4, 5], (3, 2)), ([2, 3], (3, 4)), ([3, 3], (1, 1)), ([3, 3], (0, 2))],
    3: [([3, 4, 3], (2, 3, 2)), ([2, 2, 3], (3, 1, 2)), ([2, 3, 2], (1, 1, 1))],
}
LACKING = {   # where PyTorch has no kernel, but has one for the same pool with indices or in other dimensions
    "max_pool1d": ["i8", "i16", "i32", "i64", "u8"],
    "avg_pool3d": HALVES,
}


def spread(n):
    """Strides of [N,C,..] in an order of their own."""
    return [1, 60] + [2 * 3**i for i in range(n)]


def windows(name, n, dilates):
    wide = {} if dilates else dict(magnitude=rounding)
    arguments = lambda call: list(call[1:]) if dilates else list(call[1:4] + call[5:])
    for d in EVERY:
        if d in LACKING.get(name, []):
            continue
        for k, call in enumerate(WINDOWS[n][: 3 if d == "f32" else 2 if d == "f64" else 1]):
            shape = ([2] if k == 2 else [1, 2]) + call[0]
            if not case(name, T(holes(d), 0, shape), *arguments(call), **(wide if d in FLOATS + HALVES else {})) and k == 0:
                break
    for call in MORE[n]:
        case(name, T("f32.holes", 1, [1, 2] + call[0]), *arguments(call), **wide)
    for shape in ([0, 2] + [3] * n, [1, 0] + [3] * n):
        case(name, T("f32.holes", 1, shape), (1,) * n)
    case(name, T("f32.holes", 1, [1, 2] + WINDOWS[n][0][0], spread(n)), WINDOWS[n][0][1], **wide)


def adaptive(name, n, **wide):
    for d in FLOATS + HALVES + ["i64", "bool", "c64", "f8e4m3"]:
        for k, (sizes, out) in enumerate(SIZES[n][: 4 if d in FLOATS else 1]):
            if not case(name, T(holes(d), 0, ([1, 2] if k != 1 else [2]) + sizes), out, **(wide if d in FLOATS + HALVES else {})) and k == 0:
                break
    sizes, out = SIZES[n][0]
    case(name, T("f32.holes", 0, [0, 2] + sizes), out)
    case(name, T("f32.holes", 1, [1, 2] + sizes, spread(n)), out, **wide)
    case(name, T("f32.holes", 0, [1, 2] + sizes), out + (2,))


def cases():
    # numbers with NaN and infinities here and there, and equal ones
    for d in FLOATS + HALVES:
        pool(holes(d), lambda r: [(NAN, -INF, INF)[i // 13 % 3] if i % 13 == 6 else round(r.uniform(-3, 3), 1) for i in range(150)])

    for n in (1, 2, 3):
        for name in (f"max_pool{n}d_with_indices", f"max_pool{n}d"):
            windows(name, n, True)
        windows(f"avg_pool{n}d", n, False)
        for more in [[False, False], [True, True], [True, False]] + ([[False, True, 3], [False, True, -2], [False, True, 0]] if n > 1 else []):
            call = [(2,) * n, (3,) + (2,) * (n - 1), (1,) * n, *more]
            case(f"avg_pool{n}d", T("f32.mild", 3, [1, 1] + WINDOWS[n][1][0]), *call, magnitude=rounding)
            case(f"avg_pool{n}d", T("i64.mild", 3, [1, 1] + WINDOWS[n][1][0]), *call)

        # PyTorch sums half types in three dimensions as such
        if n == 3:
            for name in ("adaptive_avg_pool3d", "_adaptive_avg_pool3d"):
                op = torch_op(name)
                ask(name, lambda x, size, op=op: op(x.float(), size).to(x.dtype) if x.dtype in (torch.float16, torch.bfloat16) else op(x, size))
        adaptive(f"adaptive_avg_pool{n}d", n, magnitude=rounding)
        adaptive(f"adaptive_max_pool{n}d", n)
        if n > 1:
            adaptive(f"_adaptive_avg_pool{n}d", n, magnitude=rounding)
            case(f"adaptive_avg_pool{n}d", T("c64.mild", 0, [1, 2] + SIZES[n][0][0]), (1,) * n, magnitude=rounding)
            case(f"adaptive_avg_pool{n}d", T("f32.mild", 0, [1, 2] + [0] * n), (1,) * n)

    pool("i64.places6", [5, 1, 4, 0, 3, 2, 0, 4, 1, 5, 2, 3, 3, 5, 0, 1, 2, 4, 2, 3, 1, 0, 5, 4])
    for d in FLOATS + HALVES + ["i64", "bool", "c64"]:
        case("max_unpool2d", T(holes(d), 0, [1, 2, 2, 2]), T("i64.places6", 0, [1, 2, 2, 2], [24, 6, 2, 1]), (2, 3))
        case("max_unpool3d", T(holes(d), 0, [1, 2, 2, 1, 2]), T("i64.places6", 0, [1, 2, 2, 1, 2], [24, 6, 2, 2, 1]), (2, 3, 2), (1, 1, 1), (0, 0, 0))
    case("max_unpool2d", T("f32.holes", 0, [2, 2, 2], [1, 4, 2]), T("i64.places6", 0, [2, 2, 2], [6, 1, 3]), (3, 3))
    case("max_unpool2d", T("f32.holes", 0, [1, 2, 2, 2]), T("i64.places6", 0, [1, 2, 2, 2]), (1, 3))
    case("max_unpool2d", T("f32.holes", 0, [0, 2, 2, 2]), T("i64.places6", 0, [0, 2, 2, 2]), (1, 3))
    case("max_unpool3d", T("f32.holes", 0, [2, 2, 2, 1]), T("i64.places6", 0, [2, 2, 2, 1]), (3, 2, 1), (2, 2, 2), (0, 0, 0))
