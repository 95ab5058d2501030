"""Writes ../data/*.txt: what PyTorch answers to every operation that has a row, for ../rows.c and ../../4_autograd/op_schema.c.

usage: python freeze.py [FAMILY...]      (torch 2.13)   only those families' files; without arguments all

A family is a module beside this file, <family>.py: `from freeze import *` and a function cases(), which calls what stands under "calls" below:
unary("tanh"), binary("atan2"), reduction("amax", ...) or over("name", ...) freeze a row over all dtypes that PyTorch takes, case(...) one call.
Its own numbers come from pool("f32.mine", ...), and rows that PyTorch has under another name from ask("name", function).

data/pools.txt              numbers that inputs are cut from:  NAME DTYPE[COUNT] ELEMENTS
data/<family>.txt           the family's own:  pool NAME DTYPE[COUNT] ELEMENTS
                            then a case a line:  [!SEED] ROW ARGUMENT... : RESULT [| RESULT...]      or a family of prefixes:  sweep ROW ...
                            where PyTorch refuses, RESULT is the word refused
data/<family>.schemas.txt   PyTorch's schema line of every row in it

ARGUMENT  POOL@OFFSET[SIZE,...]            a tensor: elements of the pool from OFFSET on, row-major
          POOL@OFFSET[SIZE,...;STRIDE,...] the same with strides, in elements
          2  -0.5  inf  1.5+2.0j  true     numbers: what has a point, an e or a letter is a float
          none  'floor'  :float32          the value none (also for a missing tensor or generator), a string, a dtype
          (2,3)  (0.5,1.0)  (true,false)   a list of integers, floats, bools
          {POOL@0[2] none POOL@4[3]}       a list of tensors
RESULT    [~MAGNITUDE] DTYPE[SIZE,...] ELEMENTS    MAGNITUDE: of the terms that were added up, which rounding errors are measured by
          DTYPE[SIZE,...;STRIDE,...] ELEMENTS      a view of the first argument's memory, with its strides
          DTYPE@OFFSET[SIZE,...;STRIDE,...] ...    the same, OFFSET elements behind its first
ELEMENTS  in row-major order: floats as their bits in hexadecimal, the highest digit first (NaN is 7fc00000, 7ff8000000000000, 7e00, 7fc0, 7f),
          complex numbers as two of them, integers with commas between them, bool as 0 and 1
A sweep is an elementwise call on vectors: its first n results are those of the call on the first n elements.

Pools: <dtype>.any (specials among them: infinities, NaN, denormals, the ends of the range) and <dtype>.mild (-4..4, whole ones -9..9 or 0..9) for
every dtype, and those that make_pools names.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [p for p in sys.path if os.path.abspath(p or ".") != HERE]      # copy.py and random.py are families, not Python's modules

import importlib.util
import math
import random
import struct
import warnings

import torch

warnings.simplefilter("ignore")
torch.set_num_threads(1)
DATA = os.path.join(os.path.dirname(HERE), "data")
DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "u8": torch.uint8, "bool": torch.bool,
          "f16": torch.float16, "bf16": torch.bfloat16, "f8e4m3": torch.float8_e4m3fn, "f8e5m2": torch.float8_e5m2,
          "c64": torch.complex64, "c128": torch.complex128, "i8": torch.int8, "i16": torch.int16, "i32": torch.int32,
          "u16": torch.uint16, "u32": torch.uint32, "u64": torch.uint64}
SHORT = {dtype: short for short, dtype in DTYPES.items()}
FLOATS, INTS = ["f32", "f64"], ["i64", "u8", "bool"]
ALL = FLOATS + INTS                                  # the first five, which most families freeze at length
HALVES, EIGHTHS, COMPLEX = ["f16", "bf16"], ["f8e4m3", "f8e5m2"], ["c64", "c128"]
WHOLE = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"]
EVERY = FLOATS + HALVES + EIGHTHS + COMPLEX + WHOLE + ["bool"]
WORDS = {torch.float32: ("<f", "<I", 8, 0x7FC00000), torch.float64: ("<d", "<Q", 16, 0x7FF8000000000000)}
SMALL = {torch.float16: (torch.int16, 4, 0x7E00), torch.bfloat16: (torch.int16, 4, 0x7FC0), torch.float8_e4m3fn: (torch.uint8, 2, 0x7F),
         torch.float8_e5m2: (torch.uint8, 2, 0x7F)}


# ---- elements as text ----

def elements_text(x):
    """The bits of floats, the values of others."""
    if x.is_complex():
        return elements_text(torch.view_as_real(x.resolve_conj().contiguous()))
    if x.dtype in SMALL:
        word, digits, nan = SMALL[x.dtype]
        x = x.flatten()
        bits = [b % 16**digits for b in x.clone().view(word).tolist()]
        return "".join(f"{nan if lost else b:0{digits}x}" for b, lost in zip(bits, torch.isnan(x.float()).tolist()))
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
SPECIAL_SMALL = {      # the largest, the smallest normal and denormal ones
    "f16": [0.0, -0.0, INF, -INF, NAN, 65504.0, -65504.0, 2.0**-24, -3 * 2.0**-24, 2.0**-14, 1.0, -1.0, 0.5, 2049.0, 11.0, -17.0],
    "bf16": [0.0, -0.0, INF, -INF, NAN, 3.3e38, -3.3e38, 1e-40, -1e-39, 1.2e-38, 1.0, -1.0, 0.5, 257.0, 88.5, -103.5],
    "f8e4m3": [0.0, -0.0, NAN, 448.0, -448.0, 2.0**-9, -3 * 2.0**-9, 2.0**-6, 1.0, -1.0, 0.5, 17.0],
    "f8e5m2": [0.0, -0.0, INF, -INF, NAN, 57344.0, -57344.0, 2.0**-16, -3 * 2.0**-16, 2.0**-14, 1.0, -1.0, 0.5, 9.0],
}
SPECIAL_COMPLEX = [0j, 1 + 0j, 1j, -1 + 0j, -1j, complex(INF, 1), complex(1, -INF), complex(NAN, 2), complex(-3, NAN), complex(-INF, INF), complex(-0.0, 0.0),
                   complex(-2, -0.0), complex(1e-40, 3), complex(3e30, -2e30), complex(0.5, 0), complex(0, -80)]
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
    # from here on each pool draws from a generator of its own, so that a new one changes no other
    own = lambda name: random.Random("pool " + name)
    for d, specials in SPECIAL_SMALL.items():
        r = own(d + ".any")
        low, high = (-2, 1.5) if d in EIGHTHS else (-3, 2)
        values[d + ".any"] = [specials[i // 5 % len(specials)] if i % 5 == 2 else r.choice([-1, 1]) * 10 ** r.uniform(low, high) for i in range(200)]
        values[d + ".mild"] = mild_floats(own(d + ".mild"), 400 if d in HALVES else 160)
    for d in COMPLEX:
        r = own(d + ".any")
        part = lambda r: r.choice([-1, 1]) * 10 ** r.uniform(-2, 1)
        values[d + ".any"] = [SPECIAL_COMPLEX[i // 6 % 16] if i % 6 == 2 else complex(part(r), part(r)) for i in range(120)]
        r = own(d + ".mild")
        values[d + ".mild"] = [complex(x, y) for x, y in zip(mild_floats(r, 300), mild_floats(r, 300))]
    for d in [d for d in WHOLE if d not in ("i64", "u8")]:
        r, bits = own(d + ".any"), int(d[1:])
        low, high = (0, 2**bits - 1) if d[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        ends = [low, high, 0, 1, low + 1, high - 1, high // 2 + 1]
        wide = min(high, 1000)
        values[d + ".any"] = [ends[i // 3 % 7] if i % 3 == 1 else r.randint(max(low, -wide), wide) for i in range(120)]
        values[d + ".mild"] = [own(d + ".mild" + str(i)).randint(0 if d[0] == "u" else -9, 9) for i in range(300)]
    for d in FLOATS + HALVES:
        r = own(d + ".unit")
        values[d + ".unit"] = [r.choice([-1, 0, 1, 0.5]) if i % 11 == 4 else r.uniform(-1, 1) for i in range(120)]
    for d in HALVES:
        r = own(d + ".positive")
        values[d + ".positive"] = [10 ** r.uniform(-3, 3) for _ in range(100)]
    return {name: tensor_of(name, v) for name, v in values.items()}


def mild_floats(draw, n):
    return [draw.choice([-1, 0, 1, 2.0]) if i % 11 == 4 else draw.uniform(-4, 4) for i in range(n)]


def tensor_of(name, values):
    dtype = DTYPES[name.split(".")[0]]
    return torch.tensor(values, dtype=torch.float32).to(dtype) if dtype in SMALL else torch.tensor(values, dtype=dtype)


POOLS = make_pools()


def pool(name, values):
    """A pool of the family's own, called DTYPE.SOMETHING; values: a list, or a function of a generator of its own, as lambda r: [r.random()]."""
    values = values(random.Random("pool " + name)) if callable(values) else values
    assert name not in POOLS or name in family.pools, f"there is a pool {name}"
    POOLS[name] = family.pools[name] = tensor_of(name, values)


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
    if isinstance(a, (list, tuple)):
        if any(isinstance(m, T) for m in a):
            return "{" + " ".join(argument_text(m) for m in a) + "}"
        return f"({','.join(argument_text(m) for m in a)})"
    if isinstance(a, torch.dtype):
        return ":" + dtype_text(a)
    if isinstance(a, str):
        assert "'" not in a and "|" not in a
        return f"'{a}'"
    if isinstance(a, complex):
        imaginary = repr(a.imag)
        return f"{a.real!r}{'' if imaginary[0] == '-' else '+'}{imaginary}j"
    return repr(a) if not isinstance(a, T) else str(a)


