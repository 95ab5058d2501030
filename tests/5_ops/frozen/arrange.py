"""Arranging."""
from freeze import *

MIXES = [("f32", "i64"), ("u8", "i8"), ("f16", "bf16"), ("c64", "f64"), ("bool", "i32"), ("i64", "f16"), ("u16", "i16"), ("u32", "u32"), ("f8e4m3", "f32"), ("u64", "f32")]
THREE = [([2, 3, 4], None), ([3, 4], [1, 3]), ([5], [2]), ([], None), ([3, 4], [0, 1]), ([2, 0, 3], None)]
LISTS = [  # sizes, strides of each; dim
    ([([2, 3], None), ([2, 3], None)], 0), ([([2, 3], None), ([2, 1], None), ([2, 4], [1, 2])], 1), ([([3, 2], [1, 3])], -1), ([([0], None), ([2, 3], None)], 1),
    ([([2, 3], None), ([0], None), ([0, 3], None)], 0), ([([0], None), ([0], None)], 0), ([([0], None)], 3), ([([2, 3], None), ([2, 4], None)], 0),
    ([([], None), ([], None)], 0), ([([3], None), ([], None)], 0), ([([3], None), ([2], [3]), ([4], None)], 0), ([([2, 1, 2], None), ([2, 3, 2], [6, 1, 3])], -2),
    ([([2, 3], None), ([3], None)], 0), ([([2, 3], None)], 2), ([([1, 3], [0, 1]), ([2, 3], [0, 1])], 0),
]
PADS = [  # size, strides, pad
    ([2, 3], None, [1, 2]), ([2, 3], [1, 2], [1, 0, 0, 2]), ([3, 4], None, [-1, 1, 2, -1]), ([2, 2, 3], None, [0, 1, 1, 1, 2, 0]), ([5], [2], [2, -3]), ([], None, []),
    ([2, 3], None, []), ([0, 2], None, [1, 1, 2, 0]), ([3], None, [-2, -2]), ([3], None, [-1, -2]), ([3], None, [1]), ([3], None, [1, 1, 1, 1]), ([4], [0], [1, 1]),
    ([3, 2], None, [-2, 0, 1, 1]),
]
OWN = [  # size, strides, pad
    ([2, 5], None, [2, 1]), ([1, 2, 5], [10, 1, 2], [0, 4]), ([2, 5], None, [-1, 2]), ([2, 5], None, [1, -3]), ([2, 3, 4], None, [1, 2, 2, 0]), ([2, 1, 3, 4], None, [3, 0, 0, 1]),
    ([1, 2, 3, 2], None, [1, 1, 0, 2, 1, 0]), ([2, 1, 2, 2, 3], None, [1, 0, 1, 1, 0, 1]), ([2, 3], None, [3, 0]), ([2, 3], None, [4, 0]), ([2, 3], None, [-3, 0]), ([0, 2, 3], None, [1, 1]),
    ([2, 0], None, [1, 1]), ([3], None, [1, 1]), ([2, 3, 4, 5], None, [1, 1]), ([2, 3], None, [1]), ([2, 3], None, [0, 0]), ([2, 3], None, [-2, 3]), ([2, 0, 3], None, [1, 0]),
]


