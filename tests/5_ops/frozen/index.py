"""Indexing."""
from freeze import *

TO_7, TO_3, ZERO, ORDER = "i64.to7", "i64.to3", "i64.zero", "i64.order5"
SELECTED = [  # size, strides
    ([3], None), ([3, 4], None), ([4, 3], None), ([3, 4], [1, 3]), ([2, 3, 4], None), ([3, 0], None), ([3, 3], [0, 1]),
]
GATHERS = [  # size, strides, dim, index
    ([3, 4], None, 0, T(TO_3, 0, [5, 4])),
    ([3, 4], None, 1, T(TO_3, 0, [3, 2])),
    ([3, 4], [1, 3], 0, T(TO_3, 2, [2, 3], [1, 2])),
    ([2, 3, 4], None, 1, T(TO_3, 0, [2, 6, 4])),
    ([2, 3, 4], [1, 8, 2], -2, T(TO_3, 0, [1, 2, 3])),
    ([7], None, 0, T(TO_7, 0, [20])),
    ([7], [2], 0, T(TO_7, 0, [5], [3])),
    ([3, 4], [0, 1], 0, T(TO_3, 0, [5, 4])),
    ([], None, 0, T(ZERO, 0, [])),
    ([], None, 0, T(ZERO, 0, [3])),
    ([1], None, 0, T(ZERO, 0, [])),
    ([3], None, 0, T(TO_3, 1, [])),
    ([3, 4], None, 0, T(TO_3, 0, [0, 4])),
    ([3, 4], None, 0, T(TO_3, 0, [0])),
    ([0, 4], None, 0, T(TO_3, 0, [0, 4])),
    ([3, 4], None, 0, T(TO_3, 0, [2, 5])),
    ([3, 4], None, 0, T(TO_3, 0, [2])),
    ([3], None, 0, T(TO_7, 0, [9])),
    ([3], None, 1, T(TO_3, 0, [2])),
    ([3], None, 0, T("u8.mild", 0, [2])),
    ([3, 4], None, 0, T(TO_3, 0, [4, 4], [0, 1])),
]
SCATTERS = [  # size, strides, dim, index, size and strides of the source
    ([5, 3], None, 0, T(ORDER, 0, [5, 3], [1, 5]), ([5, 3], None)),
    ([3, 5], None, 1, T(ORDER, 5, [3, 4], [5, 1]), ([3, 5], None)),
    ([3, 5], [1, 3], 1, T(ORDER, 0, [2, 5]), ([2, 5], [1, 2])),
    ([3, 5], None, -1, T(ORDER, 0, [3, 5]), ([4, 6], None)),
    ([2, 5, 3], [1, 6, 2], 1, T(ORDER, 0, [2, 5, 3], [15, 1, 5]), ([2, 5, 3], None)),
    ([5], None, 0, T(ORDER, 0, [5]), ([5], [2])),
    ([5], None, 0, T(ORDER, 0, [2]), ([2], None)),
    ([], None, 0, T(ZERO, 0, []), ([], None)),
    ([], None, 0, T(ZERO, 0, [1]), ([1], None)),
    ([5], None, 0, T(ORDER, 0, []), ([], None)),
    ([5], None, 0, T(ORDER, 0, [0]), ([0], None)),
    ([0, 5], None, 1, T(ORDER, 0, [0, 5]), ([0, 5], None)),
    ([3, 5], None, 1, T(ORDER, 0, [4, 5]), ([4, 5], None)),
    ([3, 5], None, 1, T(ORDER, 0, [3, 5]), ([3, 4], None)),
    ([3, 5], None, 1, T(ORDER, 0, [5]), ([5], None)),
    ([5], None, 1, T(ORDER, 0, [5]), ([5], None)),
    ([4], None, 0, T(ORDER, 0, [5]), ([5], None)),
    ([5], None, 0, T("u8.mild", 0, [2]), ([2], None)),
    ([5], None, 0, T(ORDER, 0, [1]), ([], None)),
    ([5], None, 0, T(ORDER, 0, [2]), ([], None)),
    ([5], None, 0, T(ORDER, 0, []), ([3], None)),
    ([5], None, 0, T(ORDER, 0, []), ([0], None)),
    ([], None, 0, T(ZERO, 0, [2]), ([2], None)),
    ([], None, 0, T(ZERO, 0, [2]), ([], None)),
]


