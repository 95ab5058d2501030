"""Picking by tensors of places and masks."""
from freeze import *

TO_3, TO_7, ZERO = "i64.to3", "i64.to7", "i64.zero"
I = lambda offset, size, stride=None: T("i64.ends3", offset, size, stride)      # -3 to 2
MASK = lambda offset, size, stride=None: T("bool.any", offset, size, stride)
PICKED = [  # size, strides, indices
    ([3, 4], None, [I(0, [5])]), ([3, 3], [1, 3], [I(1, [2, 2]), I(3, [2])]), ([4, 3], None, [None, I(0, [3], [2])]), ([3, 3, 3], None, [I(0, [2]), None, I(2, [2])]),
    ([2, 3, 3], [9, 1, 3], [None, I(0, [2, 1]), I(2, [3])]), ([3, 3, 2, 3], None, [None, I(0, [2]), None, I(2, [2])]), ([3, 4], None, [I(0, [])]), ([3], None, [I(0, [])]),
    ([3, 4], None, [I(0, [0])]), ([3, 4], None, [MASK(0, [3])]), ([3, 4], None, [MASK(0, [3, 4])]), ([3, 4], [1, 3], [MASK(3, [3, 4], [1, 3])]), ([2, 3, 2], None, [None, MASK(1, [3, 2])]),
    ([2, 3, 3], None, [MASK(0, [2]), I(1, [1])]), ([3, 3, 2], None, [I(0, [1]), None, MASK(2, [2])]), ([3], None, [T("u8.mask", 0, [3])]), ([3, 2], None, [T("i32.ends3", 0, [4])]), ([0, 3], None, [None, I(0, [2])]),
    ([3, 0], None, [I(0, [2])]), ([3, 3], [0, 1], [I(0, [2]), I(4, [2])]), ([3, 4], None, [T(TO_7, 0, [9])]), ([3, 4], None, [I(0, [2]), I(0, [3])]), ([3], None, [I(0, [2]), I(0, [2])]),
    ([3, 4], None, [MASK(0, [4])]), ([3], None, [MASK(0, [3, 1])]), ([3], None, [T("f32.mild", 0, [2])]), ([3], None, [T("i16.mild", 0, [2])]), ([0], None, [I(0, [1])]), ([0], None, [I(0, [0])]),
    ([3, 3], None, [I(0, [2, 1]), I(2, [1, 3])]), ([2, 3, 2], None, [None, I(0, [2])]),
]
WRITTEN = [  # size, strides, indices (each place at most once), size and strides of the values
    ([5, 2], None, [T("i64.order5", 0, [3])], [3, 2], None), ([5, 2], [1, 5], [T("i64.order5", 6, [2])], [2], None), ([2, 5], None, [None, T("i64.order5", 0, [4])], [2, 4], [1, 2]),
    ([5, 5], None, [T("i64.order5", 0, [5]), T("i64.order5", 5, [5])], [], None), ([3, 2], None, [MASK(0, [3, 2])], [1], None), ([3, 2], None, [MASK(0, [3])], [2], None),
    ([5, 2, 5], None, [T("i64.order5", 0, [2]), None, T("i64.order5", 0, [2])], [2, 1], None), ([5], None, [T("i64.order5", 0, [0])], [1], None), ([5], None, [T("i64.order5", 0, [2])], [3], None),
    ([5], None, [T("i64.order5", 0, [2])], [1, 2], None), ([5], None, [T("i64.order5", 0, [])], [], None), ([0, 2], None, [T("i64.order5", 0, [0])], [], None),
]


def sums(x, indices, values, accumulate=False):
    return finite_max(x) + 9 * finite_max(values)


