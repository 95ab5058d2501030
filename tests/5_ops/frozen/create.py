"""Making tensors; the last argument is the dtype, or none."""
from freeze import *


def cases():
    for name, function in {
        "zeros": lambda size, dtype: torch.zeros(size, dtype=dtype),
        "ones": lambda size, dtype: torch.ones(size, dtype=dtype),
        "full": lambda size, value, dtype: torch.full(size, value, dtype=dtype),
        "arange": lambda start, end, step, dtype: torch.arange(start, end, step, dtype=dtype),
        "linspace": lambda start, end, steps, dtype: torch.linspace(start, end, steps, dtype=dtype),
        "logspace": lambda start, end, steps, base, dtype: torch.logspace(start, end, steps, base, dtype=dtype),
        "eye": lambda n, m, dtype: torch.eye(n, m, dtype=dtype),
        "tril_indices": lambda n, m, offset, dtype: torch.tril_indices(n, m, offset, dtype=dtype or torch.int64),
        "triu_indices": lambda n, m, offset, dtype: torch.triu_indices(n, m, offset, dtype=dtype or torch.int64),
        "full_like": lambda x, value: torch.full_like(x, value),
        "new_full": lambda x, size, value: x.new_full(size, value),
        "zeros_like": lambda x: torch.zeros_like(x),
        "ones_like": lambda x: torch.ones_like(x),
        "scalar_tensor": lambda value, dtype: torch.full((), value, dtype=dtype),
    }.items():
        ask(name, function, row=False)
    for d in EVERY + [None]:
        t = DTYPES.get(d)
        few = d not in ("f32", None)
        for name in ("zeros", "ones"):
            for size in [[2, 3]] if few else [[2, 3], [], [0, 2], [-1]]:
                case(name, size, t)
        for value in (3, 2.5, True, 1 - 2j, -1, 300, 1e39, INF, NAN):
            case("full", [2], value, t)
            case("scalar_tensor", value, t)
        for start, end, step in ((0, 5, 1), (1, 10, 3), (5, 0, -2), (0.0, 1.0, 0.3), (-1, 2.5, 0.5), (0, 0, 1), (0, 5, -1), (0, 5, 0), (0.5, 9.5, 2), (3, 40, 1)) if not few else ((0, 5, 1), (-0.5, 6, 1.5), (1, 6, 2)):
            case("arange", start, end, step, t)
        for start, end, steps in ((0, 1, 5), (-2, 7, 4), (3, 3, 3), (1, -1, 6), (2, 5, 1), (2, 5, 0), (0, 10, 30), (0, 1, -1), (0.1, 0.9, 7)) if not few else ((0, 10, 5), (0, 5, 4), (1 - 1j, 3 + 2j, 4)):
            case("linspace", start, end, steps, t)
            if not isinstance(start, complex) and steps < 30:
                case("logspace", start / 2 if not few else start, end / 2 if not few else 3, steps, 10.0 if not few else 2.0, t)
        for n, m in ((3, 3), (2, 4), (4, 2), (0, 3), (-1, 2)) if not few else ((2, 3),):
            case("eye", n, m, t)
        if d not in (None, "bool", "u8"):
            case("full_like", T(f"{d}.any", 0, [2, 3], [1, 2]), 2)
            case("zeros_like", T(f"{d}.any", 0, [2, 3], [1, 2]))
            case("ones_like", T(f"{d}.any", 0, [2]))
            case("new_full", T(f"{d}.any", 0, [2]), [3], 2.5)
    for name in ("tril_indices", "triu_indices"):
        for n, m, offset in ((3, 3, 0), (2, 4, 1), (4, 2, -1), (3, 4, -9), (3, 4, 9), (0, 3, 0), (3, 0, 0), (-1, 2, 0), (4, 3, -2), (2, 5, 3)):
            case(name, n, m, offset, None)
        for t in (torch.int32, torch.int16, torch.float32):
            case(name, 3, 2, 0, t)
