"""Products."""
from freeze import *

SIZES = [  # m, k, n
    (2, 3, 4), (1, 1, 1), (1, 5, 1), (5, 1, 3), (1, 7, 6), (6, 7, 1), (0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0), (7, 9, 11), (4, 8, 8),
]
MATMULS = [  # shapes of both sides
    ([3], [3]), ([1], [1]), ([0], [0]), ([2, 3], [3]), ([3], [3, 4]), ([2, 3], [3, 4]), ([5, 2, 3], [3]), ([3], [5, 3, 4]),
    ([5, 2, 3], [3, 4]), ([2, 3], [5, 3, 4]), ([5, 2, 3], [5, 3, 4]), ([5, 2, 3], [1, 3, 4]), ([2, 1, 2, 3], [5, 3, 4]),
    ([1, 5, 2, 3], [2, 1, 3, 2]), ([0, 2, 3], [3, 4]), ([5, 0, 3], [3, 4]), ([5, 2, 0], [0, 4]), ([2, 0], [0]), ([0, 2, 3], [1, 3, 4]),
    ([2, 2, 2, 2, 3], [3, 2]), ([3], [0, 3, 4]), ([2, 3], [2, 3]), ([], [3]), ([3], [4]), ([2, 2, 3], [3, 3, 2]),
]


def cases():

    def dot_size(a, b, *_):
        a, b = [torch.where(torch.isfinite(x), x, 0.0).abs() for x in (a, b)]
        return finite_max(torch.matmul(a, b))

    def linear_size(x, w, bias=None):
        return dot_size(x, w.t()) + (finite_max(bias.abs()) if bias is not None else 0)

    def product(name, d, a, b, *more, pool="mild", size=dot_size):
        offset_b = 50 if pool != "normal" else 70
        case(name, T(f"{d}.{pool}", 0, *a), T(f"{d}.{pool}", offset_b, *b), *more, magnitude=size)

    for d in FLOATS + ["i64"]:
        for (m, k, n) in SIZES[::1 if d in ("f32", "i64") else 2]:
            product("mm", d, ([m, k],), ([k, n],))
            product("mm", d, ([m, k], [1, max(m, 1)]), ([k, n],))
            product("mm", d, ([m, k],), ([k, n], [1, max(k, 1)]))
            product("mm", d, ([m, k], [1, max(m, 1)]), ([k, n], [1, max(k, 1)]))
            product("mm", d, ([m, k], [2 * k, 2]), ([k, n], [0, 1]))
            product("linear", d, ([m, k],), ([n, k],), size=linear_size)
            product("linear", d, ([m, k], [1, max(m, 1)]), ([n, k], [1, max(n, 1)]), T(f"{d}.mild", 9, [n]), size=linear_size)
        for (i, m, k, n) in ((2, 3, 4, 2), (1, 1, 1, 1), (3, 1, 5, 2), (0, 2, 3, 4), (2, 0, 3, 1), (2, 2, 0, 3), (4, 5, 6, 7)):
            product("bmm", d, ([i, m, k],), ([i, k, n],))
            product("bmm", d, ([i, m, k], [m * k, 1, max(m, 1)]), ([i, k, n], [k * n, 1, max(k, 1)]))
            product("bmm", d, ([i, m, k], [0, k, 1]), ([i, k, n], [1, max(i * n, 1), max(i, 1)]))
        for a, b in MATMULS:
            product("matmul", d, (a,), (b,))
        product("matmul", d, ([4, 3], [1, 4]), ([3], [2]))
        product("matmul", d, ([5, 2, 3], [0, 3, 1]), ([3, 4], [1, 3]))
        product("matmul", d, ([2, 3, 4, 5], [5, 40, 10, 1]), ([2, 1, 5, 2], [10, 10, 1, 5]))
        product("linear", d, ([5],), ([3, 5],), T(f"{d}.mild", 9, [3]), size=linear_size)
        product("linear", d, ([2, 3, 5],), ([4, 5],), T(f"{d}.mild", 9, [4]), size=linear_size)
        product("linear", d, ([2, 3, 5], [5, 10, 1]), ([4, 5],), None, size=linear_size)
        product("linear", d, ([2, 3, 5], [1, 10, 2]), ([4, 5],), T(f"{d}.mild", 9, [4], [3]), size=linear_size)
        product("linear", d, ([0, 3, 5],), ([4, 5],), T(f"{d}.mild", 9, [4]), size=linear_size)
    for (m, k, n) in ((17, 33, 9), (16, 16, 16), (31, 40, 33), (3, 300, 2), (1, 100, 20), (20, 100, 1), (12, 64, 13)):
        product("mm", "f32", ([m, k],), ([k, n],), pool="normal")
        product("mm", "f32", ([m, k], [1, m]), ([k, n], [1, k]), pool="normal")
        product("linear", "f32", ([m, k],), ([n, k],), T("f32.normal", 9, [n]), pool="normal", size=linear_size)
        if m * n < 300 and k < 101:
            product("mm", "f64", ([m, k], [1, m] if m * k < 800 else [1, 0]), ([k, n], [1, 5]))
    product("mm", "f32", ([33, 66],), ([66, 3],), pool="normal")
    product("bmm", "f32", ([6, 11, 13],), ([6, 13, 5],), pool="normal")
    for d in FLOATS:
        product("mm", d, ([5, 4],), ([4, 6],), pool="sparse")
        product("linear", d, ([5, 4],), ([6, 4],), T(f"{d}.mild", 9, [6]), pool="sparse", size=linear_size)
        product("bmm", d, ([2, 5, 4],), ([2, 4, 3],), pool="sparse")

    few = [d for d in EVERY if d not in ("f32", "f64", "i64")]
    for d in few:
        product("mm", d, ([3, 4],), ([4, 5], [1, 4]))
        if d in HALVES + COMPLEX:
            product("mm", d, ([2, 0],), ([0, 3],))
        product("bmm", d, ([2, 3, 4], [12, 1, 3]), ([2, 4, 2],))
        product("matmul", d, ([2, 1, 3],), ([2, 3, 2],))
        product("matmul", d, ([3],), ([3],))
        product("linear", d, ([2, 3],), ([4, 3],), T(mild_of(d), 9, [4]), size=linear_size)
        product("linear", d, ([2, 3],), ([4, 3], [1, 4]), size=linear_size)
    for d in HALVES + COMPLEX:
        product("mm", d, ([5, 17], [1, 5]), ([17, 6],))
        product("mm", d, ([1, 30],), ([30, 1],))
        product("mm", d, ([9, 4],), ([4, 3], [0, 1]))
    vectors(product)
    sums()
    tensors()


