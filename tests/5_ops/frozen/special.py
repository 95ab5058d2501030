"""Special functions."""
import mpmath
from freeze import *

REAL = [d for d in EVERY if d not in COMPLEX]
FLOATING = FLOATS + HALVES


def steady(name):
    """In float64, then rounded: PyTorch's vector loops over float32 are off by more than its scalar ones."""
    ask(name, lambda x, *m: torch_op(name)(x.double(), *m).to(x.dtype) if x.dtype == torch.float32 else torch_op(name)(x, *m))


def polygamma(n, x):
    """In float64, then rounded; PyTorch's trigamma is good to 1e-11 only: mpmath's."""
    y = torch.polygamma(n, x.double() if x.dtype == torch.float32 else x)
    if n == 1 and x.dtype == torch.float64:
        y = torch.tensor([float(mpmath.polygamma(1, v)) for v in x.flatten().tolist()], dtype=x.dtype).reshape(x.shape)
    return y.to(x.dtype) if x.is_floating_point() else y


def cases():
    for name in ["erfc", "erfinv", "lgamma", "digamma", "logit"]:
        steady(name)
    ask("polygamma", polygamma)
    unary("erfc")
    unary("erfc", pool=mild_of, dtypes=FLOATING)
    unary("erfinv", pool=lambda d: f"{d}.unit")
    case("erfinv", T("f32.any", 0, [40]))
    for d in FLOATS:
        pool(f"{d}.ends", [s * (1 - 2.0**-k) for k in range(1, 24) for s in (1, -1)])
        case("erfinv", T(f"{d}.ends", 0, [46]))
    unary("lgamma", pool=lambda d: f"{d}.positive" if d in FLOATING else mild_of(d), magnitude=lambda x: 1)
    unary("digamma", pool=lambda d: f"{d}.positive" if d in FLOATING else mild_of(d), magnitude=lambda x: 1)
    for d in WHOLE:
        pool(f"{d}.whole", [1 + i * 7 % 11 for i in range(9)])
    for d in FLOATS:
        pool(f"{d}.below", [-k - f for k in range(5) for f in (0.25, 0.5, 0.8)])
        pool(f"{d}.edges", [0.0, -0.0, INF, -INF, NAN, 1.0, 2.0, 10.0, 1e-30])
        for name in ["lgamma", "digamma"]:
            case(name, T(f"{d}.below", 0, [15]), magnitude=lambda x: 4)
            case(name, T(f"{d}.edges", 0, [9]))
        for n in [0, 1, 2, 3, 6]:
            case("polygamma", n, T(f"{d}.positive", 0, [20]), magnitude=lambda n, x: 1)
            case("polygamma", n, T(f"{d}.below", 0, [15]), magnitude=lambda n, x: finite_max(torch.polygamma(n, x)) if n else 4)
    for d in EVERY:
        for n in [0, 1, 2]:
            case("polygamma", n, T(f"{d}.positive" if d in FLOATING else d + ".whole" if d + ".whole" in POOLS else mild_of(d), 3, [6]), magnitude=lambda n, x: 1)
    case("polygamma", 1, T("f32.positive", 1, [2, 3], [1, 2]), magnitude=lambda n, x: 1)
    case("polygamma", 1, T("f32.positive", 1, [2, 0]))
    case("polygamma", 1, T("f32.positive", 1, []))
    case("polygamma", -1, T("f32.positive", 1, [3]))
    unary("logit", pool=lambda d: f"{d}.unit", dtypes=[d for d in EVERY if d not in HALVES])      # PyTorch rounds 1 - x to those first
    for eps in [0.1, 0.0, None]:
        for d in FLOATS:
            case("logit", T(f"{d}.unit", 0, [40]), eps)
    case("logit", T("f64.unit", 0, [40]), 1e-6)
    for d in ["i64", "bool", "c64"]:
        case("logit", T(mild_of(d), 0, [9]), 0.2)