# ---- calls ----

class Family:
    """What the module that runs has frozen so far."""

    def __init__(self, name):
        self.name, self.lines, self.known, self.schemas, self.pools = name, [], set(), {}, {}


family = Family("")
count = {}
asked = {}           # name: what answers in PyTorch's place
functions = set()    # names that are no rows
not_views = set()
REFUSALS = (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)


def ask(name, function, row=True):
    """Lets a function of the call's arguments answer for a name; row: False for a typed function that is no row, which has no schema."""
    asked[name] = function
    if not row:
        functions.add(name)


def copies(name):
    """The row always copies, where PyTorch's may answer with its argument."""
    not_views.add(name)


def torch_op(name):
    base, _, overload = name.partition(".")
    return getattr(getattr(torch.ops.aten, base), overload or "default")


def has_op(name):
    return name not in functions and hasattr(torch.ops.aten, name.partition(".")[0])


def answer(name, args):
    if has_op(name):
        family.schemas[name] = str(torch_op(name)._schema).replace("aten::", "")
    if name in asked:
        return asked[name](*args)
    op = torch_op(name)
    names = [a.name for a in op._schema.arguments]
    ordered = [a for a, p in zip(args, op._schema.arguments) if not p.kwarg_only]
    named = {names[i]: a for i, a in enumerate(args) if op._schema.arguments[i].kwarg_only}
    return op(*ordered, **named)