# ---- vectors ----

def size_of(f):
    """The magnitude of a product: that of all numbers' sizes."""
    clean = lambda a: [clean(m) for m in a] if isinstance(a, list) else torch.where(torch.isfinite(a), a, 0.0).abs() if isinstance(a, torch.Tensor) else a
    return lambda *args, **named: finite_max(f(*[clean(a) for a in args], **named))


def vectors(product):
    for d in EVERY:
        much = d in ("f32", "c128")
        for k, a, b in ((5, None, None), (7, [2], [3])) + (((0, None, None), (1, None, None), (23, None, [0]), (40, [1], [2])) if much else ()):
            for name in ("dot", "vdot"):
                product(name, d, ([k], a), ([k], b), size=size_of(torch.dot))
        for a, v in ((([3, 4], None), ([4], None)), (([2, 5], [1, 2]), ([5], [2]))) + (
                ((([3, 0], None), ([0], None)), (([0, 3], None), ([3], None)), (([17, 9], [0, 1]), ([9], None)), (([1, 6], None), ([6], [0]))) if much else ()):
            product("mv", d, a, v, size=size_of(torch.mv))
        for a, b in (([2, 3], [3]), ([], [2]), ([3], [3])) + ((([2, 1, 3], [4, 3]), ([0, 2], [3, 2]), ([2, 0], [0]), ([2, 3], [2]), ([2], []), ([], [])) if much else ()):
            product("inner", d, (a,), (b,), size=size_of(torch.inner))
        for a, b in (([3], [2]), ([2], [0])) + ((([2, 2], [2]), ([], [2]), ([1], [1])) if much else ()):
            product("outer", d, (a, None), (b, None), size=None)
            if much or d == "i64":
                product("ger", d, (a, None), (b, None), size=None)
    product("outer", "f32", ([3], [2]), ([4], [0]), size=None)
    case("outer", T("i64.mild", 3, [3]), T("f16.mild", 5, [2]))
    for name in ("mv", "dot", "vdot", "inner", "outer"):
        case(name, T("f32.mild", 3, [2, 3] if name == "mv" else [3]), T("f64.mild", 5, [3]))
        case(name, T("f32.mild", 3, [2, 3] if name == "mv" else [3]), T("f32.mild", 5, [4]))
        case(name, T("f32.mild", 3, [3]), T("f32.mild", 5, [3, 3]))


