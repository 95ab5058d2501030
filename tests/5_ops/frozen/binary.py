"""Arithmetic of two, and what else takes two."""
from freeze import *

REST = [d for d in EVERY if d not in ALL]
FLOATING = FLOATS + HALVES
FEW = FLOATING + COMPLEX + ["i64", "u8", "bool", "i32", "u64", "f8e5m2"]      # where other types go the way of these
NEAR = {d: f"{d}.near" for d in WHOLE + ["bool"]}


def near_of(d):
    """Divisors: whole ones that are not zero."""
    return NEAR.get(d, any_of(d))


def steady(name):
    """In float64, then rounded: PyTorch's vector loops over float32 are off by more than its scalar ones."""
    def run(a, b):
        y = torch_op(name)(a, b)
        return torch_op(name)(a.double(), b.double() if isinstance(b, torch.Tensor) else b).to(y.dtype) if y.dtype == torch.float32 else y
    ask(name, run)


def arithmetic():
    scaled = lambda a, b, alpha: finite_max(a.abs()) + finite_max(b.abs()) * abs(alpha)
    for name in ["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor"]:
        binary_at_length(name, ALL)
        binary(name, dtypes=REST, pool=mild_of if name == "div.Tensor" else any_of)
    for name in ["add.Tensor", "sub.Tensor"]:
        for alpha in [2, -1, 0, 1]:
            for d in ALL:
                case(name, T(f"{d}.mild", 0, [3, 4]), T(f"{d}.mild", 20, [3, 4], [1, 3]), alpha)
                case(name, T(f"{d}.mild", 0, [2, 1]), T(f"{d}.mild", 20, [9]), alpha)
        for alpha in [0.3]:
            for d in ALL:
                case(name, T(f"{d}.mild", 0, [3, 4]), T(f"{d}.mild", 20, [3, 4], [1, 3]), alpha, magnitude=scaled)
                case(name, T(f"{d}.mild", 0, [19]), T(f"{d}.mild", 20, []), alpha, magnitude=scaled)
        case(name, T("bool.mild", 0, [12]), T("bool.mild", 20, [12]), True)
        case(name, T("f32.mild", 0, [257]), T("f32.mild", 3, [257]), 0.1, sweep=True, magnitude=scaled)
        case(name, T("i64.any", 0, [40]), T("i64.any", 3, [40]), -7, sweep=True)
        case(name, T("f32.mild", 0, [5]), T("i64.mild", 3, [5]), 2)
        case(name, T("i64.mild", 0, [5]), T("i64.mild", 3, [5]), 2.5)
        case(name, T("i64.mild", 0, [5]), T("f64.mild", 3, [5]), 2)
        for d in COMPLEX:
            case(name, T(mild_of(d), 0, [3, 4]), T(mild_of(d), 20, [4]), 1.5 - 2j, magnitude=scaled)
    for name in ["add.Scalar", "sub.Scalar", "mul.Scalar", "div.Scalar"]:
        unary_at_length(name, FLOATS, 2.5)
        unary_at_length(name, INTS, 3)
        scalars(name, dtypes=REST)
    for name in ["add.Scalar", "sub.Scalar"]:
        for d in ALL:
            case(name, T(f"{d}.mild", 0, [7]), 3, 2)
            case(name, T(f"{d}.mild", 0, [7]), 0.5, 4)
    for name in ["add.Scalar", "sub.Scalar", "rsub.Scalar", "mul.Scalar", "div.Scalar"]:
        for d in HALVES:
            case(name, T(f"{d}.mild", 0, [9]), 1.00390001)      # between two of their numbers: rounded first, but in products
    for d in EVERY:
        case("rsub.Tensor", T(mild_of(d), 0, [3, 4]), T(mild_of(d), 20, [4]))
        case("rsub.Tensor", T(mild_of(d), 0, [3, 4]), T(mild_of(d), 20, [4]), 3, magnitude=scaled)
    case("rsub.Tensor", T("f32.mild", 0, [9]), T("i64.mild", 20, []), 0.5, magnitude=scaled)
    case("rsub.Tensor", T("i64.mild", 0, [9]), T("i64.mild", 20, []), 0.5)
    scalars("rsub.Scalar")
    case("rsub.Scalar", T("f32.mild", 0, [9]), 2, 3)