def sums(x, dim, index, source, *more):
    """What rounding errors of a sum are measured by."""
    return finite_max(x) + index.numel() * finite_max(source) * abs(more[0] if more and not isinstance(more[0], str) else 1)


def products(x, dim, index, source, *more):
    return finite_max(x) * max(finite_max(source), 1) ** index.numel()


REDUCES = ["sum", "prod", "mean", "amax", "amin"]


def cases():
    to7, to3, zero, order = TO_7, TO_3, ZERO, ORDER
    pool("i32.to3", lambda r: [r.randint(0, 2) for _ in range(40)])
    pool("i16.to3", lambda r: [r.randint(0, 2) for _ in range(10)])
    for d in EVERY:
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        y = lambda size, stride=None, offset=40: T(f"{d}.mild", offset, size, stride)
        full = d == "f32"
        how = dict(magnitude=sums) if d in FLOATS + HALVES + COMPLEX else {}
        for index in (T(to3, 0, [5]), T(to3, 1, [4], [2]), T(to3, 0, []), T(to3, 0, [0]), T(to3, 3, [3], [0]), T(to3, 0, [2, 2]), T(to7, 0, [9])) if full else (T(to3, 0, [3]),):
            for size, stride in SELECTED[::2] if full else SELECTED[1:2]:
                for dim in range(-1, len(size)) if full else (1,):
                    case("index_select", x(size, stride), dim, index)
        for index in (T("i32.to3", 0, [4]), T("i32.to3", 1, [3], [2]), T("i16.to3", 0, [2])) if full else ():
            case("index_select", x([3, 2]), 0, index)
            case("gather", x([4]), 0, index)
            case("scatter.src", x([4]), 0, index, y([4]))
            case("scatter.value", x([4]), 0, index, 2.5)
            case("scatter_add", x([4]), 0, index, y([4]))
            case("index_add", y([3]), 0, index, y(index.size, None, 3))
            case("index_copy", y([3]), 0, index, y(index.size, None, 3))
            case("index_fill.int_Scalar", y([3]), 0, index, 1)
            case("scatter_reduce.two", y([4]), 0, index, y([4], None, 3), "sum", True)
            case("take_along_dim", y([4]), index, 0)
        for index in (T(zero, 0, [1]), T(zero, 0, []), T(zero, 0, [2]), T(zero, 0, [0])) if full else ():
            case("index_select", x([]), 0, index)
            case("index_select", x([1]), 0, index)
        case("index_select", x([3]), 1, T(zero, 0, [2]))

        for alpha in (1, 2, -1, 0.5) if full or d in ("u8", "i64", "bool") else (1, 2):
            more = (alpha,) if alpha != 1 else ()
            case("index_add", y([3, 2]), 0, T(to3, 0, [5]), y([5, 2], None, 3), *more, **how)
            if full:
                case("index_add", y([4, 3]), 1, T(to3, 0, [5]), y([4, 5], [1, 4], 3), *more, **how)
        if full:
            case("index_add", y([2, 3, 4], [1, 8, 2]), -2, T(to3, 1, [4], [2]), y([2, 4, 4], None, 3), **how)
            case("index_add", y([3, 4]), 0, T(to7, 0, [9]), y([9, 4], None, 3), **how)
            for name in ("index_add", "index_copy"):
                for size, index, source in [([3], [], []), ([3], [1], [1]), ([3], [0], [0]), ([3, 0], [2], [2, 0]), ([3, 4], [3], [3, 5]), ([3, 4], [3], [4, 4]), ([3], [2], []),
                                            ([3], [1], []), ([3], [], [1]), ([3, 2], [1], []), ([3, 2], [1, 1], [1, 2])]:
                    case(name, y(size), 0, T(to3, 0, index), y(source, None, 3))
                for index in ([1], [], [0], [2]):
                    case(name, y([]), 0, T(zero, 0, index), y([], None, 3))
            for other in ("i64", "f64", "f16"):
                for name in ("index_add", "index_copy", "scatter.src", "scatter_add"):
                    case(name, y([5]), 0, T(order, 0, [5]), T(f"{other}.mild", 3, [5]))
            case("index_copy", x([4, 3], [1, 4]), -1, T("i64.order5", 6, [2]), y([4, 2], [1, 4]))
            case("index_copy", x([2, 3, 2], [1, 8, 2]), 1, T(to3, 1, [2]), y([2, 2, 2]))
        case("index_copy", x([5, 2]), 0, T(order, 0, [3]), y([3, 2]))
        for size, stride, dim, index in [([3, 2], None, 0, T(to3, 0, [2])), ([2, 3], [1, 2], -1, T(to3, 0, [4])), ([3], None, 0, T(to3, 0, [])), ([], None, 0, T(zero, 0, [1])),
                                         ([3, 0], None, 0, T(to3, 0, [2])), ([3], None, 0, T(to3, 0, [0])), ([3], None, 1, T(to3, 0, [2])), ([3], None, 0, T(to3, 0, [2, 1])),
                                         ([3], None, 0, T(to7, 0, [6]))] if full else [([3, 2], None, 0, T(to3, 0, [2]))]:
            for number in (3, 0.5, True) if full else (1, 2.5):
                case("index_fill.int_Scalar", x(size, stride), dim, index, number)
            case("index_fill.int_Tensor", x(size, stride), dim, index, y([]))
        for number in (1 + 2j, 300, -1, INF) if d in ("f32", "u8", "c64", "f16") else ():
            case("index_fill.int_Scalar", x([3]), 0, T(to3, 0, [1]), number)
            case("scatter.value", x([3]), 0, T(to3, 0, [1]), number)
        if full:
            case("index_fill.int_Tensor", x([3]), 0, T(to3, 0, [1]), y([1]))
            case("index_fill.int_Tensor", x([3]), 0, T(to3, 0, [1]), T("i64.mild", 0, []))

        for size, stride, dim, index in GATHERS if full else GATHERS[1:2] + GATHERS[6:7]:
            case("gather", x(size, stride), dim, index)
        for size, index, dim in [([3, 4], T(to3, 0, [3, 2]), 1), ([3, 4], T(to3, 0, [1, 4]), 0), ([3, 4], T(to3, 0, [3, 1]), 1), ([3, 1], T(to3, 0, [2, 4]), 0), ([3, 4], T(to3, 0, [2, 2]), None),
                                 ([], T(zero, 0, []), 0), ([], T(zero, 0, [2]), None), ([3], T(to3, 0, [2, 2]), 0), ([3, 4], T(to3, 0, [2, 3]), 0), ([0, 3], T(to3, 0, [0, 2]), 1)] if full \
                else [([3, 2], T(to3, 0, [1, 2]), 0)]:
            case("take_along_dim", x(size), index, dim)

        for size, stride, dim, index, source in SCATTERS if full else SCATTERS[1:2]:
            case("scatter.src", x(size, stride), dim, index, y(*source))
            case("scatter_add", y(size, stride, 9), dim, index, y(*source), **how)
            for number in (3, 0.5, True)[::1 if len(size) == 1 else 2] if full else (1,):
                case("scatter.value", x(size, stride), dim, index, number)
        case("scatter_add", y([3, 2]), 0, T(to3, 0, [6, 2]), y([6, 2], None, 3), **how)
        if full:
            case("scatter_add", y([3, 4]), 0, T(to3, 0, [6, 4], [1, 0]), y([6, 4], [1, 6], 3), **how)
        for reduce in REDUCES + (["none"] if full else []):
            p = dict(magnitude=products) if reduce == "prod" and how else how
            for include in (True, False):
                case("scatter_reduce.two", y([4]), 0, T(to3, 0, [6]), y([6], None, 3), reduce, include, **p)
                if full:
                    case("scatter_reduce.two", y([3, 4], [1, 3]), 1, T(to3, 0, [3, 5]), y([4, 6], None, 3), reduce, include, **p)
                    case("scatter_reduce.two", y([]), 0, T(zero, 0, []), y([], None, 3), reduce, include, **p)
                    case("scatter_reduce.two", y([3]), 0, T(zero, 0, [0]), y([0], None, 3), reduce, include, **p)
                    case("scatter_reduce.two", x([4]), 0, T(to3, 0, [6]), x([6], None, 4), reduce, include, **p)
        for reduce in ("add", "multiply") + (("mean",) if full else ()):
            p = dict(magnitude=products) if reduce == "multiply" and how else how
            case("scatter.reduce", y([4]), 0, T(to3, 0, [6]), y([6], None, 3), reduce, **p)
            case("scatter.value_reduce", y([4]), 0, T(to3, 0, [2]), 2, reduce)
            if full:
                case("scatter.value_reduce", y([3, 4]), 1, T(to3, 0, [2, 3]), 0.5, reduce)
