"""Convolutions."""
from freeze import *

F = torch.nn.functional


def absolute(x):
    return None if x is None else torch.where(torch.isfinite(x), x, 0).abs().double()


def magnitude(function):
    """What rounding errors of a convolution's sums are measured by: the sums of absolute values."""
    return lambda x, w, b=None, *more: finite_max(function(absolute(x), absolute(w), absolute(b), *more))


def widely(function):
    """Half types computed in float32 and rounded once, where PyTorch's kernels round in between, each its own way."""

    def run(*args):
        if args[0].dtype not in (torch.float16, torch.bfloat16):
            return function(*args)
        return function(*[a.float() if isinstance(a, torch.Tensor) else a for a in args]).to(args[0].dtype)

    return run


def cases():

    def conv(name, d, function, x, w, b, *more, pool="mild"):
        cut = lambda shape, offset: None if shape is None else T(f"{d}.{pool}", offset, *shape) if isinstance(shape, tuple) else T(f"{d}.{pool}", offset, shape)
        ask(name, widely(function))
        args = [cut(x, 0), cut(w, 30), cut(b, 9)][: 3 if b is not None or more else 2]
        return case(name, *args, *more, **(dict(magnitude=magnitude(function)) if d not in WHOLE + ["bool"] else {}))

    # dtype by dtype a short case or two; then shapes, on float32
    EACH = {
        1: [([2, 2, 6], [3, 2, 3], [3]), ([1, 4, 5], [4, 2, 2], [4], (2,), (1,), (1,), 2)],
        2: [([1, 2, 4, 3], [3, 2, 2, 2], [3]), ([1, 4, 3, 4], [4, 2, 2, 3], None, (2, 1), (1, 1), (1, 1), 2)],
        3: [([1, 2, 3, 2, 3], [2, 2, 2, 1, 2], [2]), ([1, 2, 3, 3, 2], [2, 1, 2, 2, 2], None, (2, 1, 1), (1, 0, 1), (1, 1, 1), 2)],
    }
    MORE = {
        1: [([2, 5], [3, 2, 2], [3]), ([0, 2, 5], [3, 2, 2], [3]), ([1, 2, 9], [2, 2, 3], None, (3,), (2,), (2,), 1),
            ([1, 3, 6], [9, 1, 3], [9], (1,), (1,), (1,), 3), (([2, 2, 6], [1, 12, 2]), ([3, 2, 3], [1, 3, 6]), ([3], [2])),
            ([1, 1, 40], [1, 1, 4], None, (1,), (0,), (3,), 1), ([1, 1, 3], [2, 1, 3], [2]), ([1, 2, 5], [2, 2, 6]), ([1, 2, 5], [2, 3, 2])],
        2: [([2, 4, 3], [3, 2, 2, 2], [3]), ([0, 2, 4, 3], [3, 2, 2, 2], [3]),
            ([1, 2, 5, 6], [2, 2, 2, 3], [2], (2, 3), (1, 2), (2, 1), 1), ([1, 3, 4, 4], [6, 1, 3, 3], None, (1, 1), (1, 1), (1, 1), 3),
            (([2, 2, 4, 3], [1, 24, 6, 2]), ([3, 2, 2, 2], [8, 1, 4, 2]), [3]), ([1, 1, 2, 20], [2, 1, 1, 5], None, (1, 2), (0, 4), (1, 1), 1),
            ([3, 9, 2, 2], [7, 9, 1, 1], [7]), ([1, 1, 3, 3], [1, 1, 3, 3], [1]), ([1, 1, 4, 4], [1, 1, 1, 1], None, (3, 3), (1, 1), (1, 1), 1),
            ([1, 2, 4, 3], [3, 1, 2, 2]), ([1, 2, 2, 3], [3, 2, 3, 3])],
        3: [([2, 3, 2, 3], [2, 2, 2, 1, 2], [2]), ([0, 2, 3, 2, 3], [2, 2, 2, 1, 2], [2]), ([1, 2, 3, 4, 3], [2, 2, 2, 2, 2], [2], (1, 2, 2), (1, 1, 0), (2, 1, 1), 1),
            (([1, 2, 3, 2, 3], [1, 18, 6, 1, 2]), ([2, 2, 2, 1, 2], [1, 2, 4, 8, 8]), [2]), ([1, 1, 2, 2, 2], [2, 1, 3, 2, 2])],
    }
    functions = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    for n, function in functions.items():
        for d in EVERY:
            for k, args in enumerate(EACH[n]):
                if (k > 0 and d in ("f64", "c64", "c128")) or (not conv(f"conv{n}d", d, function, *args) and k == 0):
                    break
        for args in MORE[n]:
            conv(f"conv{n}d", "f32", function, *(args if len(args) > 2 else [*args, None]))
        conv(f"conv{n}d", "f64", function, *MORE[n][3])
    conv("conv2d", "f32", F.conv2d, [1, 2, 6, 6], [3, 2, 2, 2], None, pool="sparse")
    conv("conv2d", "f32", F.conv2d, [1, 3, 9, 11], [5, 3, 3, 3], [5], (2, 2), (1, 1), (1, 1), 1, pool="normal")

    # words for paddings
    PADDED = {
        1: [([2, 2, 6], [3, 2, 3], [3], (1,), "same"), ([1, 4, 5], [4, 2, 2], [4], (1,), "same", (3,), 2), ([2, 6], [3, 2, 4], None, (1,), "same"),
            ([2, 2, 6], [3, 2, 3], [3], (2,), "valid"), ([2, 2, 6], [3, 2, 3], [3], (2,), "same"), ([2, 2, 6], [3, 2, 3], [3], (1,), "full")],
        2: [([1, 2, 4, 3], [3, 2, 3, 3], [3], (1, 1), "same"), ([1, 2, 4, 3], [2, 1, 2, 3], [2], (1, 1), "same", (1, 2), 2), ([2, 4, 3], [3, 2, 4, 2], [3], (1, 1), "same"),
            ([1, 2, 4, 3], [3, 2, 3, 2], None, (1, 2), "valid"), ([1, 2, 4, 3], [3, 2, 3, 3], None, (2, 1), "same")],
        3: [([1, 2, 3, 2, 3], [2, 2, 2, 1, 3], [2], (1, 1, 1), "same"), ([2, 2, 3, 2], [2, 1, 2, 2, 2], [2], (1, 1, 1), "same", (1, 2, 1), 2),
            ([1, 2, 3, 2, 3], [2, 2, 2, 1, 3], [2], (1, 1, 1), "valid")],
    }
    for n, function in functions.items():
        for d in ["f32", "f64", "f16", "c64", "i64", "bool"]:
            for args in PADDED[n][: 6 if d == "f32" else 2]:
                conv(f"conv{n}d.padding", d, function, *args)

    # transposed
    TRANSPOSED = {
        1: [([2, 2, 4], [2, 3, 3], [3]), ([1, 4, 3], [4, 1, 3], [2], (2,), (1,), (1,), 2, (2,)), ([2, 4], [2, 3, 3], None), ([0, 2, 4], [2, 3, 3], [3]),
            ([1, 2, 4], [2, 1, 2], None, (3,), (0,), (2,), 1, (1,)), ([1, 1, 3], [1, 1, 2], None, (1,), (0,), (1,), 1, (2,)),
            (([2, 2, 4], [1, 8, 2]), ([2, 3, 3], [1, 6, 2]), [3]), ([1, 1, 30], [1, 1, 3], [1], (1,), (2,), (0,), 1, (1,)), ([1, 3, 4], [2, 3, 3], [3]),
            ([1, 2, 1], [2, 3, 2], None, (1,), (1,), (0,), 1, (1,))],
        2: [([1, 2, 3, 2], [2, 3, 2, 2], [3]), ([1, 4, 2, 3], [4, 1, 2, 3], [2], (2, 1), (1, 0), (1, 0), 2, (1, 1)), ([2, 3, 2], [2, 2, 2, 2], None),
            ([0, 2, 3, 2], [2, 3, 2, 2], [3]), ([1, 2, 3, 2], [2, 2, 2, 2], [2], (2, 3), (1, 0), (0, 2), 1, (2, 1)), ([1, 1, 2, 2], [1, 2, 1, 1], [2], (3, 2)),
            (([1, 2, 3, 2], [1, 6, 1, 3]), ([2, 3, 2, 2], [1, 2, 12, 6]), [3]), ([1, 3, 2, 2], [3, 2, 3, 3], None, (2, 2), (1, 1), (1, 1), 3, (1, 1)),
            ([1, 1, 2, 2], [1, 1, 2, 2], None, (1, 1), (0, 0), (1, 1), 1, (1, 1)), ([1, 2, 3, 2], [4, 3, 2, 2], None)],
        3: [([1, 2, 2, 2, 2], [2, 2, 2, 1, 2], [2]), ([1, 2, 2, 1, 2], [2, 1, 2, 2, 2], [2], (2, 1, 2), (1, 0, 0), (1, 0, 1), 2, (1, 2, 1)), ([2, 2, 1, 2], [2, 1, 2, 2, 2], None),
            ([0, 2, 2, 2, 2], [2, 2, 2, 1, 2], [2])],
    }
    functions = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
    for n, function in functions.items():
        name = f"conv_transpose{n}d" + (".input" if n > 1 else "")
        for d in EVERY:
            for k, args in enumerate(TRANSPOSED[n][:2]):
                if d in ("i8", "i16", "i32", "u8") or (k > 0 and d in ("f64", "c64", "c128")):      # the integers: PyTorch has kernels for plain ones only
                    break
                if not conv(name, d, function, *args) and k == 0:
                    break
        for args in TRANSPOSED[n][2:]:
            conv(name, "f32", function, *args)
        conv(name, "f64", function, *TRANSPOSED[n][0])

    # the row beneath
    def sums(x, w, b, stride, padding, dilation, transposed, output_padding, groups):
        return torch.convolution(x, w, b, stride, padding, dilation, transposed, output_padding, groups)

    BENEATH = [
        ([1, 2, 4, 3], [3, 2, 2, 2], [3], (1, 1), (0, 0), (1, 1), False, (0, 0), 1), ([1, 2, 4, 3], [2, 3, 2, 2], [3], (2, 1), (1, 0), (1, 2), True, (1, 0), 1),
        ([2, 2, 6], [2, 1, 3], None, (2,), (1,), (1,), False, (0,), 2), ([1, 1, 2, 3, 2], [2, 1, 2, 2, 1], [2], (1,), (0,), (1,), False, (0,), 1),
    ]
    for d in ["f32", "f64", "f16", "bf16", "i64", "bool", "f8e4m3"]:
        for args in BENEATH[: 4 if d == "f32" else 2]:
            if not conv("convolution", d, sums, *args):
                break
    conv("convolution", "f32", sums, [2, 4, 3], [3, 2, 2, 2], None, (1, 1), (0, 0), (1, 1), False, (0, 0), 1)
    conv("convolution", "f32", sums, [0, 2, 4, 3], [3, 2, 2, 2], [3], (1, 1), (0, 0), (1, 1), False, (0, 0), 1)
