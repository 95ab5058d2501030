"""Activations."""
from freeze import *

FLOATING = FLOATS + HALVES
REST = [d for d in EVERY if d not in ALL]


def steady(name, *more):
    """In float64, then rounded: PyTorch's vector loops over float32 are off by more than its scalar ones, and overflow where those do not."""
    ask(name, lambda x, *m: torch_op(name)(x.double(), *m).to(x.dtype) if x.dtype == torch.float32 else torch_op(name)(x, *m))


def cases():
    ask("relu_backward", lambda g, y: torch.ops.aten.threshold_backward(g, y, 0))
    ask("gelu_tanh_backward", lambda g, x: torch.ops.aten.gelu_backward(g, x, approximate="tanh"))
    ask("gelu", lambda x, approximate="none": torch.ops.aten.gelu(x.double() if x.dtype in (torch.float32, torch.float16, torch.bfloat16) else x, approximate=approximate).to(x.dtype))
    for name in ["silu", "mish", "log_sigmoid", "selu", "hardswish"]:
        steady(name)
    for name in ["elu", "celu", "softplus"]:
        steady(name)
    ask("softsign", torch.nn.functional.softsign, row=False)
    ask("tanhshrink", torch.nn.functional.tanhshrink, row=False)
    unary_at_length("relu", ALL)
    unary("relu", dtypes=REST)
    unary_at_length("gelu", ALL)
    unary("gelu", dtypes=REST)
    for d in FLOATS:
        sweep("gelu", d, pool=mild_of)
    unary("gelu", "tanh", pool=mild_of)
    case("gelu", T("f32.any", 0, [40]), "tanh")
    case("gelu", T("f32.any", 0, [4]), "other")
    alike = [(a, b) for a, b in PAIRS if a[1] == b[1]]
    binary_at_length("gelu_backward", FLOATS, pool=mild_of, pairs=alike, magnitude=lambda g, x: finite_max(g))
    binary_at_length("relu_backward", FLOATS, pool=mild_of, pairs=alike)
    for d in FLOATS:
        case("gelu_tanh_backward", T(mild_of(d), 0, [40]), T(mild_of(d), 50, [40]), magnitude=lambda g, x: finite_max(g))
        case("gelu_tanh_backward", T(mild_of(d), 0, [3, 4], [1, 3]), T(mild_of(d), 50, [3, 4]), magnitude=lambda g, x: finite_max(g))
    for name in ["relu6", "selu", "mish", "log_sigmoid", "hardsigmoid", "hardswish"]:
        unary(name)
        for d in FLOATS:
            case(name, T(mild_of(d), 0, [40]))
    unary("silu", dtypes=[d for d in EVERY if d not in COMPLEX])
    unary("silu", pool=mild_of, dtypes=COMPLEX)
    for name, calls in [("leaky_relu", [(), (0.2,), (-1,), (2,)]), ("elu", [(), (0.7,), (0.7, 1.5), (0.7, 1.5, 0.5), (2, 3, 2)]), ("celu", [(), (0.7,), (-2,), (0,)]),
                        ("softplus", [(), (2,), (0.5, 1), (-1.5, 3.0)]), ("hardtanh", [(), (-2, 3), (0.5, 1.5), (0, 6)]), ("hardshrink", [(), (2,), (0,), (-1,)]),
                        ("softshrink", [(), (2,), (0,), (-1,)]), ("threshold", [(1, 7), (-0.5, 0.25), (0, 0), (True, -1)])]:
        for k, more in enumerate(calls):
            for d in EVERY:
                if d[0] != "u" or name != "threshold" or min(more) >= 0:      # PyTorch refuses what does not fit into the type
                    case(name, T(mild_of(d), 2, [20 if d in FLOATS else 9]), *more)
            if k < 2:
                case(name, T("f32.any", 2, [40]), *more)
                case(name, T("f64.any", 2, [2, 3, 4], [1, 8, 2]), *more)
                case(name, T("f32.mild", 2, [2, 0]), *more)
                case(name, T("f32.mild", 2, []), *more)
        case(name, T("f32.mild", 2, [3]), 1j, *([2] if name == "threshold" else []))
    for d in EVERY:
        case("prelu", T(mild_of(d), 2, [2, 3, 4], [1, 8, 2]), T(mild_of(d), 9, [3]))
        case("prelu", T(mild_of(d), 2, [9]), T(mild_of(d), 9, [1]))
        case("glu", T(mild_of(d), 2, [3, 4]))
        case("_prelu_kernel", T(mild_of(d), 2, [3, 4]), T(mild_of(d), 9, [4]))
    for x, w in [([2, 3], []), ([], [1]), ([], []), ([0, 3], [3]), ([5], []), ([4], [4]), ([2, 3], [2]), ([2, 3], [3, 1])]:
        case("prelu", T("f32.mild", 2, x), T("f32.mild", 9, w))
    case("prelu", T("f32.mild", 2, [3]), T("f64.mild", 9, [1]))
    for size, stride, dim in [([4, 3], [1, 4], 0), ([2, 6, 3], None, 1), ([2, 6, 3], None, -2), ([3, 5], None, 1), ([], None, 0), ([0, 4], None, 1), ([4], None, 1)]:
        case("glu", T("f64.mild", 2, size, stride), dim)
    for d in ["f32", "f64", "f16", "bf16", "c64", "i64"]:
        case("softsign", T(mild_of(d), 2, [9]))
        if d not in COMPLEX:
            case("tanhshrink", T(mild_of(d), 2, [9]), magnitude=finite_max)