def quotients():
    for d in NEAR:
        pool(NEAR[d], [x if x else 1 for x in POOLS[mild_of(d)].tolist()])
    size = lambda a, b, *_: finite_max(a)
    for name, more in [("div.Tensor_mode", ("floor",)), ("div.Tensor_mode", ("trunc",)), ("floor_divide", ()), ("remainder.Tensor", ()), ("fmod.Tensor", ())]:
        for d in EVERY:
            a, b = near_of(d) if d in NEAR else mild_of(d), near_of(d) if d in NEAR else mild_of(d)
            if case(name, T(a, 0, [20]), T(b, 5, [20]), *more) and d in FLOATING + ["i64", "i8", "u8"]:
                case(name, T(a, 0, [2, 3], [1, 2]), T(b, 5, [3]), *more)
                if d != "i64":      # PyTorch dies of the least integer over -1
                    case(name, T(any_of(d), 0, [24]), T(b, 5, [24]), *more)
                case(name, T(a, 0, []), T(b, 5, [4]), *more)
                case(name, T(a, 0, [0]), T(b, 5, [1]), *more)
        for d, e in [("f32", "i64"), ("i64", "f32"), ("u8", "i8"), ("f16", "bf16"), ("bool", "i32"), ("i16", "u8")]:
            case(name, T(near_of(d) if d in NEAR else mild_of(d), 4, [9]), T(near_of(e) if e in NEAR else mild_of(e), 8, [9]), *more)
        case(name, T("f32.any", 0, [40]), T("f32.mild", 3, [40]), *more)      # PyTorch's vectors answer NaN to some float64 numbers
        case(name, T("f32.mild", 0, [40]), T("f32.any", 3, [40]), *more)
        for d in ["i64", "u8", "i8"]:
            case(name, T(mild_of(d), 0, [9]), T(mild_of(d), 3, [9]), *more)      # a zero among the divisors
        case(name, T("u8.mild", 0, [9]), T("i64.wraps", 0, []), *more)           # 256 is 0 in uint8
        case(name, T("i64.mild", 0, [0]), T("i64.zero", 0, [1]), *more)
    for name, more in [("div.Scalar_mode", ("floor",)), ("div.Scalar_mode", ("trunc",)), ("floor_divide.Scalar", ()), ("remainder.Scalar", ()), ("fmod.Scalar", ())]:
        for d in EVERY:
            for number in [3, -2, 2.5, -0.75, True]:
                if not case(name, T(mild_of(d), 3, [9]), number, *more) and number == 2.5:
                    break
        for number in [0, 0.0, False]:
            case(name, T("i64.mild", 3, [5]), number, *more)
            case(name, T("f32.mild", 3, [5]), number, *more)
    for name in ["div.Tensor_mode", "div.Scalar_mode"]:
        for d in EVERY:
            case(name, T(mild_of(d), 0, [9]), T(mild_of(d), 20, [9]) if "Tensor" in name else 3, None)
        case(name, T("f32.mild", 0, [9]), T("f32.mild", 20, [9]) if "Tensor" in name else 3, "up")
    for d in EVERY:
        for number in [7, -7.5]:
            case("remainder.Scalar_Tensor", number, T(near_of(d) if d in NEAR else mild_of(d), 5, [9]))
    case("remainder.Scalar_Tensor", 7, T("i64.mild", 3, [9]))


def powers():
    near = lambda a, b: finite_max(torch.pow(a, b)) * 4 if a.is_complex() or b.is_complex() else 0
    for d in EVERY:
        case("pow.Tensor_Tensor", T(mild_of(d), 0, [30 if d in FLOATS else 9]), T(mild_of(d), 20, [30 if d in FLOATS else 9]))
        if d in FLOATING + COMPLEX:
            case("pow.Tensor_Tensor", T(mild_of(d), 0, [2, 3], [1, 2]), T(mild_of(d), 20, [3]))
            case("pow.Tensor_Tensor", T(mild_of(d), 0, []), T(mild_of(d), 20, [4]))
    for d in FLOATING:
        p = f"{d}.positive"
        case("pow.Tensor_Tensor", T(p, 0, [20]), T(mild_of(d), 20, [20]))
    case("pow.Tensor_Tensor", T("f32.any", 0, [60]), T("f32.mild", 20, [60]))
    case("pow.Tensor_Tensor", T("f64.any", 0, [60]), T("f64.mild", 20, [60]))
    for d, e in [("f32", "i64"), ("i64", "f32"), ("u8", "i8"), ("f16", "bf16"), ("c64", "f64"), ("bool", "i32"), ("i16", "u8")]:
        case("pow.Tensor_Tensor", T(mild_of(d), 4, [7]), T(mild_of(e), 8, [7]))
        case("pow.Tensor_Tensor", T(mild_of(d), 4, [7]), T(mild_of(e), 8, []))
    for d in EVERY:
        for number in [2, 3, -1, -2, 0, 1, 0.5, -0.5, 2.5, 2.0, -1.0] + ([1.5 - 2j, 2 + 0j] if d in COMPLEX else []):
            if d not in EIGHTHS + ["u16", "u32", "u64"] or number == 2:      # PyTorch copies these for 1
                case("pow.Tensor_Scalar", T(f"{d}.unit" if d in HALVES else mild_of(d), 3, [9]), number)
        for number in [2, 0.5, -3] + ([1.5 - 2j] if d in COMPLEX else []):
            case("pow.Scalar", number, T(mild_of(d), 3, [9]))
    for number in [2, 0.5, -0.5, 3, -1]:
        case("pow.Tensor_Scalar", T("f32.any", 3, [40]), number)
        case("pow.Tensor_Scalar", T("f64.any", 3, [3, 5], [1, 3]), number)
    case("pow.Tensor_Scalar", T("f32.mild", 3, [9]), 1 + 2j)


