"""Dense linear algebra."""
from freeze import *

FEW = FLOATS + COMPLEX
MUCH = ["f32", "c128"]
REST = [d for d in EVERY if d not in FEW]


def make_pools():
    """positive: matrices of sizes 1 to 4, one after the other, 30 numbers; spare: general ones of sound condition"""
    for d in FEW:
        draw = random.Random("linalg " + d)
        number = lambda: complex(draw.gauss(0, 1), draw.gauss(0, 1)) if d in COMPLEX else draw.gauss(0, 1)
        out = []
        for n in (1, 2, 3, 4, 3):
            b = torch.tensor([[number() for _ in range(n)] for _ in range(n)], dtype=torch.complex128 if d in COMPLEX else torch.float64)
            out += (b @ b.mH + torch.eye(n) * n).flatten().tolist()
        pool(d + ".positive2" if d in FLOATS else d + ".positive", out)
        spare = []
        for n in range(40):
            b = torch.tensor([[number() for _ in range(3)] for _ in range(3)], dtype=torch.complex128 if d in COMPLEX else torch.float64)
            spare += (b + torch.eye(3)[torch.randperm(3, generator=torch.Generator().manual_seed(n))] * 3).flatten().tolist()
        pool(d + ".spare", spare[:90])


def sound(d):
    return f"{d}.spare" if d in FEW else mild_of(d)


def positive(d):
    return (f"{d}.positive2" if d in FLOATS else f"{d}.positive") if d in FEW else mild_of(d)


def worst(*tensors):
    """How much rounding errors grow."""
    k = 1.0
    for a in tensors:
        if isinstance(a, torch.Tensor) and a.dim() > 1 and a.shape[-1] == a.shape[-2] and a.numel() and (a.is_floating_point() or a.is_complex()):
            c = torch.linalg.cond(a)
            k = max(k, c[torch.isfinite(c)].max().item() if torch.isfinite(c).any() else 1.0)
    return min(k, 1e4)


def grows(name):
    def size(*args):
        y = answer(name, args)
        y = list(y) if isinstance(y, (tuple, list)) else [y]
        return 2 * worst(*args) * max([1.0] + [finite_max(r) for r in y if r.is_floating_point() or r.is_complex()])
    return size


def take(name, *args):
    return case(name, *args, magnitude=grows(name))


def cases():
    make_pools()
    for d in EVERY:
        square = lambda size=(2, 2), offset=0, stride=None: T(sound(d), offset, list(size), stride)
        hermitian = lambda size=(3, 3), offset=5, stride=None: T(positive(d), offset, list(size), stride)
        if d in FEW:
            factors(d, square, hermitian)
            systems(d, square, hermitian)
            others(d, square)
        else:
            refused(d, square)


def factors(d, square, hermitian):
    for name in ("linalg_cholesky", "linalg_cholesky_ex"):
        for upper in (False, True):
            for a in (hermitian(), hermitian((4, 4), 14), hermitian((2, 2), 1), hermitian((3, 3), 5, [1, 3]), hermitian((1, 1), 0), hermitian((2, 3, 3), 5, [25, 3, 1]),
                      hermitian((0, 0)), hermitian((0, 2, 2)), hermitian((2, 0, 0)))[::1 if d in MUCH and name == "linalg_cholesky" else 2]:
                take(name, a, upper)
        if name == "linalg_cholesky":
            take(name, T(mild_of(d), 0, [3, 3]))
            take(name, T(mild_of(d), 0, [2, 2], [0, 0]))
        take(name, hermitian((2, 3)))
        take(name, hermitian((3,)))
    take("cholesky", hermitian(), True)
    take("cholesky", hermitian((4, 4), 14))
    for name in ("linalg_lu_factor", "linalg_lu_factor_ex", "linalg_lu"):
        for size in ([3, 3], [2, 2], [2, 3, 3], [4, 3], [3, 5], [1, 1], [2, 1, 4], [0, 0], [2, 0], [0, 3, 3])[::1 if d in MUCH and name == "linalg_lu_factor" else 3]:
            take(name, square(size))
        take(name, square((4, 3), 2, [1, 4]))
        take(name, square((3,)))
        take(name, square(), False)
    take("linalg_lu_factor", square((2, 2), 0, [0, 0]))