def cases():
    pool("i64.ends3", lambda r: [r.randint(-3, 2) for _ in range(60)])
    pool("i32.ends3", lambda r: [r.randint(-3, 2) for _ in range(20)])
    pool("u8.mask", lambda r: [r.randint(0, 1) for _ in range(20)])
    pool("f32.rising", lambda r: sorted(r.choice([0, 0, 1, -1, r.uniform(-4, 4)]) for _ in range(7)) + sorted(r.uniform(-4, 4) for _ in range(7)) + [NAN])
    pool("i64.rising", lambda r: sorted(r.randint(-5, 5) for _ in range(7)) + sorted(r.randint(-9, 9) for _ in range(7)))
    for d in EVERY:
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        y = lambda size, stride=None, offset=40: T(f"{d}.mild", offset, size, stride)
        full = d == "f32"
        how = dict(magnitude=sums) if d in FLOATS + HALVES + COMPLEX else {}
        for size, stride, indices in PICKED if full else PICKED[1:2] + PICKED[9:10]:
            case("index.Tensor", x(size, stride), indices)
        for size, stride, indices, values, values_stride in WRITTEN if full else WRITTEN[:1]:
            case("index_put", x(size, stride), indices, y(values, values_stride), False)
        for size, stride, indices, values, values_stride in WRITTEN[:7] if full else ():
            case("index_put", y(size, stride, 9), indices, y(values, values_stride), True, **how)
        case("index_put", y([3, 2]), [I(0, [6])], y([6, 2], None, 3), True, **how)
        if full:
            case("index_put", y([3, 3]), [I(0, [6]), I(8, [6])], y([6], None, 3), True, **how)
            case("index_put", y([3]), [I(0, [1])], T("f64.mild", 0, [1]), False)
            case("index_put", y([3]), [T(TO_7, 0, [9])], y([1]), False)
        for size, stride, index in [([3, 2], [1, 3], I(0, [2, 3])), ([3], None, I(0, [])), ([], None, T(ZERO, 0, [2])), ([0], None, T(ZERO, 0, [0])), ([0], None, T(ZERO, 0, [1])), ([3], None, T("i32.ends3", 0, [2])),
                                    ([3], None, T(TO_7, 0, [9]))] if full else [([3], None, I(0, [3]))]:
            case("take", x(size, stride), index)
        for size, index, source, adds in [([2, 3], T(TO_7, 0, [2]), [2], False), ([5], T("i64.order5", 0, [2, 2]), [4], False), ([3], I(0, [4]), [4], True), ([3], I(0, [2]), [3], False), ([], T(ZERO, 0, []), [1], False)] if full \
                else [([3], I(0, [4]), [4], True)]:
            case("put", y(size, None, 9), index, y(source), adds, **(how if adds else {}))
        for size, stride, mask in [([3, 4], None, MASK(0, [3, 4])), ([3, 4], [1, 3], MASK(2, [4])), ([4], None, MASK(0, [3, 1])), ([], None, MASK(0, [])), ([], None, MASK(0, [4])), ([0], None, MASK(0, [0])),
                                   ([3], None, MASK(0, [4])), ([3], None, T("u8.mask", 0, [3]))] if full else [([2, 3], None, MASK(0, [2, 3]))]:
            case("masked_select", x(size, stride), mask)
            case("masked_scatter", x(size, stride), mask, y([12]))
        if full:
            case("masked_scatter", x([6]), MASK(0, [6]), y([1]))
            case("masked_scatter", x([6]), MASK(0, [6]), T("f64.mild", 0, [6]))
        for size, stride in [([3, 4], None), ([3, 4], [1, 3]), ([2, 2, 3], [0, 3, 1]), ([], None), ([0], None), ([2, 0], None), ([12], None)] if full else [([2, 3], None)]:
            for name in ("nonzero", "argwhere"):
                case(name, T("f32.byte", 0, size, stride) if full and len(size) == 3 else T(f"{'f32.any' if full else d + '.mild'}", 0 if size else 11, size, stride))
        for size, stride, index in [([3, 4], None, T(TO_3, 0, [2, 3])), ([3, 2], [1, 3], T(TO_3, 0, [4], [2])), ([3, 2], None, T(TO_3, 0, [])), ([3, 0], None, T(TO_3, 0, [2])), ([3, 2], None, T(TO_3, 0, [0])),
                                    ([3], None, T(TO_3, 0, [2])), ([3, 2], None, T(TO_7, 0, [9])), ([3, 2], None, I(0, [9])), ([3, 2], None, T("i32.mild", 0, [0]))] if full else [([3, 2], None, T(TO_3, 0, [3]))]:
            case("embedding", x(size, stride), index, 1 if len(size) > 2 else -1, False, False)
        for index, padding, freq in [(T(TO_3, 0, [6]), -1, False), (T(TO_3, 0, [6]), 1, False), (T(TO_3, 0, [2, 3]), 1, True), (T(TO_3, 0, []), 0, False), (T(TO_3, 0, [0]), -1, True)] if full else [(T(TO_3, 0, [5]), 1, True)]:
            m = dict(magnitude=lambda g, *more: 9 * finite_max(g)) if how else {}
            case("embedding_dense_backward", y(index.size + [2]), index, 3, padding, freq, **m)
        if d in ("f32", "i64"):
            for offset, size in ((0, [5]), (2, []), (1, [2, 3])):
                for more in ((False, False, None, None), (True, True, None, None), (False, False, "right", None), (False, False, "left", None), (False, True, "left", None), (False, False, "up", None)):
                    case("searchsorted.Tensor", T(f"{d}.rising", 0, [7]), y(size, None, offset), *more)
                    if not more[2]:
                        case("bucketize.Tensor", y(size, None, offset), T(f"{d}.rising", 0, [7]), *more[:2])
            case("searchsorted.Tensor", T(f"{d}.rising", 0, [2, 7]), y([2, 4]), False, False, None, None)
            case("searchsorted.Tensor", T(f"{d}.rising", 0, [2, 7]), y([3, 4]), False, False, None, None)
            case("searchsorted.Tensor", T(f"{d}.rising", 0, [2, 7]), y([4]), False, False, None, None)
            case("searchsorted.Tensor", T(f"{d}.rising", 0, [0]), y([2]), False, True, None, None)
            case("searchsorted.Tensor", T(f"{d}.rising", 0, [5]), T("f64.mild", 0, [2]), False, False, None, None)
            case("searchsorted.Tensor", y([5]), y([4]), False, False, None, T("i64.order5", 0, [5]))
            case("searchsorted.Tensor", y([5]), y([4]), False, False, None, T("i64.order5", 0, [4]))
            case("bucketize.Tensor", y([3]), T(f"{d}.rising", 0, [2, 3]), False, False)
        else:
            case("searchsorted.Tensor", T(f"{d}.mild", 11, [1]), y([4]), False, False, None, None)
            case("bucketize.Tensor", y([4]), T(f"{d}.mild", 11, [1]), False, True)
    case("searchsorted.Tensor", T("f32.rising", 7, [8]), T("f32.any", 0, [20]), False, False, None, None)
    for index, classes in ((T(TO_3, 0, [4]), -1), (T(TO_3, 0, [2, 2]), 5), (T(TO_3, 0, []), 3), (T(TO_3, 0, [4]), 2), (T(TO_3, 0, [0]), -1), (T(TO_3, 0, [0, 2]), 3), (I(0, [6]), -1), (T(TO_3, 0, [3]), 0),
                           (T("i32.mild", 0, [2]), 9), (T("u8.mild", 0, [2]), -1), (T("i64.to7", 0, [5], [2]), 7)):
        case("one_hot", index, classes)