def others():
    for name in ["maximum", "minimum", "fmax", "fmin"]:
        binary(name)
        for d in ["f32", "i64"]:
            case(name, T(mild_of(d), 0, [40]), T(mild_of(d), 3, [40]))
    for name in ["atan2", "xlogy.Tensor"]:
        binary(name, dtypes=FEW)
    binary("copysign.Tensor", pool=lambda d: any_of(d) if d in FLOATS else mild_of(d), dtypes=FEW)
    binary("hypot", mixed=[("f16", "f32")], dtypes=FEW)
    binary("nextafter", mixed=[], dtypes=FEW)
    for name in ["logaddexp", "logaddexp2"]:
        binary(name, dtypes=[d for d in FEW if d not in COMPLEX], mixed=[("f16", "f32"), ("f32", "f64")])
        for d in FLOATING:
            case(name, T(mild_of(d), 0, [20]), T(mild_of(d), 21, [20]), magnitude=lambda a, b: 1)
    for d in COMPLEX:
        case("logaddexp", T(mild_of(d), 0, [9]), T(mild_of(d), 21, [9]), magnitude=lambda a, b: 1)
    binary("heaviside", mixed=[])
    case("heaviside", T("f32.mild", 0, [9]), T("i64.mild", 3, [9]))
    for d in [d for d in EVERY if d not in EIGHTHS]:
        case("ldexp.Tensor", T(mild_of(d), 0, [3, 4]), T("i64.mild", 20, [4]))
    for d in FLOATING:
        case("ldexp.Tensor", T(mild_of(d), 0, [9]), T("i8.mild", 20, []))
        case("ldexp.Tensor", T(mild_of(d), 0, [9]), T("f32.mild", 20, [9]), magnitude=lambda a, b: finite_max(a * 2**b))
    for name in ["copysign.Scalar", "xlogy.Scalar_Other"]:
        scalars(name, numbers=(2, -0.5, -0.0, True))
    for d in EVERY:
        for number in [2, 0.5, 0]:
            case("xlogy.Scalar_Self", number, T(mild_of(d), 3, [9]))
    for name in ["logical_and", "logical_or", "logical_xor"]:
        binary(name, dtypes=FEW + ["i8", "u16"])
        for d in ["i64", "u8"]:
            case(name, T(mild_of(d), 0, [40]), T(mild_of(d), 3, [40]))


def closeness():
    for d in [d for d in EVERY if d not in EIGHTHS]:
        case("isclose", T(mild_of(d), 0, [9]), T(mild_of(d), 0, [9]))
        case("isclose", T(any_of(d), 0, [20]), T(any_of(d), 0, [20]))
        if d in FLOATS + INTS + COMPLEX:
            for more in [(0.5,), (0.0, 1.0), (0.1, 0.1, True), (0.0, 0.0, True), (0.0, 0.0)]:
                case("isclose", T(any_of(d), 0, [3, 8]), T(any_of(d), 4, [8]), *more)
                case("isclose", T(any_of(d), 0, [24]), T(any_of(d), 0, [24]), *more)
    case("isclose", T("f32.mild", 0, [9]), T("f64.mild", 0, [9]))
    case("isclose", T("f32.mild", 0, [9]), T("f32.mild", 0, [9]), -1.0)
    ask("equal", lambda a, b: torch.tensor(torch.equal(a, b)), row=False)
    ask("allclose", lambda a, b, *more: torch.tensor(torch.allclose(a, b, *more)), row=False)
    for d in [d for d in EVERY if d not in EIGHTHS]:
        case("equal", T(mild_of(d), 0, [9]), T(mild_of(d), 0, [9]))
        case("equal", T(mild_of(d), 0, [3, 3], [1, 3]), T(mild_of(d), 0, [3, 3]))
        case("equal", T(mild_of(d), 0, [9]), T(mild_of(d), 0, [3, 3]))
        case("allclose", T(mild_of(d), 0, [9]), T(mild_of(d), 0, [9]), 1e-5, 1e-8, False)
        case("allclose", T(mild_of(d), 0, [9]), T(mild_of(d), 3, [9]), 1e-5, 1e-8, False)
    case("equal", T("f32.sparse", 0, [30]), T("f32.sparse", 0, [30]))
    case("equal", T("f32.mild", 0, [0]), T("f32.mild", 0, [0]))
    case("allclose", T("f32.sparse", 0, [30]), T("f32.sparse", 0, [30]), 0.5, 1e-8, True)
    case("allclose", T("f32.mild", 0, [9]), T("f32.mild", 1, [9]), 0.5, 9.0, False)


def cases():
    pool("i64.wraps", [256])
    for name in ["pow.Tensor_Tensor", "pow.Tensor_Scalar", "atan2", "hypot", "xlogy.Tensor"]:
        if name != "pow.Tensor_Scalar":
            steady(name)
    arithmetic()
    quotients()
    powers()
    others()
    closeness()