# ---- sums ----

SUMS = {"addmm": (torch.addmm, [2, 3], [3, 4], [2, 4]), "addmv": (torch.addmv, [4, 3], [3], [4]), "addr": (torch.addr, [3], [4], [3, 4]),
        "baddbmm": (torch.baddbmm, [2, 3, 2], [2, 2, 4], [2, 3, 4]), "addbmm": (torch.addbmm, [2, 3, 2], [2, 2, 4], [3, 4])}


def sums():
    for name, (function, a, b, y) in SUMS.items():
        def total(x, a, b, beta=1, alpha=1, f=function):
            plain = size_of(f)
            return plain(x, a, b, beta=abs(beta), alpha=abs(alpha)) * rounds
        for d in EVERY:
            p = mild_of(d)
            rounds = 1 if name != "addbmm" else 500 if d in HALVES else 50000 if d in EIGHTHS else 1      # PyTorch's sums are rounded after each of the products
            take = lambda x, *more, a=a, b=b: case(name, T(p, 3, *x), T(p, 20, a), T(p, 60, b), *more, magnitude=total)
            if not take((y,)) and d not in ("bool", "i32"):
                continue
            if d in ("i8", "i16", "u8"):
                continue
            take((y[-1:],), 2, 3)
            take((y, [1, y[0], y[0] * y[1]] if len(y) == 3 else [1, y[0]] if len(y) == 2 else [2]), -1, 2)
            take(([1],), 0, 1)
            if d in ("f32", "c64", "f16", "i64", "bool") and (name != "baddbmm" or d == "f32"):
                take((y,), 0.5)
                take((y,), 1, 0)
                take(([],), 2, 0)
                take((y,), 0, 0)
                take((y,), 0, -2)
                take((y,), True, 1)
            if d == "f32":
                take((y,), 0.5, 1.5)
                take((y,), 1.5, 1)
                take((y,), 1 - 2j, 1)
                take(([2, 2, 3],))
                take(([2],))
                case(name, T("f64.mild", 3, y), T(p, 20, a), T(p, 60, b))
                case(name, T(p, 3, y), T("f64.mild", 20, a), T(p, 60, b))
                case(name, T("f32.sparse", 3, y), T(p, 20, a), T(p, 60, b), 0, 1, magnitude=total)
                case(name, T(p, 3, y), T("f32.sparse", 20, a), T(p, 60, b), 1, 0, magnitude=total)
                case(name, T(p, 3, y), T("f32.sparse", 2, a), T("f32.sparse", 60, b), 1, 1, magnitude=total)
                case(name, T(p, 3, y), T(p, 20, b), T(p, 60, b))
                empty = [0 if i == len(a) - 1 and name != "addr" else n for i, n in enumerate(a)]
                other = [0 if i == len(b) - (2 if len(b) > 1 else 1) and name != "addr" else n for i, n in enumerate(b)]
                take((y,), 2, 3, a=empty, b=other)
                take(([y[-1]],), 0, 3, a=empty, b=other)
                if len(a) == 3:
                    take((y,), 2, 3, a=[0] + a[1:], b=[0] + b[1:])
                    take(([y[-1]],), 0, 3, a=[0] + a[1:], b=[0] + b[1:])
            if d in COMPLEX:
                take((y,), 0.5 - 1j, 2j)
                take((y,), 1, 0.5 + 2j)
            if d in FLOATS:
                flipped = lambda n: [1, n[0]] if len(n) == 2 else [n[1] * n[2], 1, n[1]] if len(n) == 3 else [2]
                case(name, T(p, 3, y, [0] * len(y)), T(p, 20, a, flipped(a)), T(p, 60, b, flipped(b)), 3, 0.25, magnitude=total)
    for d in FLOATS:
        p = f"{d}.mild"
        case("addmm", T(p, 3, [9]), T(p, 20, [17, 33]), T(p, 60, [33, 9]), magnitude=size_of(torch.addmm))
        case("addmm", T(p, 3, [17, 1]), T(p, 20, [17, 33]), T(p, 60, [33, 9]), magnitude=size_of(torch.addmm))


