"""Writes frozen_print.h: how torch shows tensors.

usage: python freeze_print.py > frozen_print.h      (torch 2.13)
"""
import torch
import torch.nn.functional as F

NAMES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "u8": torch.uint8, "bool": torch.bool}
CONSTANTS = {"f32": "RT_FLOAT32", "f64": "RT_FLOAT64", "i64": "RT_INT64", "u8": "RT_UINT8", "bool": "RT_BOOL"}

# dtype, values (taken round and round; "start step" after a ~ counts), shape; then strides and offset of a view, r: requires a gradient
CASES = """
f32 | 0 |
f32 | 1.5 |
f32 | -2 |
f32 | 3.14159265 |
f32 | -0.0 |
f32 | nan |
f32 | -inf |
f32 | 1e-5 |
f32 | 1e9 |
f32 | 123456792 |
f32 | 100000000 |
f32 | 0.5 | | | | r
f64 | 0.1 |
f64 | 1e300 |
f64 | -5e-324 |
f64 | 2 | | | | r
i64 | 7 |
i64 | -9223372036854775808 |
u8 | 255 |
bool | 1 |
bool | 0 |

f32 | 0 | 1
f32 | 1 2 3 | 3
f32 | 1 -2 3 | 3
f32 | 1 2.5 3 | 3
f32 | -1 2.5 -3 | 3
f32 | 0.1 0.2 0.3 | 3
f32 | 10 200 0.5 | 3
f32 | 1 1000 | 2
f32 | 1 1001 | 2
f32 | 1.5 1500 | 2
f32 | 1.5 1501.5 | 2
f32 | 0.001 1 | 2
f32 | 0.001 1.001 | 2
f32 | 0.0001 0.05 | 2
f32 | 0.00011 0.05 | 2
f64 | 0.0001 0.05 | 2
f64 | 0.00009999 0.05 | 2
f32 | 99999 99999.5 | 2
f32 | 100000000 99999999 | 2
f32 | 100000008 99999999 | 2
f32 | 99999992.5 12345678.25 | 2
f64 | 99999999.5 12345678.25 | 2
f64 | 100000000.5 123456789.25 | 2
f32 | 0 0.00001 | 2
f32 | 0 -0.0 0 | 3
f32 | -0.0 1 2 | 3
f32 | -0.0 1 -12 | 3
f32 | -0.5 -0.0 0 | 3
f32 | 1e-38 1 | 2
f32 | 1e-45 1e-44 | 2
f32 | 3.4028234e38 -3.4028234e38 | 2
f64 | 1e-300 1e300 | 2
f64 | 1e100 2e100 | 2
f64 | 4.9e-324 1 | 2
f32 | 0.00005 0.00015 0.03125 | 3
f32 | 0.99995 0.99994 2.5 | 3
f32 | 9.99995 1 | 2
f32 | 12.34565 0.00035 | 2
f32 | nan nan | 2
f32 | inf -inf nan | 3
f32 | 0 nan inf | 3
f32 | 1 nan -inf | 3
f32 | 1.5 nan -inf | 3
f32 | -1000 nan inf 0 | 4
f32 | 1e-6 nan -inf 0 | 4
f32 | 123456 inf 0.5 -0.0 | 4
f64 | 1 inf nan -1e10 | 4
f64 | 0.1 0.2 | 2 | | | r
f32 | 1 2 3 | 3 | | | r
f64 | ~0 1 | 5
f32 | ~0 1 | 20
f32 | ~0 1 | 26
f32 | ~-10 1 | 21
f32 | ~0 0.1 | 25
f32 | ~-1 0.37 | 30
f32 | 1e-7 1 -30 4e5 | 15
f64 | 0.123456789 -12345.678 | 11
f64 | ~1 1 | 14 | | | r
f32 | 0.25 -0.5 | 8 | | | r
f32 | 0.25 -0.5 | 7 | | | r
f32 | ~1 1 | 16 | | | r
f32 | ~1 1 | 18 | | | r
f64 | 1 2 3 4 5 | 14
f64 | 1 2 3 4 5 | 13
f64 | 1 2 3 4 5 | 12

i64 | 1 2 3 | 3
i64 | 1 -2 300 | 3
i64 | 0 0 0 | 3
i64 | -1 | 1
i64 | 9223372036854775807 -9223372036854775808 | 2
i64 | 9223372036854775807 1 | 6
i64 | ~0 1 | 30
i64 | ~-5 3 | 2 7
i64 | 1000000000000 | 3 2
u8 | 0 1 255 | 3
u8 | 0 17 255 | 2 4
u8 | 5 | 40
bool | 1 0 | 2
bool | 1 | 3
bool | 0 | 3
bool | 1 0 0 | 4 5
bool | 1 0 | 15

f32 | 1 2 3 4 5 6 | 2 3
f32 | 0.5 -1.25 3 40 | 2 3
f64 | 0.5 -1.25 3 40 | 2 3
f64 | 0.5 -1.25 3 40 | 2 3 | | | r
f32 | 1 2 3 4 | 2 2 | | | r
f32 | 7 | 1 1
f32 | 7 | 1 1 1
f32 | ~0 1 | 3 1
f32 | ~0 1 | 1 5
f32 | ~0 1 | 2 2 3
f32 | ~0 0.5 | 2 3 2
i64 | ~0 1 | 2 2 2 2
f32 | ~0 1 | 1 2 1 2 1
f32 | ~0 0.25 | 2 1 1 2 1 2
f32 | ~0 1 | 1 1 1 1 1 1 1 2
i64 | ~0 1 | 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 3
f32 | ~0 1 | 2 30
f32 | ~0.5 1.5 | 2 13
f32 | 1e-9 -1 | 2 9
u8 | ~0 3 | 2 2 20
bool | 1 0 1 | 2 12
f32 | nan 1 2 inf | 2 2 2
f64 | 1 2 3 | 2 2 2 | | | r
f32 | 0.001 0.5 0.25 | 4 4
f32 | -0.0023675404954701662 0.083562 0.11521635 -0.094607688 0.2293901 -0.04570175 0.01 | 5 4 | | | r
f32 | 0.2 0.7 0.1 | 16 1

f32 | 0 | 0
f32 | 0 | 0 3
f32 | 0 | 3 0
f32 | 0 | 2 0 4 | | | r
f64 | 0 | 0
f64 | 0 | 0 3
i64 | 0 | 0
i64 | 0 | 1 0
bool | 0 | 0
bool | 0 | 0 2
u8 | 0 | 0 1 1
f64 | 0 | 1 1 1 1 1 1 1 1 1 1 1 0 1 1 | | | r
f32 | 0 | 1000000000 1000000 0 | | | r

f32 | ~0 1 | 3 2 | 1 3
f32 | ~0 0.5 | 4 2 | 1 4
i64 | ~0 1 | 2 3 4 | 1 2 6
f32 | ~0 1 | 3 3 | 0 1
f64 | 1.5 2.5 | 2 3 | 0 0
f32 | ~0 1 | 4 | 2
f32 | ~0 1 | 2 2 | 5 2 | 6
i64 | ~0 1 | 5 | 3 | 4
u8 | ~0 1 | 3 3 | 1 3 | 2
bool | 1 0 0 1 1 | 2 3 | 1 2 | 1
f32 | ~0 1 | 0 3 | 3 1
f32 | ~0 1 | | | 5
f64 | 0.1 0.2 0.3 | 2 2 2 | 1 0 4 | 1 | r

u8 | 5 | 1000
f32 | ~0 1 | 1001
f32 | ~0 0.5 | 1001
f32 | ~1 1 | 1001
f32 | 0.5 -1.25 3 40 | 1001 | | | r
f64 | 0.5 -1.25 3 40 | 1001 | | | r
i64 | ~0 1 | 2000
u8 | ~0 1 | 1500
bool | 1 0 0 | 1001
f32 | ~0 1 | 40 40
f64 | ~0 0.001 | 7 200
f32 | ~0 1 | 6 200
f32 | ~0 1 | 2 600
f32 | ~0 1 | 600 2
f32 | ~0 1 | 1 1001
f32 | ~0 1 | 1001 1
f32 | 0.1 0.2 -0.3 0.4 | 10 11 12
f32 | 0.1 0.2 -0.3 0.4 0.7 | 7 2 1 100 | | | r
f32 | 1 2 3 4 5 6 7 8 9 1e9 nan | 2 1001
f32 | 1 2 nan 3 inf -4 -inf | 50 50
i64 | ~-1000 2 | 1 21 7 7
i64 | ~0 1 | 40 40 | 1 40
f32 | ~0 1 | 1200 | 0
f64 | 1e-5 1 | 30 40 | 40 1 | 3 | r
f32 | 0 | 1001
i64 | 0 | 32 32
bool | 1 | 32 32
"""