def systems(d, square, hermitian):
    right = lambda size, offset=40, stride=None: T(sound(d), offset, list(size), stride)
    for upper in (False, True):
        for unit in (False, True):
            for a, b in (((3, 3), (3, 2)), ((2, 3, 3), (3, 4)), ((3, 3), (2, 3, 1)), ((0, 0), (0, 2)), ((1, 1), (1, 5)), ((5, 5), (5, 3))):
                if d == "c128" or a == (3, 3) or (d == "f32" and unit == upper):
                    take("linalg_solve_triangular", square(a), right(b), upper, True, unit)
            for a, b in (((3, 3), (2, 3)), ((2, 3, 3), (4, 3)), ((3, 3), (3, 0)))[:3 if d in MUCH else 1]:
                take("linalg_solve_triangular", square(a), right(b), upper, False, unit)
        take("linalg_solve_triangular", square((3, 3), 0, [1, 3]), right((3, 2), 40, [1, 3]), upper)
        for b, l in (((3, 2), (3, 3)), ((2, 3, 1), (3, 3)), ((3, 2), (2, 3, 3)), ((0, 2), (0, 0))):
            take("cholesky_solve", right(b), square(l), upper)
        take("cholesky_inverse", hermitian((3, 3)), upper)      # PyTorch's takes the diagonal as real
        take("cholesky_inverse", hermitian((2, 3, 3), 5, [25, 3, 1]), upper)
    take("linalg_solve_triangular", square((3, 3)), right((2, 3)), True)
    take("linalg_solve_triangular", square((3, 3)), right((3,)), True)
    take("cholesky_solve", right((2, 3)), square((3, 3)))
    take("cholesky_solve", right((3,)), square((3, 3)))
    pool_of_pivots = "i32.pivots"
    if pool_of_pivots not in POOLS:
        pool(pool_of_pivots, [3, 2, 3, 1, 3, 3, 2, 2, 3, 4, 1])
    pivots = lambda size, offset=0: T(pool_of_pivots, offset, list(size))
    for left in (True, False):
        for adjoint in (True, False):
            for a, p, b in (((3, 3), (3,), (3, 2)), ((2, 3, 3), (2, 3), (3, 1)), ((0, 0), (0,), (0, 2))):
                take("linalg_lu_solve", square(a), pivots(p), right(b if left else tuple(b[::-1])), left, adjoint)
    take("linalg_lu_solve", square((3, 3)), pivots((3,)), right((2, 3)))
    take("linalg_lu_solve", square((3, 3)), pivots((2,)), right((3, 2)))
    take("linalg_lu_solve", square((3, 3)), T("i64.mild", 0, [3]), right((3, 2)))
    take("linalg_lu_solve", square((3, 3)), pivots((3,), 8), right((3, 2)))
    take("lu_solve", right((3, 2)), square((3, 3)), pivots((3,)))
    for name in ("linalg_solve", "linalg_solve_ex"):
        for a, b in (((3, 3), (3, 2)), ((3, 3), (3,)), ((2, 3, 3), (2, 3)), ((2, 3, 3), (3, 3)), ((2, 3, 3), (3,)), ((3, 3), (2, 3, 1)), ((2, 1, 3, 3), (3, 3, 1)), ((1, 1), (1, 1)),
                     ((0, 0), (0, 2)), ((0, 3, 3), (3, 1)), ((5, 5), (5, 4)), ((3, 3), (2, 3)), ((3, 3), (4,)), ((3, 2), (3, 2)), ((3, 3), ()), ((2, 3, 3), (3, 3, 2)))[::1 if d in MUCH and name == "linalg_solve" else 3]:
            take(name, square(a), right(b))
        for a, b in (((3, 3), (2, 3)), ((2, 3, 3), (1, 3)), ((3, 3), (3,)), ((3, 3), (3, 2))):
            take(name, square(a), right(b), False)
    take("linalg_solve", square((3, 3), 0, [1, 3]), right((3, 2), 40, [1, 4]))
    take("linalg_solve", square((2, 2), 0, [0, 0]), right((2,)))


def others(d, square):
    for name in ("linalg_inv", "linalg_inv_ex", "linalg_det", "linalg_slogdet"):
        for size in ([3, 3], [2, 3, 3], [1, 1], [0, 0], [2, 0, 0], [0, 3, 3], [5, 5], [2, 3], [3])[::1 if d in MUCH else 2]:
            take(name, square(size))
        take(name, square((3, 3), 4, [1, 3]))
        if name != "linalg_inv_ex":
            take(name, square((2, 2), 0, [0, 0]))
    take("inverse", square((3, 3)))
    take("det", square((3, 3)))
    take("slogdet", square((2, 3, 3)))
    for size in ([3, 3], [4, 3, 3], [1, 1], [0, 0], [0, 3, 3], [2, 3]):
        take("logdet", square(size, 9))
    for n in (3, 1, 0, -1, -2, 6):
        take("linalg_matrix_power", square((3, 3)), n)
    take("linalg_matrix_power", square((2, 3, 3)), 2)
    take("linalg_matrix_power", square((0, 0)), 2)
    take("linalg_matrix_power", square((2, 3)), 2)
    take("matrix_power", square((3, 3)), 2)


def refused(d, square):
    for name in ("linalg_cholesky", "linalg_cholesky_ex", "cholesky_inverse", "linalg_lu_factor", "linalg_lu_factor_ex", "linalg_lu", "linalg_inv", "linalg_inv_ex",
                 "linalg_det", "linalg_slogdet", "logdet"):
        case(name, square())
    case("linalg_solve_triangular", square(), square(), True)
    for name in ("cholesky_solve", "linalg_solve", "linalg_solve_ex"):
        case(name, square(), square())
    case("linalg_lu_solve", square(), T("i32.pivots", 6, [2]) if "i32.pivots" in POOLS else T("i32.mild", 6, [2]), square())
    case("linalg_matrix_power", square(), 2)
    case("linalg_matrix_power", square(), -1)