# ---- more dimensions, more operands ----

def tensors():
    for d in EVERY:
        p = mild_of(d)
        much = d == "f32"
        dots = [([2, 3, 4], [4, 3, 2], [1, 2], [1, 0]), ([2, 3], [3, 2], [], []), ([3], [3], [0], [0])]
        if much or d == "c64":
            dots += [([2, 3, 4], [5, 4], [2], [1]), ([2, 3], [2, 3], [0, 1], [0, 1]), ([2, 1], [3, 2], [0, 1], [1, 0]), ([3, 2], [2, 1], [0, 1], [1, 0]), ([], [2], [], []),
                     ([0, 3], [3, 2], [1], [0]), ([2, 0], [0, 2], [1], [0]), ([2, 3, 4], [4, 3, 2], [-1, 0], [0, -1]), ([2, 3], [3, 2], [0], [0]),
                     ([2, 3], [3, 2], [0, 0], [1, 1]), ([2, 3], [3, 2], [0, 1], [1]), ([2, 3], [3, 2], [2], [0]), ([], [], [], [])]
        for a, b, da, db in dots:
            f = lambda a, b, da, db: torch.tensordot(a, b, dims=(da, db))
            case("tensordot", T(p, 3, a), T(p, 40, b), da, db, magnitude=size_of(f))
        krons = [([2, 2], [1, 3]), ([], [2])] + ([([2], [2, 2]), ([2, 1, 2], [2]), ([0, 2], [2, 2]), ([1, 1], [1])] if much else [])
        for a, b in krons:
            case("kron", T(p, 3, a), T(p, 40, b))
        chains = [([2, 3], [3, 4], [4, 2]), ([3], [3, 2])]
        if much:
            chains += [([5, 1], [1, 6], [6, 2], [2, 3]), ([2, 3], [3]), ([3], [3]), ([3], [3, 4], [4]), ([2, 0], [0, 3], [3, 1]), ([2, 3],), ([2, 3], [2, 3]), ([3], [3], [3, 2]),
                       ([1, 2], [2, 5], [5, 1], [1, 4], [4, 3]), ([2, 2, 2], [2, 2])]
        for shapes in chains:
            x = [T(p, 3 + 9 * i, s) for i, s in enumerate(shapes)]
            case("linalg_multi_dot", x, magnitude=size_of(lambda x: torch.ops.aten.linalg_multi_dot(x)))
            case("chain_matmul", x, magnitude=size_of(lambda x: torch.ops.aten.chain_matmul(x)))
    case("kron", T("f32.mild", 3, [2, 2]), T("i64.mild", 9, [2, 2]))
    case("tensordot", T("f32.mild", 3, [2, 2]), T("f64.mild", 9, [2, 2]), [0], [0])
    case("linalg_multi_dot", [T("f32.mild", 3, [2, 2]), T("f64.mild", 9, [2, 2])])