def is_view(name, k):
    """Whether result k is marked as sharing memory with an argument."""
    if name in not_views or name in asked or not has_op(name):
        return False
    returns = torch_op(name)._schema.returns
    return k < len(returns) and returns[k].alias_info is not None and not returns[k].alias_info.is_write


def tensors_of(a):
    if isinstance(a, (list, tuple)):
        return [tensors_of(m) for m in a]
    return a.tensor() if isinstance(a, T) else a


def doubled(a):
    if isinstance(a, list):
        return [doubled(m) for m in a]
    if isinstance(a, torch.Tensor) and (a.is_floating_point() or a.is_complex()):
        return a.to(torch.complex128 if a.is_complex() else torch.float64)
    return a


def result_text(name, k, y, tensors, magnitude):
    out = []
    if magnitude is not None and (y.is_floating_point() or y.is_complex()):
        out.append(f"~{float(magnitude(*doubled(tensors))):.3g}")
    x = tensors[0]
    shared = is_view(name, k) and isinstance(x, torch.Tensor) and y.numel() > 0 and y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    behind = (y.data_ptr() - x.data_ptr()) // y.element_size() if shared else 0
    shape = dims_text(y.shape) + (";" + dims_text(y.stride()) if shared else "")
    return " ".join(out + [f"{dtype_text(y.dtype)}{f'@{behind}' if behind else ''}[{shape}]", elements_text(y)]).rstrip()


def case(name, *args, seed=None, sweep=False, magnitude=None):
    """Asks PyTorch and writes the line; answers whether PyTorch took it. magnitude: a function of the arguments as tensors."""
    tensors = tensors_of(args)
    line = [f"!{seed}"] if seed is not None else []
    line += ["sweep"] if sweep else []
    line += [name] + [argument_text(a) for a in args] + [":"]
    if seed is not None:
        torch.manual_seed(seed)
    try:
        y = answer(name, tensors)
    except REFUSALS:
        y = None
        line.append("refused")
    else:
        results = list(y) if isinstance(y, (list, tuple)) else [y]
        line.append(" | ".join(result_text(name, k, r, tensors, magnitude) for k, r in enumerate(results)))
        if sweep:
            prefixes_agree(name, tensors, results)
    text = " ".join(line).rstrip()
    if text not in family.known:
        family.known.add(text)
        family.lines.append(text)
        count[name] = count.get(name, 0) + 1
    return y is not None