P = torch.tensor([[1.0, -2.0], [0.5, 4.0]], requires_grad=True)
Q = torch.tensor([[2.0, 0.25], [-1.0, 3.0]], requires_grad=True)
B = torch.tensor([1.0, 2.0], requires_grad=True)
E = torch.zeros(0, 2, requires_grad=True)
I = torch.tensor([[1, 0], [0, 1]])
J = torch.tensor([1, 0])
C = torch.tensor([[True, False], [False, True]])
P3 = P.detach().reshape(2, 1, 2).clone().requires_grad_()
Q3 = Q.detach().reshape(2, 2, 1).clone().requires_grad_()

# of the tensors above; print.c has a function of the same name for each
GRADS = {
    "add": lambda: P + Q,
    "add_scalar": lambda: P + 1,
    "add_scalar_in_place": lambda: (P * 2).add_(1),
    "bmm": lambda: torch.bmm(Q3, P3),
    "clone": lambda: P.clone(),
    "contiguous": lambda: P.t().contiguous(),
    "copy": lambda: torch.zeros(2, 2).copy_(P),
    "cross_entropy": lambda: F.cross_entropy(P, J),
    "detach": lambda: (P * 2).detach(),
    "div": lambda: P / Q,
    "div_scalar": lambda: P / 4,
    "empty": lambda: E * 2,
    "exp": lambda: Q.exp(),
    "expand": lambda: B.expand(2, 2),
    "fill": lambda: (P * 2).fill_(3),
    "flatten": lambda: P.flatten(),
    "gather": lambda: P.gather(0, I),
    "gelu": lambda: F.gelu(P),
    "index_add": lambda: P.index_add(0, J, Q),
    "index_select": lambda: P.index_select(0, J),
    "linear": lambda: F.linear(P, Q),
    "linear_bias": lambda: F.linear(P, Q, B),
    "linear_of_batch": lambda: F.linear(P3, Q),
    "linear_of_batch_bias": lambda: F.linear(P3, Q, B),
    "linear_of_vector": lambda: F.linear(B, Q),
    "linear_of_vector_bias": lambda: F.linear(B, Q, B),
    "log_softmax": lambda: F.log_softmax(P, 1),
    "matmul": lambda: P @ Q,
    "mean": lambda: P.mean(),
    "mean_dim": lambda: P.mean(1),
    "mean_keepdim": lambda: P.mean((0, 1), keepdim=True),
    "mm": lambda: P.mm(Q),
    "mul": lambda: P * Q,
    "mul_scalar": lambda: P * 1000000,
    "neg": lambda: -P,
    "nll_loss": lambda: F.nll_loss(P, J),
    "nll_loss_each": lambda: F.nll_loss(P, J, reduction="none"),
    "no_grad": lambda: torch.no_grad()(lambda: P * 2)(),
    "normal": lambda: (P * 2).normal_(5, 0),
    "permute": lambda: P.permute(1, 0),
    "relu": lambda: P.relu(),
    "reshape": lambda: P.reshape(4),
    "scatter": lambda: P.scatter(0, I, Q),
    "scatter_add": lambda: P.scatter_add(0, I, Q),
    "scatter_scalar": lambda: P.scatter(0, I, 9.0),
    "sqrt": lambda: (P * P).sqrt(),
    "squeeze": lambda: P3.squeeze(1),
    "sub": lambda: P - Q,
    "sub_in_place": lambda: (P * 2).sub_(Q),
    "sum": lambda: P.sum(),
    "sum_dim": lambda: P.sum(0),
    "sum_then_div": lambda: P.sum() / 3,
    "t": lambda: P.t(),
    "to": lambda: P.to(torch.float64),
    "transpose": lambda: P.transpose(0, 1),
    "uniform": lambda: (P * 2).uniform_(0, 0),
    "unsqueeze": lambda: P.unsqueeze(0),
    "view": lambda: P.view(1, 4),
    "where": lambda: torch.where(C, P, Q),
    "where_scalar": lambda: torch.where(C, P, 0.0),
}


