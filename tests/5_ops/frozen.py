"""Writes data/*.txt: what PyTorch answers to every operation that has a row, for rows.c and ../4_autograd/op_schema.c.

usage: python frozen.py      (torch 2.13)

data/pools.txt    numbers that inputs are cut from:  NAME DTYPE[COUNT] ELEMENTS
data/<family>.txt a case a line:  [!SEED] ROW ARGUMENT... : RESULT      or a family of prefixes:  sweep ROW ...
                  where PyTorch refuses, RESULT is the word refused
data/schemas.txt  PyTorch's schema line of every row

ARGUMENT  POOL@OFFSET[SIZE,...]            a tensor: elements of the pool from OFFSET on, row-major
          POOL@OFFSET[SIZE,...;STRIDE,...] the same with strides, in elements
          2  -0.5  inf  true  none         numbers and the value none: what has a point, an e or a letter is a float
          (2,3)  :float32                  a list of integers, a dtype
RESULT    [~MAGNITUDE] DTYPE[SIZE,...] ELEMENTS   MAGNITUDE: of the terms that were added up, which rounding errors are measured by
          DTYPE[SIZE,...;STRIDE,...] ELEMENTS     a view of the first argument's memory, with its strides
ELEMENTS  in row-major order: floats as their bits in hexadecimal, the highest digit first (NaN is 7fc00000 or 7ff8000000000000), integers
          with commas between them, bool as 0 and 1
A sweep is an elementwise call on vectors: its first n results are those of the call on the first n elements.
"""
import math
import os
import random
import struct
import warnings

import torch

warnings.simplefilter("ignore")
torch.set_num_threads(1)
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")
DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "u8": torch.uint8, "bool": torch.bool}
SHORT = {dtype: short for short, dtype in DTYPES.items()}
FLOATS, INTS = ["f32", "f64"], ["i64", "u8", "bool"]
ALL = FLOATS + INTS
WORDS = {torch.float32: ("<f", "<I", 8, 0x7FC00000), torch.float64: ("<d", "<Q", 16, 0x7FF8000000000000)}


# ---- elements as text ----

def elements_text(x):
    """The bits of floats, the values of others."""
    if x.dtype in WORDS:
        real, word, digits, nan = WORDS[x.dtype]
        out = []
        for value in x.flatten().tolist():
            bits = nan if math.isnan(value) else struct.unpack(word, struct.pack(real, value))[0]
            out.append(f"{bits:0{digits}x}")
        return "".join(out)
    return ("" if x.dtype == torch.bool else ",").join(str(int(value)) for value in x.flatten().tolist())


def dtype_text(dtype):
    return str(dtype).replace("torch.", "")


def dims_text(dims):
    return ",".join(str(d) for d in dims)


# ---- pools ----