def prefixes_agree(name, tensors, results):
    for n in list(range(1, 41)) + [257]:
        if n <= results[0].numel():
            part = answer(name, [a[:n] if isinstance(a, torch.Tensor) and a.dim() else a for a in tensors])
            for p, y in zip(list(part) if isinstance(part, (list, tuple)) else [part], results):
                floor = 1e-6 if name == "gelu_backward" else 1e-44      # it cancels where x is negative
                close = 1e-6 if y.dtype not in SMALL else 1e-3 if y.dtype == torch.float16 else 1e-2
                assert torch.allclose(doubled(p), doubled(y)[:n], close, floor, equal_nan=True), (name, n)


def finite_max(x):
    x = torch.as_tensor(x)
    x = x.abs().double() if x.is_complex() else x.double()
    x = x[torch.isfinite(x)]
    return x.abs().max().item() if x.numel() else 0.0


# ---- a row over every dtype, in a few short cases ----

def any_of(d):
    return f"{d}.any"


def mild_of(d):
    return f"{d}.mild"


def over(name, calls, dtypes=EVERY, **how):
    """calls(d): lists of arguments for the dtype; where PyTorch refuses the first, only that is written. how: as case takes it."""
    for d in dtypes:
        for k, args in enumerate(calls(d)):
            if not case(name, *args, **how) and k == 0:
                break


def swept(name, *args, **how):
    """A sweep, or where PyTorch's own vector loop and what it does with the rest differ, a plain case."""
    try:
        return case(name, *args, sweep=True, **how)
    except (AssertionError, *REFUSALS):
        return case(name, *args, **how)


def length(d):
    """Elements of a vector that a short case of the dtype has."""
    return {"f32": 40, "f64": 20, "f16": 24, "bf16": 24, "c64": 9, "c128": 9}.get(d, 11)


def unary(name, *more, pool=any_of, dtypes=EVERY, **how):
    """A row of one tensor and numbers over all dtypes and awkward layouts: about 4 kB."""
    for d in dtypes:
        p = pool(d) if pool(d) in POOLS else any_of(d)
        if not swept(name, T(p, 2, [length(d)]), *more, **how):
            continue
        shapes = [(0, [], None), (1, [2, 3], [1, 2])]
        if d in FLOATS + HALVES:
            shapes += [(3, [7], [2]), (0, [2, 0, 3], None)]
        if d == "f32":
            shapes += [(2, [2, 3, 4], [1, 8, 2]), (4, [3, 4], [0, 1]), (4, [3, 4], [1, 0]), (6, [1, 1], None), (0, [0], None), (9, [17, 2], [1, 17])]
        for shape in shapes:
            case(name, T(p, *shape), *more, **how)


MIXED = [("f32", "i64"), ("i64", "f32"), ("u8", "i8"), ("f16", "bf16"), ("c64", "f64"), ("bool", "i32"), ("f16", "f32"), ("i16", "u8")]


def binary(name, *more, pool=any_of, dtypes=EVERY, mixed=MIXED, **how):
    """A row of two tensors and numbers over all dtypes, pairs of layouts and pairs of dtypes: about 6 kB."""
    of = lambda d: pool(d) if pool(d) in POOLS else any_of(d)
    for d in dtypes:
        a, b, n = of(d), of(d), length(d)
        if not swept(name, T(a, 2, [n]), T(b, 9, [n]), *more, **how) or d in EIGHTHS:      # whose kernels PyTorch has for some shapes only
            continue
        pairs = [((0, [], None), (3, [], None)), ((1, [2, 3], [1, 2]), (5, [3], None))]
        if d in FLOATS + HALVES:
            pairs += [((0, [3, 1], None), (4, [1, 3], None)), ((0, [2, 0], None), (1, [], None)), ((3, [5], [2]), (1, [5], None))]
        if d == "f32":
            pairs += [((0, [2, 3, 4], [1, 8, 2]), (5, [2, 3, 4], [12, 1, 3])), ((0, [], None), (10, [3, 4], None)), ((0, [4], None), (10, [3, 1], None)),
                      ((0, [2, 3], [0, 1]), (10, [2, 3], [1, 0])), ((0, [0, 3], None), (1, [1, 3], None)), ((2, [17, 2], [1, 17]), (0, [17, 1], None)),
                      ((0, [3], None), (1, [4], None))]
        for x, y in pairs:
            case(name, T(a, *x), T(b, *y), *more, **how)
    for d, e in mixed:
        case(name, T(of(d), 4, [5]), T(of(e), 8, [5]), *more, **how)
        case(name, T(of(d), 4, [5]), T(of(e), 8, []), *more, **how)


