"""Reductions."""
from freeze import *

SUMMED_STRIDES = [  # of [2, 3, 4]: plain, broadcast, reversed, with gaps
    [4, 8, 1], [0, 4, 1], [12, 0, 1], [12, 4, 0], [0, 0, 0], [24, 8, 2], [12, 1, 3], [1, 2, 6], [3, 1, 6],
]
HALF_DTYPES = FLOATS + HALVES + COMPLEX      # those of means, spreads and norms


def terms(x):
    x = x.double() if not x.is_complex() else x
    return torch.where(torch.isfinite(x), x, 0.0).abs()


def sum_size(x, dim=None, keepdim=False, dtype=None):
    x = terms(x)
    return finite_max(x.sum(dim=dim, keepdim=keepdim) if isinstance(dim, (int, list, tuple)) and dim != [] else x.sum())


def mean_size(x, dim=None, keepdim=False, dtype=None):
    x = terms(x)
    return (finite_max(x.mean(dim=dim, keepdim=keepdim) if isinstance(dim, (int, list, tuple)) and dim != [] else x.mean())) if x.numel() else 0


def largest(x, *_):
    return finite_max(terms(x))


def sums():
    """The kernels of sum: all lengths round the vectors', layouts, dtypes."""
    for d in ("f32", "i64"):
        how = dict(magnitude=sum_size)
        mild = f"{d}.mild"
        for dims in ([0, 0], [0, -3], [3], [-4]):
            case("sum.dim_IntList", T(mild, 1, [2, 3, 4]), dims, False)
        for dims in ([0], [1], [2], [0, 2], [1, 2], [0, 1], []):
            for stride in SUMMED_STRIDES:
                case("sum.dim_IntList", T(mild, 2, [2, 3, 4], stride), dims, False, **how)
    for d in ("f32", "f64"):
        how = dict(magnitude=sum_size)
        for n in list(range(2, 41, 1 if d == "f32" else 5)) + [63, 64, 65, 127, 128, 129, 257, 399]:
            case("sum.dim_IntList", T(f"{d}.mild", 0, [n]), [], False, **how)
        for n in (1, 3, 4, 5, 8, 9, 16, 17, 33, 65, 70):
            case("sum.dim_IntList", T(f"{d}.mild", 0, [7, n]), [0], False, **how)
            case("sum.dim_IntList", T(f"{d}.mild", 0, [7, n], [1, 7]), [1], False, **how)
        case("sum.dim_IntList", T(f"{d}.mild", 0, [150, 6]), [0], False, **how)
        case("sum.dim_IntList", T(f"{d}.mild", 0, [3, 4, 5, 6]), [0, 2], False, **how)
        case("sum.dim_IntList", T(f"{d}.mild", 0, [3, 4, 5, 6], [1, 3, 12, 60]), [1, 3], True, **how)
        case("sum.dim_IntList", T(f"{d}.mild", 0, [3, 4, 5, 6], [120, 30, 1, 5]), [0, 3], False, **how)
        for offset in range(0, 60, 14):
            case("sum.dim_IntList", T(f"{d}.sparse", offset, [20]), [], False, **how)
        case("sum.dim_IntList", T(f"{d}.sparse", 0, [12, 10]), [0], False, **how)
    for n in (513, 1024, 2100):
        case("sum.dim_IntList", T("f32.normal", 3, [n]), [], False, magnitude=sum_size)
    for x, dims in ((T("i64.any", 0, [60]), []), (T("i64.any", 0, [6, 10]), [0]), (T("u8.any", 0, [250]), []), (T("u8.any", 0, [25, 9]), [0])):
        case("sum.dim_IntList", x, dims, False)
    for d in ("f32", "f64", "i64", "u8", "bool", "f16", "c64"):
        for to in ("f32", "f64", "i64", "u8", "bool", "bf16", "c128", "u16"):
            if d == "c64" and to != "c128":
                continue
            case("sum.dim_IntList", T(f"{d}.mild", 1, [3, 4]), [1], False, DTYPES[to], magnitude=sum_size)
            case("prod.dim_int", T(f"{d}.mild", 1, [3, 2]), 1, False, DTYPES[to])
            if to in HALF_DTYPES:
                case("mean.dim", T(f"{d}.mild", 1, [3, 4]), [1], False, DTYPES[to], magnitude=mean_size)


SHAPES = [(1, [2, 3, 4], None), (1, [3, 4], [1, 3]), (2, [7], None), (0, [], None), (2, [3, 4], [0, 1]), (0, [2, 0], None), (5, [5, 1], None),
          (0, [3, 20], None), (0, [20, 3], [1, 20])]


def shaped(name, calls, pool=mild_of, **how):
    """reduction(), with each shape's own dimensions: calls(ndim) lists what stands behind the tensor."""
    def of(d):
        shapes = SHAPES if d == "f32" else SHAPES[:6] if d in FLOATS + HALVES else SHAPES[1:4:2]
        return [[T(pool(d), *s)] + list(c) for s in shapes for c in calls(len(s[1]))[:None if d == "f32" else 2]]
    over(name, of, **how)


def dims_keep(ndim):
    return [([-1], False), ([0], True)] + ([([0, -1], True), ([], False)] if ndim > 1 else [])


def dim_keep(ndim):
    return [(-1, False), (0, True), (ndim + 1, False)]


def without(*kinds):
    return [d for d in EVERY if d not in kinds]