def elements(dtype, values, n):
    """The first n, as Python's numbers; what holds them is the dtype's business."""
    number = float if dtype in ("f32", "f64") else int
    if values.startswith("~"):
        start, step = (number(v) for v in values[1:].split())
        return [start + i * step if number is float else (start + i * step) % 256 if dtype == "u8" else start + i * step for i in range(n)]
    values = [number(v) for v in values.split()]
    return [values[i % len(values)] for i in range(n)]


def tensor(dtype, values, shape, strides, offset):
    if strides is None:
        strides = [1] * len(shape)
        for d in range(len(shape) - 2, -1, -1):
            strides[d] = strides[d + 1] * max(shape[d + 1], 1)
    n = 0 if 0 in shape else offset + 1 + sum((s - 1) * step for s, step in zip(shape, strides))
    base = torch.tensor(elements(dtype, values, n), dtype=NAMES[dtype])
    return torch.as_strided(base, shape, strides, offset if n else 0)


def literal(text):
    lines = text.split("\n")
    return "\n      ".join('"%s%s"' % (line, "\\n" if i + 1 < len(lines) else "") for i, line in enumerate(lines))


print("/* Made by freeze_print.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print("""
/* A tensor, and what Python's str says of it. The elements of its memory are the values, round and round; after a ~, the first and the step. */
typedef struct frozen_print {
    rt_dtype dtype;
    const char *values, *shape, *strides;    /* strides: "" row-major */
    int64_t offset;
    bool requires_grad;
    const char *text;
} frozen_print;

static const frozen_print frozen_prints[] = {""")
for line in CASES.strip().split("\n"):
    if not line:
        continue
    dtype, values, shape, strides, offset, flags = ([part.strip() for part in line.split("|")] + [""] * 4)[:6]
    numbers = [int(s) for s in shape.split()]
    x = tensor(dtype, values, numbers, [int(s) for s in strides.split()] if strides else None, int(offset or 0))
    if flags == "r":
        x = x.detach().requires_grad_()
    print('    { %s, "%s", "%s", "%s", %s, %s,\n      %s },' % (CONSTANTS[dtype], values, shape, strides, offset or "0", "true" if flags == "r" else "false",
                                                          literal(str(x))))
print("};")
print("""
/* Results on the tape, by the names of the functions that make them. */
typedef struct frozen_grad { const char *name, *text; } frozen_grad;

static const frozen_grad frozen_grads[] = {""")
for name, make in GRADS.items():
    print('    { "%s",\n      %s },' % (name, literal(str(make()))))
print("};")