def scalars(name, numbers=(2, -0.5, True), dtypes=EVERY, pool=mild_of, **how):
    """A row of a tensor and a number, over all dtypes and kinds of numbers."""
    for d in dtypes:
        for number in list(numbers) + ([1.5 - 2j] if d in COMPLEX else []):
            case(name, T(pool(d), 3, [7]), number, **how)
            if d == "f32":
                case(name, T(pool(d), 3, [2, 3], [1, 2]), number, **how)


def reduction(name, *calls, dtypes=EVERY, pool=mild_of, **how):
    """A row of one tensor and what each of calls says behind it, as ([0], False), over all dtypes and awkward shapes: about 4 kB."""
    shapes = [(1, [2, 3, 4], None), (1, [3, 4], [1, 3]), (2, [7], None), (0, [], None), (2, [3, 4], [0, 1]), (0, [2, 0], None), (5, [5, 1], None)]
    over(name, lambda d: [[T(pool(d), *s)] + list(c) for s in (shapes if d == "f32" else shapes[:4:3] if d in WHOLE else shapes[:4]) for c in calls], dtypes, **how)


# ---- the same at length, as the first families have it ----

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


def unary_at_length(name, dtypes, *more, pool=any_of, **how):
    """A row of one tensor, and numbers, over all layouts."""
    for d in dtypes:
        small = d in FLOATS
        for offset, size, stride in LAYOUTS if small else LAYOUTS[::2]:
            case(name, T(pool(d), offset, size, stride), *more, **how)
        if small:
            rows, columns = BIG[d]
            case(name, T(pool(d), 0, [rows, columns], [1, rows]), *more, **how)
        sweep(name, d, *more, pool=pool, **how)
        case(name, T(pool(d), 1, [20], [3]), *more, sweep=True, **how)


def sweep(name, d, *more, pool=any_of, **how):
    case(name, T(pool(d), 0, [SWEPT[d] if len(more) == 0 else min(SWEPT[d], 257)]), *more, sweep=True, **how)


def binary_at_length(name, dtypes, *more, pool=any_of, pairs=PAIRS, **how):
    """A row of two tensors over pairs of layouts."""
    for d in dtypes:
        small = d in FLOATS
        for a, b in pairs if small else pairs[::2]:
            case(name, T(pool(d), *a), T(pool(d), *b), *more, **how)
        if small:
            rows, columns = BIG[d]
            case(name, T(pool(d), 0, [rows, columns]), T(pool(d), 30, [rows, columns], [1, rows]), *more, **how)
        n = SWEPT[d] if name == "add.Tensor" else min(SWEPT[d], 257)
        case(name, T(pool(d), 0, [n]), T(pool(d), 30, [n]), *more, sweep=True, **how)
        if pairs is PAIRS:
            case(name, T(pool(d), 3, [17, 4], [1, 17]), T(pool(d), 0, [4]), *more, **how)
            case(name, T(pool(d), 1, [40]), T(pool(d), 33, []), *more, sweep=True, **how)
            case(name, T(pool(d), 3, []), T(pool(d), 31, [40]), *more, sweep=True, **how)


# ---- writing ----

def pool_text(name, x):
    return f"{name} {dtype_text(x.dtype)}[{x.numel()}] {elements_text(x)}"


def write(name, text):
    with open(os.path.join(DATA, name), "w", newline="\n") as file:
        file.write("\n".join(text) + "\n")


def freeze(name):
    global family
    family = Family(name)
    common = dict(POOLS)
    spec = importlib.util.spec_from_file_location("frozen_" + name, os.path.join(HERE, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.cases()
    write(name + ".txt", ["pool " + pool_text(p, x) for p, x in family.pools.items()] + family.lines)
    write(name + ".schemas.txt", [family.schemas[row] for row in sorted(family.schemas)])
    POOLS.clear()
    POOLS.update(common)
    asked.clear()
    functions.clear()
    not_views.clear()
    print(f"{name}: {len(family.lines)} cases, {os.path.getsize(os.path.join(DATA, name + '.txt')) / 1e3:.0f} kB")


def main():
    os.makedirs(DATA, exist_ok=True)
    there = sorted(name[:-3] for name in os.listdir(HERE) if name.endswith(".py") and name != "freeze.py")
    write("pools.txt", [pool_text(name, x) for name, x in POOLS.items()])
    for name in sys.argv[1:] or there:
        freeze(name)
    total = sum(os.path.getsize(os.path.join(DATA, name)) for name in os.listdir(DATA))
    print(f"{sum(count.values())} cases of {len(count)} rows; all files together {total / 1e6:.2f} MB")


if __name__ == "__main__":
    sys.modules["freeze"] = sys.modules["__main__"]
    main()