def extremes():
    few = lambda d: f"{d}.any"
    for name in ("max", "min"):
        shaped(name, lambda n: [()], few)
        shaped(name + ".dim", dim_keep, few)
        shaped("arg" + name, lambda n: dim_keep(n) + [(None, False), (None, True)], few)
        shaped("a" + name, dims_keep, few)
        for n in (15, 16, 17, 63, 64, 65, 200):
            case(name + ".dim", T("f32.any", 0, [n]), 0, False)
            case(name + ".dim", T("f32.mild", 0, [3, n]), 1, False)
            case(name + ".dim", T("f64.mild", 0, [n, 3]), 0, False)
    shaped("aminmax", lambda n: [(None, False)] + dim_keep(n), few)
    case("argmax", T("f32.normal", 0, [2100]), None, False)
    case("argmin", T("f32.normal", 0, [700, 3]), 0, False)
    for name in ("argmax", "max.dim", "amax", "aminmax"):
        for size in ([0], [2, 0], [0, 2]):
            for dim in (0, 1):
                case(name, T("f32.mild", 0, size), [dim] if name == "amax" else dim)


def truths():
    flags = lambda d: f"{d}.flags"
    for d in EVERY:
        pool(flags(d), lambda r: [r.choice([0, 0, 1]) for _ in range(60)])
    for name in ("any", "all"):
        for p in (flags, mild_of):
            shaped(name, lambda n: [()], p)
            shaped(name + ".dim", dim_keep, p)
        shaped(name + ".dims", lambda n: [([-1], False), ([], False), (None, True)], flags)
    shaped("count_nonzero", lambda n: [(None,), (-1,), (5,)], flags)
    shaped("count_nonzero.dim_IntList", lambda n: [([-1],), ([],), ([0, -1],)], flags)
    case("any", T("f32.any", 3, [5, 4]))
    case("all", T("f32.any", 3, [5, 4]))


def spreads():
    for name in ("var", "std"):
        for more in ("", "_mean"):
            how = dict(magnitude=largest) if more else {}
            shaped(name + more, lambda n: [(True,), (False,)], **how)
            some = dict(how, dtypes=EVERY if more == "" else ["f32", "bf16", "c64", "i64"])
            shaped(name + more + ".dim", lambda n: [([-1], True, False), ([0], False, True), (None, True, True)], **some)
            shaped(name + more + ".correction", lambda n: [([-1], None, False), ([0], 0, True), ([], 2, True), (None, 0.5, False), (None, 40, False)], **some)
    case("var", T("f32.normal", 0, [2100]), True)
    case("var.dim", T("f32.normal", 0, [700, 3]), [0], True, False)


def norms():
    ords = (2, 1, 0, INF, -INF, 3, 0.5, -1.5)
    for p in ords:
        if p == 2:
            shaped("linalg_vector_norm", lambda n: [(p, [-1], False), (p, [0], True), (p, [], False)])
        for d in HALF_DTYPES:
            case("linalg_vector_norm", T(f"{d}.mild", 1, [3, 4], [1, 3]), p, [-1], False)
            case("linalg_vector_norm", T(f"{d}.mild", 3, [7]), p, None, True)
        for size in ([], [0], [2, 0], [0, 2]):
            case("linalg_vector_norm", T("f32.mild", 1, size), p, [-1], False)
        case("norm.Scalar", T("f32.mild", 3, [20]), p)
        case("norm.ScalarOpt_dim", T("f64.mild", 3, [5, 4]), p, [0], True)
    shaped("norm.Scalar", lambda n: [(2,)])
    shaped("norm.ScalarOpt_dim", lambda n: [(None, [-1], False), (3.0, [0], True)])
    for d, to in (("f32", "f64"), ("f16", "f32"), ("f64", "f32"), ("f32", "c64"), ("i64", "f32"), ("bf16", "f16"), ("f32", "f32"), ("c64", "c64")):
        case("linalg_vector_norm", T(f"{d}.mild", 0, [9]), 2, None, False, DTYPES[to])
        case("norm.ScalarOpt_dtype", T(f"{d}.mild", 0, [9]), 2, DTYPES[to])
        case("norm.ScalarOpt_dim_dtype", T(f"{d}.mild", 0, [3, 3]), 1, [1], True, DTYPES[to])


def cases():
    sums()
    reduced = dict(magnitude=sum_size)
    shaped("sum", lambda n: [()], **reduced)
    shaped("sum.dim_IntList", lambda n: dims_keep(n) + [(None, True)], **reduced)
    shaped("nansum", lambda n: dims_keep(n) + [(None, True)], **reduced)
    shaped("mean", lambda n: [()], magnitude=mean_size)
    shaped("mean.dim", lambda n: dims_keep(n) + [(None, True)], magnitude=mean_size)
    for d in FLOATS + HALVES:
        case("nansum", T(f"{d}.any", 0, [6, 5]), [1], False)
    small = lambda d: f"{d}.factors"
    for d in EVERY:
        pool(small(d), lambda r: [r.choice([1, 2, 3, 1, 0.5, 0, 1.5] if d not in WHOLE + ["bool"] else [1, 2, 3, 1, 1, 0]) for _ in range(70)])
    shaped("prod", lambda n: [()], small)
    shaped("prod.dim_int", dim_keep, small)
    extremes()
    truths()
    spreads()
    norms()
    for d in HALVES:      # PyTorch rounds every step to the half type: results that do not come out small
        pool(f"{d}.high", lambda r: [r.uniform(3, 6) for _ in range(70)])
    shaped("logsumexp", lambda n: [([-1], False), ([0], True)] + ([([0, 1], False)] if n > 1 else []), lambda d: f"{d}.high" if d in HALVES else f"{d}.mild",
           magnitude=largest)
    for offset in range(0, 50, 5):
        case("logsumexp", T("f32.any", offset, [5]), [0])
    case("logsumexp", T("f32.normal", 0, [700, 3]), [0])