def any_floats(draw, n, specials):
    """Numbers of all sizes, a special one in every fifth place."""
    out = []
    for i in range(n):
        value = draw.choice([-1, 1]) * 10 ** draw.uniform(-3, 2)
        out.append(specials[i // 5 % len(specials)] if i % 5 == 2 else value)
    return out


INF, NAN = math.inf, math.nan
SPECIAL_32 = [0.0, -0.0, INF, -INF, NAN, 3e38, -3e38, 1e-40, -1e-40, 1e-30, 1.0, -1.0, 65504.0, -2.5e10, 88.5, -103.5, 0.5, -1e-6]
SPECIAL_64 = [0.0, -0.0, INF, -INF, NAN, 1.7e308, -1.7e308, 1e-310, -1e-310, 1e-200, 1.0, -1.0, 9007199254740993.0,
        -2.5e10, 709.5, -745.0, 0.5, -1e-6]
TOP = 2**63 - 1
SPECIAL_I64 = [0, -1, 1, TOP, -TOP - 1, 2**53 + 1, -(2**24) - 1, 255, 256, -128]


def make_pools():
    draw = random.Random(20)
    mild = lambda n: [draw.choice([-1, 0, 1, 2.0]) if i % 11 == 4 else draw.uniform(-4, 4) for i in range(n)]
    spread = lambda n: [10 ** draw.uniform(-3, 3) for _ in range(n)]
    normal = lambda n: [draw.gauss(0, 1) for _ in range(n)]
    sparse = lambda n: [(INF, NAN, -INF)[i // 29 % 3] if i % 29 == 11 else draw.uniform(-4, 4) for i in range(n)]
    values = {
        "f32.any": any_floats(draw, 1100, SPECIAL_32),
        "f32.mild": mild(1500),
        "f32.normal": normal(2200),
        "f32.positive": spread(1100),
        "f32.byte": [draw.uniform(0, 255.9) for _ in range(60)],
        "f32.sparse": sparse(200),
        "f64.any": any_floats(draw, 360, SPECIAL_64),
        "f64.mild": mild(900),
        "f64.positive": spread(300),
        "f64.byte": [draw.uniform(0, 255.9) for _ in range(60)],
        "f64.sparse": sparse(200),
        "i64.any": [SPECIAL_I64[i // 3 % len(SPECIAL_I64)] if i % 3 == 1 else draw.randint(-1000, 1000) for i in range(200)],
        "i64.mild": [draw.randint(-9, 9) for _ in range(400)],
        "i64.to7": [draw.randint(0, 6) for _ in range(100)],
        "i64.to3": [draw.randint(0, 2) for _ in range(100)],
        "i64.zero": [0] * 60,
        "i64.order5": [k for _ in range(12) for k in draw.sample(range(5), 5)],      # every five of them a permutation
        "i64.ignored": [-100 if i % 4 == 1 else draw.randint(0, 6) for i in range(60)],
        "u8.any": [(0, 255, 1, 128)[i // 4 % 4] if i % 4 == 2 else draw.randint(0, 255) for i in range(300)],
        "u8.mild": [draw.randint(0, 9) for _ in range(400)],
        "bool.any": [draw.random() < 0.6 for _ in range(400)],
    }
    values["bool.mild"] = values["bool.any"]
    return {name: torch.tensor(v, dtype=DTYPES[name.split(".")[0]]) for name, v in values.items()}


POOLS = make_pools()


class T:
    """A tensor cut from a pool."""

    def __init__(self, pool, offset, size, stride=None):
        self.pool, self.offset, self.size, self.stride = pool, offset, list(size), stride

    def strides(self):
        if self.stride is not None:
            return self.stride
        out, step = [], 1
        for size in reversed(self.size):
            out.append(step)
            step *= max(size, 1)
        return out[::-1]

    def tensor(self):
        last = self.offset + sum((n - 1) * s for n, s in zip(self.size, self.strides()))
        assert 0 in self.size or last < len(POOLS[self.pool]), f"{self.pool} is too short for {self}"
        return torch.as_strided(POOLS[self.pool], self.size, self.strides(), self.offset)

    def __str__(self):
        return f"{self.pool}@{self.offset}[{dims_text(self.size)}{';' + dims_text(self.stride) if self.stride is not None else ''}]"


def argument_text(a):
    if a is None:
        return "none"
    if isinstance(a, bool):
        return "true" if a else "false"
    if isinstance(a, list):
        return f"({dims_text(a)})"
    if isinstance(a, torch.dtype):
        return ":" + dtype_text(a)
    return repr(a) if not isinstance(a, T) else str(a)


# ---- calls ----

def loss(function):
    """A loss whose third argument counts through its reductions."""
    return lambda x, target, k, ignore_index: function(x, target, reduction=["none", "mean", "sum"][k], ignore_index=ignore_index)


STRANGERS = {  # asked otherwise than by a row of the same name
    "nll_loss": loss(torch.nn.functional.nll_loss),
    "cross_entropy": loss(torch.nn.functional.cross_entropy),
    "relu_backward": lambda g, y: torch.ops.aten.threshold_backward(g, y, 0),
    # in float64, then rounded: PyTorch's vector loop over float32 is off by 2e-7 |x| and overflows where its scalar loop does not
    "gelu": lambda x: torch.ops.aten.gelu(x.double() if x.dtype == torch.float32 else x).to(x.dtype),
}


def torch_op(name):
    base, _, overload = name.partition(".")
    return getattr(getattr(torch.ops.aten, base), overload or "default")


VIEWS = {"view", "reshape", "flatten.using_ints", "transpose.int", "t", "permute", "expand", "squeeze.dim", "unsqueeze"}
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)
schemas, lines, count = {}, {}, {}


def answer(name, args):
    if hasattr(torch.ops.aten, name.partition(".")[0]) and name not in ("nll_loss", "cross_entropy"):
        schemas[name] = str(torch_op(name)._schema).replace("aten::", "")
    if name in STRANGERS:
        return STRANGERS[name](*args)
    op = torch_op(name)
    names = [a.name for a in op._schema.arguments]
    ordered = [a for a, p in zip(args, op._schema.arguments) if not p.kwarg_only]
    named = {names[i]: a for i, a in enumerate(args) if op._schema.arguments[i].kwarg_only}
    return op(*ordered, **named)


def case(family, name, *args, seed=None, sweep=False, magnitude=None):
    """Asks PyTorch and writes the line. magnitude: a function of the arguments as tensors."""
    tensors = [a.tensor() if isinstance(a, T) else a for a in args]
    line = [f"!{seed}"] if seed is not None else []
    line += ["sweep"] if sweep else []
    line += [name] + [argument_text(a) for a in args] + [":"]
    if seed is not None:
        torch.manual_seed(seed)
    try:
        y = answer(name, tensors)
    except REFUSALS:
        line.append("refused")
    else:
        if magnitude is not None and y.is_floating_point():
            size = magnitude(*[a.double() if isinstance(a, torch.Tensor) and a.is_floating_point() else a for a in tensors])
            line.append(f"~{float(size):.3g}")
        viewed = name in VIEWS and y.numel() > 0 and y.data_ptr() == tensors[0].data_ptr()
        line += [f"{dtype_text(y.dtype)}[{dims_text(y.shape)}{';' + dims_text(y.stride()) if viewed else ''}]", elements_text(y)]
        if sweep:
            prefixes_agree(name, tensors, y)
    text = " ".join(line).rstrip()
    if text not in lines.setdefault(family, []):
        lines[family].append(text)
        count[name] = count.get(name, 0) + 1


def prefixes_agree(name, tensors, y):
    floor = 1e-6 if name == "gelu_backward" else 1e-44      # it cancels where x is negative
    for n in list(range(1, 41)) + [257]:
        if n <= y.numel():
            part = answer(name, [a[:n] if isinstance(a, torch.Tensor) and a.dim() else a for a in tensors])
            assert torch.allclose(part.double(), y[:n].double(), 1e-6, floor, equal_nan=True), (name, n)


# ---- shapes and layouts ----

LAYOUTS = [  # offset, size, stride; None: row-major
    (0, [3, 4], None),
    (1, [7], None),
    (2, [4, 3], [1, 4]),          # transposed
    (0, [2, 3, 4], [1, 8, 2]),    # permuted
    (3, [7], [2]),                # every other one
    (5, [3, 5], [10, 2]),
    (4, [3, 4], [0, 1]),          # broadcast
    (4, [3, 4], [1, 0]),
    (6, [2, 2, 2], [0, 0, 1]),
    (1, [2, 1, 3, 1, 2], None),
    (0, [0], None),               # empty
    (0, [2, 0, 3], None),
    (0, [3, 0], [1, 3]),
    (7, [], None),                # a scalar
    (12, [], None),
    (8, [1], None),               # a single element
    (9, [1, 1], None),
    (0, [1, 3], [7, 1]),          # a stride that never counts
]
PAIRS = [
    ((0, [3, 4], None), (20, [3, 4], None)),
    ((0, [3, 4], None), (20, [3, 4], [1, 3])),
    ((0, [4, 3], [1, 4]), (21, [4, 3], [1, 4])),
    ((0, [4, 3], [1, 4]), (21, [4, 3], [6, 2])),
    ((0, [2, 3, 4], [1, 8, 2]), (5, [2, 3, 4], [12, 1, 3])),
    ((3, [7], None), (1, [7], [2])),
    ((0, [3, 1], None), (10, [1, 4], None)),        # broadcasting
    ((0, [3, 4], None), (10, [4], None)),
    ((0, [4], None), (10, [3, 4], None)),
    ((0, [3, 4], None), (10, [3, 1], None)),
    ((0, [2, 1, 3], None), (10, [4, 1], None)),
    ((0, [2, 3], [0, 1]), (10, [2, 3], [1, 0])),
    ((0, [], None), (10, [3, 4], None)),
    ((0, [5], None), (12, [], None)),
    ((1, [], None), (2, [], None)),
    ((0, [1], None), (3, [], None)),
    ((0, [1], None), (3, [5], None)),
    ((0, [1, 1], None), (3, [1], None)),
    ((0, [0], None), (1, [0], None)),               # empty
    ((0, [0, 3], None), (1, [1, 3], None)),
    ((0, [2, 0], None), (1, [], None)),
    ((0, [1], None), (1, [0], None)),
    ((0, [3, 1], None), (1, [3, 0], None)),
    ((0, [1, 3], [9, 1]), (4, [3, 3], [1, 3])),
]
BIG = {"f32": [18, 17], "f64": [9, 7]}      # more than a block of 16 by 16
SWEPT = {"f32": 1000, "f64": 100, "i64": 40, "u8": 257, "bool": 257}


def any_of(d):
    return f"{d}.any"


def unary(family, name, dtypes, *more, pool=any_of, **how):
    """A row of one tensor, and numbers, over all layouts."""
    for d in dtypes:
        small = d in FLOATS
        for offset, size, stride in LAYOUTS if small else LAYOUTS[::2]:
            case(family, name, T(pool(d), offset, size, stride), *more, **how)
        if small:
            rows, columns = BIG[d]
            case(family, name, T(pool(d), 0, [rows, columns], [1, rows]), *more, **how)
        sweep(family, name, d, *more, pool=pool, **how)
        case(family, name, T(pool(d), 1, [20], [3]), *more, sweep=True, **how)


def sweep(family, name, d, *more, pool=any_of, **how):
    case(family, name, T(pool(d), 0, [SWEPT[d] if len(more) == 0 else min(SWEPT[d], 257)]), *more, sweep=True, **how)


def binary(family, name, dtypes, *more, pool=any_of, pairs=PAIRS, **how):
    """A row of two tensors over pairs of layouts."""
    for d in dtypes:
        small = d in FLOATS
        for a, b in pairs if small else pairs[::2]:
            case(family, name, T(pool(d), *a), T(pool(d), *b), *more, **how)
        if small:
            rows, columns = BIG[d]
            case(family, name, T(pool(d), 0, [rows, columns]), T(pool(d), 30, [rows, columns], [1, rows]), *more, **how)
        n = SWEPT[d] if name == "add.Tensor" else min(SWEPT[d], 257)
        case(family, name, T(pool(d), 0, [n]), T(pool(d), 30, [n]), *more, sweep=True, **how)
        if pairs is PAIRS:
            case(family, name, T(pool(d), 3, [17, 4], [1, 17]), T(pool(d), 0, [4]), *more, **how)
            case(family, name, T(pool(d), 1, [40]), T(pool(d), 33, []), *more, sweep=True, **how)
            case(family, name, T(pool(d), 3, []), T(pool(d), 31, [40]), *more, sweep=True, **how)


# ---- families ----

def freeze_unary():
    for name in ["neg", "relu", "exp", "erf"]:
        unary("unary", name, ALL)
    for name in ["log", "sqrt"]:
        unary("unary", name, ALL)
        for d in FLOATS:
            sweep("unary", name, d, pool=lambda d: f"{d}.positive")
    unary("unary", "gelu", ALL)
    for d in FLOATS:
        sweep("unary", "gelu", d, pool=lambda d: f"{d}.mild")
    mild = lambda d: f"{d}.mild"
    alike = [(a, b) for a, b in PAIRS if a[1] == b[1]]
    binary("unary", "gelu_backward", FLOATS, pool=mild, pairs=alike, magnitude=lambda g, x: finite_max(g))
    binary("unary", "relu_backward", FLOATS, pool=mild, pairs=alike)


def freeze_binary():
    scaled = lambda a, b, alpha: finite_max(a.abs()) + finite_max(b.abs()) * abs(alpha)
    for name in ["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor"]:
        binary("binary", name, ALL)
    for name in ["add.Tensor", "sub.Tensor"]:
        for alpha in [2, -1, 0, 1]:
            for d in ALL:
                case("binary", name, T(f"{d}.mild", 0, [3, 4]), T(f"{d}.mild", 20, [3, 4], [1, 3]), alpha)
                case("binary", name, T(f"{d}.mild", 0, [2, 1]), T(f"{d}.mild", 20, [9]), alpha)
        for alpha in [0.3]:
            for d in ALL:
                case("binary", name, T(f"{d}.mild", 0, [3, 4]), T(f"{d}.mild", 20, [3, 4], [1, 3]), alpha, magnitude=scaled)
                case("binary", name, T(f"{d}.mild", 0, [19]), T(f"{d}.mild", 20, []), alpha, magnitude=scaled)
        case("binary", name, T("bool.mild", 0, [12]), T("bool.mild", 20, [12]), True)
        case("binary", name, T("f32.mild", 0, [257]), T("f32.mild", 3, [257]), 0.1, sweep=True, magnitude=scaled)
        case("binary", name, T("i64.any", 0, [40]), T("i64.any", 3, [40]), -7, sweep=True)
        case("binary", name, T("f32.mild", 0, [5]), T("i64.mild", 3, [5]), 2)
        case("binary", name, T("i64.mild", 0, [5]), T("i64.mild", 3, [5]), 2.5)
        case("binary", name, T("i64.mild", 0, [5]), T("f64.mild", 3, [5]), 2)
    for name in ["add.Scalar", "sub.Scalar", "mul.Scalar", "div.Scalar"]:
        unary("binary", name, FLOATS, 2.5)
        unary("binary", name, INTS, 3)
    for name in ["add.Scalar", "sub.Scalar"]:
        for d in ALL:
            case("binary", name, T(f"{d}.mild", 0, [7]), 3, 2)
            case("binary", name, T(f"{d}.mild", 0, [7]), 0.5, 4)


COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]


def freeze_comparisons():
    for name in COMPARISONS:
        binary("comparison", name + ".Tensor", ALL)
        binary("comparison", name + ".Tensor", ["i64", "u8"], pool=lambda d: f"{d}.mild")
        for d in ALL:
            unary("comparison", name + ".Scalar", [d], 1)
            for number in [0, -1, 2.5, 0.1, True, INF, NAN, 300, 2**40]:
                case("comparison", name + ".Scalar", T(f"{d}.any", 0, [23]), number)


def freeze_where():
    for d in ALL:
        a, b, c = f"{d}.any", f"{d}.any", "bool.any"
        for (o1, s1, t1), (o2, s2, t2) in PAIRS if d in FLOATS else PAIRS[::3]:
            case("where", "where.self", T(c, 50, s2, t2), T(a, o1, s1, t1), T(b, o2, s2, t2))
        case("where", "where.self", T(c, 0, [3, 1, 1]), T(a, 0, [4, 1]), T(b, 9, [5]))
        case("where", "where.self", T(c, 0, []), T(a, 0, [3]), T(b, 9, []))
        case("where", "where.self", T(c, 3, [4, 3], [1, 4]), T(a, 0, [4, 3]), T(b, 9, [1]))
        n = min(SWEPT[d], 257)
        case("where", "where.self", T(c, 3, [n]), T(a, 0, [n]), T(b, 9, [n]), sweep=True)
        case("where", "where.self", T("u8.mild", 0, [9]), T(a, 0, [9]), T(b, 9, [9]))
        for number in [2, -1, 0.25, True, NAN]:
            case("where", "where.ScalarSelf", T(c, 0, [9]), number, T(b, 0, [9]))
            case("where", "where.ScalarOther", T(c, 0, [9]), T(b, 0, [9]), number)
            case("where", "where.ScalarSelf", T(c, 0, [3, 4], [1, 3]), number, T(b, 0, []))
            case("where", "where.ScalarOther", T(c, 0, []), T(b, 0, [3, 4], [1, 3]), number)
        for name, order in [("where.ScalarSelf", lambda t: (3, t)), ("where.ScalarOther", lambda t: (t, 3))]:
            case("where", name, T(c, 0, [2, 0]), *order(T(b, 0, [1])))
            case("where", name, T(c, 0, [3, 1]), *order(T(b, 0, [4])))
            case("where", name, T(c, 0, [40]), *order(T(b, 0, [40])), sweep=True)
            case("where", name, T(c, 0, [1]), *order(T(b, 0, [1])))
            case("where", name, T(c, 0, []), *order(T(b, 0, [])))


def freeze_promotion():
    """Every pair of dtypes as a vector and a 0-d tensor, and every dtype with every kind of number."""
    pairs = [(s, t) for s in ([5], []) for t in ([5], [])]
    for a in ALL:
        for b in ALL:
            for s, t in pairs:
                for name in ["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor", "lt.Tensor", "eq.Tensor"]:
                    if a != b or s != t:
                        case("promotion", name, T(f"{a}.mild", 3, s), T(f"{b}.mild", 8, t))
                if a != b:
                    case("promotion", "where.self", T("bool.any", 0, [5]), T(f"{a}.mild", 3, s), T(f"{b}.mild", 8, t))
        for s in ([5], []):
            for number in [True, 2, -1, 2.5, 300]:
                for base in ["add", "sub", "mul", "div", "lt", "eq"]:
                    case("promotion", base + ".Scalar", T(f"{a}.mild", 3, s), number)
        for name in ["add.Tensor", "div.Tensor", "ge.Tensor"]:      # what int64 and float32 do to large numbers
            case("promotion", name, T("i64.any", 0, [30]), T(f"{a}.any", 3, [30]))
            case("promotion", name, T(f"{a}.any", 0, [30]), T("i64.any", 3, []))


def freeze_copies():
    for d in ALL:
        unary("copy", "clone", [d])
        for to in ALL:
            pool = "byte" if d in FLOATS and to == "u8" else "mild" if d in FLOATS and to == "i64" else "any"
            for offset, size, stride in LAYOUTS[::3] + LAYOUTS[3:5]:
                case("copy", "to.dtype", T(f"{d}.{pool}", offset, size, stride), DTYPES[to])
                case("copy", "copy", T(f"{to}.any", 1, size), T(f"{d}.{pool}", offset, size, stride))
            case("copy", "to.dtype", T(f"{d}.{pool}", 1, [40]), DTYPES[to], sweep=True)
            case("copy", "to.dtype", T(f"{d}.{pool}", 0, [20], [2]), DTYPES[to], sweep=True)
            case("copy", "copy", T(f"{to}.any", 1, [3, 4]), T(f"{d}.{pool}", 0, [4]))
            case("copy", "copy", T(f"{to}.any", 1, [3, 4], [1, 3]), T(f"{d}.{pool}", 0, [3, 1]))
            case("copy", "copy", T(f"{to}.any", 1, [2, 3]), T(f"{d}.{pool}", 4, []))
            case("copy", "copy", T(f"{to}.any", 1, [0, 3]), T(f"{d}.{pool}", 4, [1, 1]))
            case("copy", "copy", T(f"{to}.any", 1, []), T(f"{d}.{pool}", 4, []))
        for number in [0, 7, True, 2.5, -3 if d != "u8" else 3] + ([INF, NAN, -0.0, 1e-320] if d in FLOATS else []):
            for offset, size, stride in LAYOUTS[::4]:
                case("copy", "fill.Scalar", T(f"{d}.any", offset, size, stride), number)
    for size in ([17, 9], [9, 17], [16, 16], [33, 3]):      # blocks of 16 by 16, whole and cut
        rows, columns = size
        for pool in ("f32.any", "u8.any"):
            case("copy", "clone", T(pool, 2, size, [1, rows]))
        case("copy", "clone", T("f32.positive", 2, size, [1, rows + 1]))
        case("copy", "to.dtype", T("u8.any", 0, size, [1, rows]), torch.float32)


FLATTENED = [  # size, strides
    ([2, 3, 4], None), ([2, 3, 4], [1, 8, 2]), ([3, 4], None), ([], None), ([2, 0, 3], None), ([1], None), ([2, 3, 4], [0, 4, 1]),
]
EXPANDED = [  # size, to what
    ([3, 1], [3, 4]), ([3, 1], [2, 3, 4]), ([4], [3, -1]), ([], [2, 3]), ([], []), ([1], [0]), ([0], [2, 0]), ([1, 3], [-1, 3]), ([1], [5]),
    ([3, 4], [3, 4]), ([3], [4]), ([2, 3], [3]), ([4], [-1, 4]), ([2, 1, 3], [2, 5, 3]), ([3], [2, -2]), ([1, 1], [1, 1, 1]),
]


def freeze_shapes():
    f = "shape"
    for d in ["f32", "u8"]:      # views move no elements: one type of each width will do, and copies are another family's
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        for name in ["reshape", "view"]:
            for to in ([12], [4, 3], [2, -1], [2, 2, 3], [1, 3, 1, 4], [-1], [5, 2], [-1, 5], [3, 4]):
                case(f, name, x([3, 4]), to)
                case(f, name, x([4, 3], [1, 4]), to)
            for to in ([2, 12], [6, 4], [24], [2, 3, 2, 2], [3, 2, 4], [2, 3, 4, 1], [8, 3]):
                case(f, name, x([2, 3, 4]), to)
                case(f, name, x([2, 3, 4], [12, 4, 1]), to)
                case(f, name, x([2, 3, 4], [1, 8, 2]), to)
                case(f, name, x([2, 3, 4], [24, 8, 2]), to)
                case(f, name, x([2, 3, 4], [3, 0, 1]), to)
            for to in ([], [1], [1, 1, 1], [-1], [2]):
                case(f, name, x([]), to)
                case(f, name, x([1, 1]), to)
            for to in ([0], [0, 5], [5, 0, 2], [3, -1], [-1], [0, -1], [2], []):
                case(f, name, x([2, 0, 3]), to)
                case(f, name, x([3, 0], [1, 3]), to)
            case(f, name, x([1, 6], [5, 1]), [2, 3])
            case(f, name, x([6, 1], [2, 9]), [2, 3])
            case(f, name, x([2, 1, 3], [3, 50, 1]), [6])
        for start, end in ((0, -1), (1, 2), (1, -1), (0, 0), (-2, -1), (2, 1), (0, 5)):
            for size, stride in FLATTENED:
                case(f, "flatten.using_ints", x(size, stride), start, end)
        for a, b in ((0, 1), (1, 0), (-1, 0), (0, 0), (1, 2), (-3, -1), (0, 3)):
            for size, stride in (([2, 3, 4], None), ([3, 4], [1, 3]), ([], None), ([5], None), ([2, 0, 3], None), ([3, 4], [0, 1])):
                case(f, "transpose.int", x(size, stride), a, b)
        for size, stride in (([3, 4], None), ([3, 4], [1, 3]), ([5], [2]), ([], None), ([0, 2], None), ([2, 3, 4], None), ([3, 4], [0, 1])):
            case(f, "t", x(size, stride))
        for dims in ([0, 1, 2], [2, 0, 1], [-1, 0, -2], [1, 0], [0, 0, 1], [0], [], [0, 1, 3]):
            for size, stride in (([2, 3, 4], None), ([2, 3, 4], [0, 4, 1]), ([3, 4], [1, 3]), ([5], None), ([], None), ([2, 0, 3], None)):
                case(f, "permute", x(size, stride), dims)
        for size, to in EXPANDED:
            case(f, "expand", x(size), to)
        case(f, "expand", x([1, 4], [9, 2]), [3, 4])
        case(f, "expand", x([4, 1], [1, 4]), [2, 4, 3])
        for dim in (0, 1, -1, 2, -2, 3):
            for size, stride in (([1, 3, 1], None), ([3, 1], [1, 3]), ([], None), ([1], None), ([3], None), ([1, 0], None), ([1, 4], [0, 1])):
                case(f, "squeeze.dim", x(size, stride), dim)
        for dim in (0, 1, -1, 2, -2, -3, 4):
            for size, stride in (([3, 4], None), ([3, 4], [1, 3]), ([], None), ([5], [2]), ([2, 0], None), ([3, 4], [0, 1])):
                case(f, "unsqueeze", x(size, stride), dim)


def finite_max(x):
    x = torch.as_tensor(x).double()
    x = x[torch.isfinite(x)]
    return x.abs().max().item() if x.numel() else 0.0


def sum_size(x, dim=None, keepdim=False, dtype=None):
    x = torch.where(torch.isfinite(x), x, 0.0).abs()
    return finite_max(x.sum(dim=dim, keepdim=keepdim) if dim else x.sum())


def mean_size(x, dim=None, keepdim=False, dtype=None):
    x = torch.where(torch.isfinite(x), x, 0.0).abs()
    return finite_max(x.mean(dim=dim, keepdim=keepdim) if dim else x.mean()) if x.numel() else 0


SUMMED_STRIDES = [  # of [2, 3, 4]: plain, broadcast, reversed, with gaps
    [4, 8, 1], [0, 4, 1], [12, 0, 1], [12, 4, 0], [0, 0, 0], [24, 8, 2], [12, 1, 3], [1, 2, 6], [3, 1, 6],
]


def freeze_reductions():
    f = "reduce"
    for name, dtypes, size_of in [("sum.dim_IntList", ALL, sum_size), ("mean.dim", FLOATS + ["i64", "bool"], mean_size)]:
        for d in dtypes:
            how = dict(magnitude=size_of) if d in FLOATS else {}
            mild = f"{d}.mild"
            for dims in ([0, 0], [0, -3], [3], [-4]):
                case(f, name, T(mild, 1, [2, 3, 4]), dims, False, **how)
            for dims in (None, [], [0], [1], [-1], [2], [0, 1], [0, 2], [1, 2], [-3, -1], [0, 1, 2]):
                for keepdim in (False, True) if d in ("f32", "u8") else (False,):
                    case(f, name, T(mild, 1, [2, 3, 4]), dims, keepdim, **how)
                    case(f, name, T(mild, 1, [2, 3, 4], [1, 8, 2]), dims, keepdim, **how)
            for dims in ([0], [1], [2], [0, 2], [1, 2], [0, 1], []):
                for stride in SUMMED_STRIDES if d in ("f32", "i64") else ([4, 8, 1], [12, 4, 0]):
                    case(f, name, T(mild, 2, [2, 3, 4], stride), dims, False, **how)
            for size in ([], [1], [1, 1], [0], [3, 0], [0, 3], [2, 0, 3]):
                for dims in ([], [0], [-1], [1], [0, 1]):
                    for keepdim in (False, True):
                        case(f, name, T(mild, 1, size), dims, keepdim, **how)
            if d in ("f32", "f64", "u8", "i64"):
                for n in list(range(2, 41)) + [63, 64, 65, 127, 128, 129, 255, 256, 257, 399]:
                    if d == "f32" or (n % 3 == 0 and d == "f64") or n % 7 == 0:
                        case(f, name, T(mild, 0, [n]), [], False, **how)
                        case(f, name, T(mild, 0, [n // 2], [2]), [0], False, **how)
            if d in FLOATS:
                for n in (1, 3, 4, 5, 8, 9, 16, 17, 33):
                    case(f, name, T(mild, 0, [7, n]), [0], False, **how)
                    case(f, name, T(mild, 0, [7, n]), [1], False, **how)
                    case(f, name, T(mild, 0, [7, n], [1, 7]), [1], False, **how)
                    case(f, name, T(mild, 0, [n, 7], [1, n]), [1], False, **how)
                case(f, name, T(mild, 0, [150, 6]), [0], False, **how)
                case(f, name, T(mild, 0, [3, 4, 5, 6]), [0, 2], False, **how)
                case(f, name, T(mild, 0, [3, 4, 5, 6]), [1, 3], True, **how)
                case(f, name, T(mild, 0, [3, 4, 5, 6], [1, 3, 12, 60]), [1, 3], True, **how)
                case(f, name, T(mild, 0, [3, 4, 5, 6], [120, 30, 1, 5]), [0, 3], False, **how)
                for offset in range(0, 60, 7):
                    case(f, name, T(f"{d}.sparse", offset, [20]), [], False, **how)
                case(f, name, T(f"{d}.sparse", 0, [12, 10]), [0], False, **how)
                case(f, name, T(f"{d}.sparse", 0, [12, 10]), [1], False, **how)
    for n in (513, 1000, 1023, 1024, 1025, 2100):
        case(f, "sum.dim_IntList", T("f32.normal", 3, [n]), [], False, magnitude=sum_size)
        case(f, "mean.dim", T("f32.normal", 3, [n]), None, False, magnitude=mean_size)
    for x, dims in ((T("i64.any", 0, [60]), []), (T("i64.any", 0, [6, 10]), [0]), (T("u8.any", 0, [250]), []), (T("u8.any", 0, [25, 9]), [0])):
        case(f, "sum.dim_IntList", x, dims, False)
    for d in ALL:
        for to in ALL:
            case(f, "sum.dim_IntList", T(f"{d}.mild", 1, [3, 4]), [1], False, DTYPES[to], **(dict(magnitude=sum_size) if d in FLOATS else {}))
            if to in FLOATS:
                case(f, "mean.dim", T(f"{d}.mild", 1, [3, 4]), [1], False, DTYPES[to], **(dict(magnitude=mean_size) if d in FLOATS else {}))
    for d in ALL:
        for pool in ("any", "mild"):
            x = lambda size, stride=None, offset=1: T(f"{d}.{pool}", offset, size, stride)
            for keepdim in (False, True) if pool == "any" else (False,):
                for dim in (None, 0, 1, 2, -1, -3, 3):
                    case(f, "argmax", x([2, 3, 4]), dim, keepdim)
                    case(f, "argmax", x([2, 3, 4], [1, 8, 2]), dim, keepdim)
                for size in ([], [1], [1, 1], [0], [3, 0], [0, 3], [2, 0, 3], [7]):
                    for dim in (None, 0, -1, 1):
                        case(f, "argmax", x(size), dim, keepdim)
            for size, stride in (([4, 5], [0, 1]), ([4, 5], [1, 0]), ([1], [0]), ([3, 1], [1, 0]), ([1, 3], [0, 1]), ([3, 1, 4], [4, 0, 1])):
                for dim in [None] + list(range(len(size))):
                    case(f, "argmax", x(size, stride), dim, False)
            for n in list(range(2, 41, 3)) + [200]:
                case(f, "argmax", x([n], None, 0), None, False)


SIZES = [  # m, k, n
    (2, 3, 4), (1, 1, 1), (1, 5, 1), (5, 1, 3), (1, 7, 6), (6, 7, 1), (0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0), (7, 9, 11), (4, 8, 8),
]
MATMULS = [  # shapes of both sides
    ([3], [3]), ([1], [1]), ([0], [0]), ([2, 3], [3]), ([3], [3, 4]), ([2, 3], [3, 4]), ([5, 2, 3], [3]), ([3], [5, 3, 4]),
    ([5, 2, 3], [3, 4]), ([2, 3], [5, 3, 4]), ([5, 2, 3], [5, 3, 4]), ([5, 2, 3], [1, 3, 4]), ([2, 1, 2, 3], [5, 3, 4]),
    ([1, 5, 2, 3], [2, 1, 3, 2]), ([0, 2, 3], [3, 4]), ([5, 0, 3], [3, 4]), ([5, 2, 0], [0, 4]), ([2, 0], [0]), ([0, 2, 3], [1, 3, 4]),
    ([2, 2, 2, 2, 3], [3, 2]), ([3], [0, 3, 4]), ([2, 3], [2, 3]), ([], [3]), ([3], [4]), ([2, 2, 3], [3, 3, 2]),
]


def freeze_products():
    f = "matmul"

    def dot_size(a, b, *_):
        a, b = [torch.where(torch.isfinite(x), x, 0.0).abs() for x in (a, b)]
        return finite_max(torch.matmul(a, b))

    def linear_size(x, w, bias=None):
        return dot_size(x, w.t()) + (finite_max(bias.abs()) if bias is not None else 0)

    def product(name, d, a, b, *more, pool="mild", size=dot_size):
        offset_b = 50 if pool != "normal" else 70
        case(f, name, T(f"{d}.{pool}", 0, *a), T(f"{d}.{pool}", offset_b, *b), *more, **(dict(magnitude=size) if d in FLOATS else {}))

    for d in ALL:
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


def freeze_indexing():
    f = "index"
    to7, to3, zero, order = TO_7, TO_3, ZERO, ORDER
    for d in ALL:
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        y = lambda size, stride=None, offset=40: T(f"{d}.mild", offset, size, stride)
        for index in (T(to3, 0, [5]), T(to3, 1, [4], [2]), T(to3, 0, []), T(to3, 0, [0]), T(to3, 3, [3], [0]), T(to3, 0, [2, 2]), T(to7, 0, [9])):
            for size, stride in SELECTED[::1 if d == "f32" else 3]:
                for dim in range(-1, len(size)):
                    case(f, "index_select", x(size, stride), dim, index)
        for index in (T(zero, 0, [1]), T(zero, 0, []), T(zero, 0, [2]), T(zero, 0, [0])):
            case(f, "index_select", x([]), 0, index)
            case(f, "index_select", x([1]), 0, index)
        case(f, "index_select", x([0]), 0, T(zero, 0, [0]))
        case(f, "index_select", x([0]), 0, T(zero, 0, [1]))
        case(f, "index_select", x([3]), 0, T(f"u8.mild", 0, [2]))
        case(f, "index_select", x([3]), 1, T(zero, 0, [2]))

        sums = dict(magnitude=lambda x, dim,
                index, source, alpha=1: finite_max(x) + index.numel() * finite_max(source) * abs(alpha)) if d in FLOATS else {}
        for alpha in (1, 2, -1, 0.5):
            more = (alpha,) if alpha != 1 else ()
            case(f, "index_add", y([3, 4]), 0, T(to3, 0, [5]), y([5, 4], None, 3), *more, **sums)
            case(f, "index_add", y([4, 3]), 1, T(to3, 0, [5]), y([4, 5], [1, 4], 3), *more, **sums)
        case(f, "index_add", y([2, 3, 4], [1, 8, 2]), -2, T(to3, 1, [4], [2]), y([2, 4, 4], None, 3), **sums)
        case(f, "index_add", y([3]), 0, T(to3, 0, []), y([], None, 3), **sums)
        case(f, "index_add", y([3]), 0, T(to3, 0, [1]), y([1], None, 3), **sums)
        case(f, "index_add", y([3]), 0, T(to3, 0, [0]), y([0], None, 3), **sums)
        case(f, "index_add", y([3, 0]), 0, T(to3, 0, [2]), y([2, 0], None, 3), **sums)
        case(f, "index_add", y([]), 0, T(zero, 0, [1]), y([], None, 3), **sums)
        case(f, "index_add", y([]), 0, T(zero, 0, []), y([], None, 3), **sums)
        case(f, "index_add", y([3, 4]), 0, T(to3, 0, [3]), y([3, 5], None, 3), **sums)
        case(f, "index_add", y([3, 4]), 0, T(to3, 0, [3]), y([4, 4], None, 3), **sums)
        case(f, "index_add", y([3, 4]), 0, T(to7, 0, [9]), y([9, 4], None, 3), **sums)
        for other in ALL:
            if other != d:
                case(f, "index_add", y([3]), 0, T(to3, 0, [3]), T(f"{other}.mild", 3, [3]))

        for size, stride, dim, index in GATHERS:
            case(f, "gather", x(size, stride), dim, index)

        for size, stride, dim, index, source in SCATTERS:
            case(f, "scatter.src", x(size, stride), dim, index, y(*source))
            case(f, "scatter_add", y(size, stride, 9), dim, index, y(*source), **sums)
            for number in (3, 0.5, True, -1 if d != "u8" else 1)[::1 if len(size) == 1 else 2]:
                case(f, "scatter.value", x(size, stride), dim, index, number)
        case(f, "scatter_add", y([3, 4]), 0, T(to3, 0, [6, 4]), y([6, 4], None, 3), **sums)
        case(f, "scatter_add", y([3, 4]), 0, T(to3, 0, [6, 4], [1, 0]), y([6, 4], [1, 6], 3), **sums)
        for other in ALL:
            if other != d:
                case(f, "scatter.src", x([5]), 0, T(order, 0, [5]), T(f"{other}.mild", 3, [5]))
                case(f, "scatter_add", x([5]), 0, T(order, 0, [5]), T(f"{other}.mild", 3, [5]))


SOFTMAXED = [  # size, strides
    ([3, 7], None), ([7, 3], [1, 7]), ([2, 3, 4], None), ([2, 3, 4], [1, 8, 2]), ([5], None), ([5], [2]), ([3, 4], [0, 1]),
    ([3, 4], [1, 0]), ([], None), ([1], None), ([1, 1], None), ([0], None), ([0, 3], None), ([3, 0], None), ([2, 0, 3], None),
]


def freeze_losses():
    f = "loss"
    peak = lambda x, *_: finite_max(x)
    total = lambda x, *_: finite_max(x.reshape(-1, x.shape[-1]).abs().amax(-1).sum()) if x.numel() else 0
    for d in FLOATS:
        x = lambda size, stride=None, offset=1, pool="mild": T(f"{d}.{pool}", offset, size, stride)
        for size, stride in SOFTMAXED:
            for dim in (0, 1, -1, 2):
                case(f, "log_softmax.int", x(size, stride), dim, magnitude=peak)
        for n in list(range(2, 41)) + [257] + ([1000] if d == "f32" else []):
            if d == "f32" or n % 5 == 0:
                case(f, "log_softmax.int", x([n]), 0, magnitude=peak)
        case(f, "log_softmax.int", x([6, 9], None, 0, "sparse"), 1, magnitude=peak)
        case(f, "log_softmax.int", x([6, 9], [1, 6], 0, "sparse"), 0, magnitude=peak)
        case(f, "log_softmax.int", T("f32.positive" if d == "f32" else "f64.positive", 0, [8, 9]), 1, magnitude=peak)
        case(f, "log_softmax.int", x([3, 4]), 1, torch.float64, magnitude=peak)
        case(f, "log_softmax.int", x([3, 4]), 1, torch.float32, magnitude=peak)
        for name in ("nll_loss", "cross_entropy"):
            for reduction in (0, 1, 2):
                for ignore in (-100, 3, 0):
                    case(f, name, x([6, 7]), T("i64.to7", 0, [6]), reduction, ignore, magnitude=total)
                    case(f, name, x([7, 7], [1, 7]), T("i64.to7", 0, [7], [2]), reduction, ignore, magnitude=total)
                case(f, name, x([8, 7]), T("i64.ignored", 0, [8]), reduction, -100, magnitude=total)
                case(f, name, x([1, 7]), T("i64.ignored", 1, [1]), reduction, -100, magnitude=total)
                case(f, name, x([7]), T("i64.to7", 5, []), reduction, -100, magnitude=total)
                case(f, name, x([7], [2]), T("i64.ignored", 1, []), reduction, -100, magnitude=total)
                case(f, name, x([0, 7]), T("i64.to7", 0, [0]), reduction, -100, magnitude=total)
                case(f, name, x([1, 1]), T("i64.zero", 0, [1]), reduction, -100, magnitude=total)
                case(f, name, x([6, 3]), T("i64.to7", 0, [6]), reduction, -100, magnitude=total)          # a class too many
                case(f, name, x([6, 7]), T("i64.to7", 0, [5]), reduction, -100, magnitude=total)
                case(f, name, x([40, 9]), T("i64.to7", 0, [40]), reduction, -100, magnitude=total)
    for d in INTS:
        case(f, "log_softmax.int", T(f"{d}.mild", 0, [3, 4]), 1)
        case(f, "log_softmax.int", T(f"{d}.mild", 0, [3, 4]), 1, torch.float32, magnitude=lambda *_: 9)


def freeze_random():
    f = "random"
    for d in ALL:
        x = lambda size, stride=None: T(f"{d}.any", 0, size, stride)
        shapes = (([], None), ([1], None), ([0], None), ([2, 0], None), ([15], None), ([16], None), ([17], None), ([4, 8], None), ([3, 4], [1, 3]),
                ([5], [2]), ([40], None), ([6, 6], [1, 6]))
        for size, stride in shapes if d in FLOATS else (([3], None),):
            case(f, "uniform", x(size, stride), seed=3)
            case(f, "uniform", x(size, stride), -2.5, 1.0, seed=4)
            case(f, "normal_functional", x(size, stride), seed=3, magnitude=lambda *_: 4)
            case(f, "normal_functional", x(size, stride), 1.5, 0.25, seed=4, magnitude=lambda *_: 4)
        case(f, "uniform", x([4]), 2.0, 1.0, seed=0)
        case(f, "normal_functional", x([4]), 0.0, -1.0, seed=0)
        if d in FLOATS:
            case(f, "normal_functional", x([4]), 0.0, 0.0, seed=0, magnitude=lambda *_: 4)


def write(name, text):
    with open(os.path.join(DATA, name), "w", newline="\n") as file:
        file.write("\n".join(text) + "\n")


def main():
    os.makedirs(DATA, exist_ok=True)
    for freeze in (freeze_unary, freeze_binary, freeze_comparisons, freeze_where, freeze_promotion, freeze_copies,
            freeze_shapes, freeze_reductions, freeze_products,
                   freeze_indexing, freeze_losses, freeze_random):
        freeze()
    write("pools.txt", [f"{name} {dtype_text(x.dtype)}[{x.numel()}] {elements_text(x)}" for name, x in POOLS.items()])
    for family, text in lines.items():
        write(family + ".txt", text)
    write("schemas.txt", [schemas[name] for name in sorted(schemas)])
    total = sum(os.path.getsize(os.path.join(DATA, name)) for name in os.listdir(DATA))
    print(f"{sum(count.values())} cases of {len(count)} rows, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