def cases():
    def x(d, size, stride=None, offset=1):
        return T(any_of(d), offset, size, stride)

    for d in EVERY:
        for members, dim in LISTS if d == "f32" else LISTS[:1]:
            case("cat", [x(d, *m, offset=1 + 3 * i) for i, m in enumerate(members)], dim)
        for members, dim in [([([2, 3], None), ([2, 3], [1, 2])], 1), ([([], None)] * 3, 0), ([([2], [2])] * 2, -1), ([([2], None), ([3], None)], 0), ([([0, 2], None)] * 2, 2),
                             ([([2], None)] * 2, 2)] if d == "f32" else [([([2], None)] * 2, 0)]:
            case("stack", [x(d, *m, offset=1 + 3 * i) for i, m in enumerate(members)], dim)
    for d, e in MIXES:
        case("cat", [x(d, [2, 2]), x(e, [1, 2])], 0)
        case("cat", [x(d, [0]), x(e, [1, 2])], 0)
        case("stack", [x(d, [2]), x(e, [2])], 0)
    case("cat", [x("bool", [2]), x("u8", [2]), x("f16", [1])], 0)
    for name in ["hstack", "vstack", "dstack", "column_stack"]:
        for sizes in ([[], []], [[3], [2]], [[3], [3]], [[2, 3], [2, 3]], [[2, 3], [2]], [[2, 1], [2]], [[2, 3, 2], [2, 3, 2]], [[2, 3], [2, 3, 1]], [[3], []], [[0], [3]]):
            case(name, [x("f32", s, offset=1 + i) for i, s in enumerate(sizes)])
        case(name, [x("i64", [3]), x("f16", [3])])
        case(name, [x("f32", [3, 2], [1, 3])])
    for d in EVERY:
        few = d != "f32"
        for size, stride in [([1, 2, 3], [6, 1, 2])] if few else THREE:
            for dims in ([0], [-1, 0], [], [1], [0, 0], [5]) if not few else ([0, -1],):
                case("flip", x(d, size, stride), dims)
            for shifts, dims in (([1], []), ([-2], [0]), ([1, 7], [0, -1]), ([0], []), ([2, 1], [0]), ([1, 1], [0, 0]), ([], []), ([3], [4]), ([2**40], [0])) if not few else (([2], []),):
                case("roll", x(d, size, stride), shifts, dims)
            for k, dims in ((1, [0, 1]), (2, [0, 1]), (-1, [1, -1]), (0, [0, 1]), (1, [0, 0]), (1, [0]), (1, [0, 3])) if not few else ((3, [0, 2]),):
                case("rot90", x(d, size, stride), k, dims)
            for repeats in ([2], [2, 1, 2], [1, 1], [2, 0, 1], [2, 1, 1, 1], [], [-1, 1, 1]) if not few else ([1, 2, 2],):
                case("repeat", x(d, size, stride), repeats)
                case("tile", x(d, size, stride), repeats)
            for times, dim in ((2, None), (3, 0), (0, -1), (1, None), (2, 2), (-1, None)) if not few else ((2, 1),):
                case("repeat_interleave.self_int", x(d, size, stride), times, dim)
            for repeats, dim in ((T("i64.to3", 0, [2]), 0), (T("i64.to3", 2, []), 1), (T("i64.to3", 1, [1]), None), (T("i64.to3", 1, [3]), 1), (T("i32.mild", 1, [2]), 0),
                                 (T("f32.any", 1, [2]), 0)) if not few else ((T("i64.to3", 0, [2]), 1),):
                case("repeat_interleave.self_Tensor", x(d, size, stride), repeats, dim)
        for size, stride in [([3, 4], None), ([4, 3], [1, 4]), ([2, 3, 3], None), ([2, 2, 3, 2], [1, 2, 4, 12]), ([0, 3], None), ([2, 0, 2], None), ([3], None), ([], None)] if not few else [([3, 4], None)]:
            for k in (0, 1, -1, 5, -5, 2**40) if not few else (0,):
                case("tril", x(d, size, stride), k)
                case("triu", x(d, size, stride), k)
        for size, stride in [([3], None), ([3, 4], None), ([4, 3], [1, 4]), ([0], None), ([2, 0], None), ([], None), ([2, 2, 2], None)] if not few else [([2], None), ([2, 2], None)]:
            for k in (0, 1, -2, 9) if not few else (1,):
                case("diag", x(d, size, stride), k)
                case("diagflat", x(d, size, stride), k)
        for size, stride in [([3], [2]), ([2, 3], None), ([0], None), ([2, 0], None), ([], None)] if not few else [([2], None)]:
            for offset, a, b in ((0, -2, -1), (1, 0, 1), (-2, -1, 0), (1, 0, 2), (0, 1, 1), (0, 0, 3)) if not few else ((1, -2, -1),):
                case("diag_embed", x(d, size, stride), offset, a, b)
        for size, stride, pad in PADS if not few else PADS[:1]:
            for value in (0, 2.5, 7) if d == "f32" else (3,):
                case("constant_pad_nd", x(d, size, stride), pad, value)
        for value in (True, 1.5 - 2j, 300, -1, INF) if d in ("f32", "u8", "c64", "i8", "f16", "bool") else ():
            case("constant_pad_nd", x(d, [2]), [1, 0], value)
        for mode in ("reflect", "replicate", "circular"):
            for size, stride, pad in OWN if d == "f32" else OWN[:1] if d in FLOATS + HALVES + COMPLEX else ():
                if mode == "circular" and any(p < 0 for p in pad):
                    continue            # PyTorch leaves elements of the result unwritten
                case("pad", x(d, size, stride), pad, mode, None)
        for name, mode in (("reflection_pad", "reflect"), ("replication_pad", "replicate")):
            for size, stride, pad in OWN if d == "f32" else OWN[:1] if d in FLOATS + HALVES + COMPLEX else ():
                for n in (1, 2, 3):
                    if d == "f32" or 2 * n == len(pad):
                        case(f"{name}{n}d", x(d, size, stride), pad)
    for mode, value in (("constant", None), ("constant", 1.5), ("reflect", 0.0), ("reflect", 1.0), ("none of them", None)):
        case("pad", x("f32", [2, 3]), [1, 2], mode, value)
    for d in ("i64", "i32"):
        for at in (0, 7):
            case("repeat_interleave.Tensor", T("i64.to3" if d == "i64" else "u8.mild", at, [5]) if d == "i64" else T("i64.to3", at, [5], [2]), None)
    case("repeat_interleave.Tensor", T("i64.to3", 0, [0]), None)
    case("repeat_interleave.Tensor", T("i64.to3", 0, []), None)
    case("repeat_interleave.Tensor", T("i64.to3", 0, [2, 2]), None)
    case("repeat_interleave.Tensor", T("f32.any", 0, [2]), None)
    for d in ["f32", "c64"]:      # views move no elements
        if d == "c64":
            copies("mH")
            copies("adjoint")
        for size, stride in THREE[:4] + [([1, 3, 1], None), ([2, 0, 3], None)] if d == "f32" else [([2, 1, 2], [2, 7, 1])]:
            for a, b in (([0], [1]), ([0, 1], [1, 0]), ([-1], [0]), ([], []), ([0, 2], [1, 0]), ([0], [0, 1]), ([0, 0], [0, 1]), ([3], [0])):
                case("movedim.intlist", x(d, size, stride), a, b)
                case("moveaxis.intlist", x(d, size, stride), a, b)
            for a, b in ((0, 1), (-1, 0), (0, -1), (0, 4)):
                for name in ("movedim.int", "moveaxis.int", "swapaxes", "swapdims"):
                    case(name, x(d, size, stride), a, b)
            for name in ("squeeze", "ravel", "numpy_T", "mT", "mH", "adjoint", "atleast_1d", "atleast_2d", "atleast_3d", "fliplr", "flipud"):
                case(name, x(d, size, stride))
            for dims in ([0], [0, -1], [], [0, 0], [0, 1, 2]):
                case("squeeze.dims", x(d, size, stride), dims)
            for dim, sizes in ((0, [1, -1]), (-1, [2, 2]), (-1, [-1, 2]), (0, [2]), (1, [3, 1, 1]), (0, []), (-1, [-1, -1]), (5, [1])):
                case("unflatten.int", x(d, size, stride), dim, sizes)
            for other in ([2, 3, 4], [4, 6], [1, 12], [5], [4, 3, 4]):
                for name in ("view_as", "reshape_as", "expand_as"):
                    case(name, x(d, size, stride), T("u8.any", 0, other))
                case("broadcast_to", x(d, size, stride), other)
