"""Writes frozen_print.h: how torch shows tensors.

usage: python freeze_print.py > frozen_print.h      (torch 2.13)
"""
import torch
import torch.nn.functional as F

NAMES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "u8": torch.uint8, "bool": torch.bool, "f16": torch.float16,
         "bf16": torch.bfloat16, "e4m3": torch.float8_e4m3fn, "e5m2": torch.float8_e5m2, "c64": torch.complex64, "c128": torch.complex128,
         "i8": torch.int8, "i16": torch.int16, "i32": torch.int32, "u16": torch.uint16, "u32": torch.uint32, "u64": torch.uint64}
CONSTANTS = {short: "RT_" + str(dtype).split(".")[1].upper() for short, dtype in NAMES.items()}
GROUPS = {"narrow": "f16 bf16 e4m3 e5m2", "whole": "i8 i16 i32 u16 u32 u64", "complex": "c64 c128", "every": " ".join(NAMES)}

# dtypes or a group of them, values (taken round and round; "start step" after a ~ counts), shape; then strides and offset of a view, r: requires a
# gradient, and print options
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

narrow | 0 |
narrow | 1.5 |
narrow | -0.1 | | | | r
narrow | -0.0 |
narrow | nan |
f16 bf16 e5m2 | -inf |
narrow | 240 |
narrow | 1 2 3 | 3
narrow | 0.1 0.2 0.3 | 3
narrow | 1 -2.5 3 | 3
narrow | 0.002 1.75 | 2
narrow | 0.002 3 | 2
narrow | 448 0.5 | 2
narrow | 448 0.4 | 2
f16 bf16 e5m2 | 1 nan -inf 0 | 4
e4m3 | 1 nan -448 0 | 4
f16 bf16 e5m2 | 0.01 nan -inf -0.0 | 4
e4m3 | 0.01 nan -0.0 | 3
narrow | ~-5 0.5 | 3 7
narrow | ~0 1 | 2 17
narrow | 0.1 -0.7 12 | 2 3 4
narrow | 0.3 | 6 | | | r
narrow | 0 | 0
narrow | 0 | 0 3 | | | r
narrow | ~0 0.25 | 3 2 | 1 3 | 1
narrow | 0.5 -1.25 3 40 | 1001
narrow | 0.5 -1.25 3 40 | 2 2 300
f16 | 65504 -65504 6e-8 | 3
f16 | 65504 -65504 1024 | 3
f16 | 0.0001 0.05 | 2
f16 | 2049 0.5 | 2
f16 | 9.9e-5 0.01 | 2
bf16 | 3e38 1e-38 | 2
bf16 | 100000000 99999999 | 2
bf16 | 9e-41 0 | 2
bf16 | 257 1.001 | 2
e4m3 | 0.001953125 448 -448 | 3
e4m3 | 0.001953125 1 | 2
e5m2 | 1.52587890625e-05 57344 inf | 3
e5m2 | 57344 1 | 2
e5m2 | 57344 49152 | 2

whole | 7 |
whole | 0 | 3
whole | 1 2 3 | 3
whole | 1 20 100 | 2 3
whole | ~0 1 | 2 27
whole | 100 | 40
whole | ~0 1 | 2 3 2
whole | 0 | 0
whole | 0 | 2 0
whole | ~0 1 | 3 2 | 1 3 | 1
whole | 1 2 100 | 1001
whole | 1 2 100 | 30 50
i8 | 127 -128 0 | 3
i16 | 32767 -32768 0 | 3
i32 | 2147483647 -2147483648 0 | 3
u8 | 255 128 0 | 3
u16 | 65535 32768 0 | 3
u32 | 4294967295 2147483648 0 | 3
u64 | 18446744073709551615 9223372036854775808 9223372036854775807 0 | 4
u64 | 18446744073709551615 |
u64 | 18446744073709551615 | 5
i64 | 9223372036854775807 -9223372036854775808 0 | 3

complex | 0+0j |
complex | 1+2j |
complex | -1.5-2.25j |
complex | -0.0-0.0j |
complex | 0.5-0.0j |
complex | nan+infj |
complex | -inf-infj |
complex | 1e10+1j |
complex | 1e-5-1e5j |
complex | 3+nanj |
complex | 0+0j | 2
complex | 1+2j 3-4j | 2
complex | 1.5+2j -30-0.25j | 2
complex | 1+200j -30-4j 5+0j | 3
complex | 0.25+200j -30-4.5j 5+0j | 3
complex | nan+1j 1+infj -inf-2j | 3
complex | nan+1.5j 1.5+infj -inf-2j | 3
complex | 0+0j -0.0+1j 1-0.0j | 3
complex | 1e-7+1j 1+1e9j | 2
complex | 1e-7-1e-7j | 3
complex | 12345678+0.5j 1+1j | 2
complex | 0.1+0.2j | 1
complex | ~0+0j 1+0.5j | 12
complex | ~0+0j 1-1j | 20
complex | ~0+0j 0.25-1j | 3 4
complex | ~-5+2j 1.5-0.25j | 2 3 3
complex | ~0+0j 1+10j | 1 1 2 2
complex | 1e-9-1j 4e5+2j | 2 5
complex | 0+0j | 0
complex | 0+0j | 0 3
complex | ~0+0j 1-1j | 3 2 | 1 3 | 1
complex | ~0+0j 1+2j | 2 2 | 0 3
complex | 1+1j | 1001
complex | ~0+0j 0.5-0.5j | 1001
complex | ~0+0j 0.5+1j | 40 40
complex | ~0+0j 0.5+1j | 2 600
complex | 0.5-0.125j 3+40j | 2 2 300
c64 | 1e20+1e-20j -1e38+1e-45j | 2
c128 | 1e200+1e-200j -1e308+5e-324j | 2

f32 | 0.123456789 12.3456 | 2 2 | | | | precision=2
f32 | 0.123456789 12.3456 | 2 2 | | | | precision=0
f32 | 0.123456789 12.3456 | 2 2 | | | | precision=8
f32 | 0.5 1.5 2.5 | 3 | | | | precision=0
f32 | 0.1 | | | | | precision=30
f64 | 0.1 3 | 2 | | | | precision=60
f64 | 1e300 1 | 2 | | | | precision=100
f64 | 1e-300 1 | 2 | | | | precision=1
f32 | 1 2 3 | 3 | | | | precision=2
i64 | 1 2 3 | 3 | | | | precision=2
f32 | 1e-7 1 | 2 | | | | precision=0
f16 | 0.1 0.333 | 2 | | | | precision=8
bf16 | 0.1 0.333 | 2 | | | | precision=8
e4m3 | 0.1 0.333 | 2 | | | | precision=8
e5m2 | 0.1 0.333 | 2 | | | | precision=8
c64 | 0.1-0.333j | 2 | | | | precision=2
c128 | 1e9-0.333j | 2 | | | | precision=1
f32 | ~0 1 | 10 | | | | threshold=5
f32 | ~0 1 | 6 | | | | threshold=5
f32 | ~0 1 | 5 | | | | threshold=5
f32 | ~0 1 | 7 | | | | threshold=0
f32 | ~0 1 | | | 3 | | threshold=0
f32 | ~0 1 | 9 8 | | | | threshold=71
f32 | ~0 1 | 9 8 | | | | threshold=72
i64 | ~0 1 | 10 | | | | threshold=5 edgeitems=1
i64 | ~0 1 | 10 | | | | threshold=5 edgeitems=4
i64 | ~0 1 | 10 | | | | threshold=5 edgeitems=5
i64 | ~0 1 | 10 | | | | threshold=5 edgeitems=1000000
i64 | ~0 1 | 4 5 | | | | threshold=5 edgeitems=1
i64 | ~0 1 | 4 5 | | | | threshold=5 edgeitems=2
i64 | ~0 1 | 3 3 3 | | | | threshold=5 edgeitems=1
bool | 1 0 0 | 3 3 3 | | | | threshold=5 edgeitems=1
f32 | 1 2 1e9 3 | 2 5 | | | | threshold=5 edgeitems=1
c64 | ~0+0j 1-1j | 10 | | | | threshold=5 edgeitems=2
f32 | ~0 1 | 10 | | | | edgeitems=0
f32 | ~0 1 | 10 | | | r | threshold=5 edgeitems=0
f32 | ~0 1 | 3 4 | | | | threshold=5 edgeitems=0
f32 | 7 | | | | | edgeitems=0
f32 | 7 | | | | | threshold=0 edgeitems=0
u8 | 7 | 2 3 | | | | edgeitems=0
f32 | 0 | 0 | | | | edgeitems=0
f32 | 0 | 0 2 | | | | threshold=0 edgeitems=0
f32 | ~0 0.5 | 20 | | | | linewidth=40
f32 | ~0 0.5 | 20 | | | | linewidth=41
f32 | ~0 0.5 | 20 | | | | linewidth=120
f32 | ~0 0.5 | 20 | | | | linewidth=1000
f32 | ~0 0.5 | 3 | | | r | linewidth=0
f32 | ~0 0.5 | 2 3 | | | r | linewidth=20
f64 | ~0 0.5 | 2 3 | | | r | linewidth=40
f64 | ~0 0.5 | 2 3 | | | r | linewidth=30
i64 | ~0 1 | 2 30 | | | | linewidth=50
u8 | 1 | | | | | linewidth=24
u8 | 1 | | | | | linewidth=30
c64 | ~0+0j 1-1j | 10 | | | | linewidth=50
c128 | ~0+0j 1-1j | 3 3 | | | | linewidth=30
f32 | 1 2 3 | 3 | | | | sci_mode=on
f32 | 0 0 | 2 | | | | sci_mode=on
f32 | 0 inf nan | 3 | | | | sci_mode=on
f32 | 0.5 inf nan 0 -2 | 5 | | | | sci_mode=on
f32 | 1e10 1e-10 | 2 | | | | sci_mode=off
f32 | 1e10 2 | 2 | | | | sci_mode=off
f32 | 1e-10 | | | | | sci_mode=off
f64 | 1e300 0.5 | 2 | | | | sci_mode=off
i64 | 1 2 3 | 3 | | | | sci_mode=on
bool | 1 0 | 2 | | | | sci_mode=on
f16 | 1 2 3 | 3 | | | | sci_mode=on precision=2
e4m3 | 1 2 3 | 3 | | | | sci_mode=on precision=1
bf16 | 1 100000 | 2 | | | | sci_mode=off
c64 | 1+2j 3-0.5j | 2 | | | | sci_mode=on
c64 | 1+0j 3+0j | 2 | | | | sci_mode=on
c128 | 1e10+2j 3-1e-9j | 2 | | | | sci_mode=off
every | 0 1 1 0 1 | 2 5 | | | | profile=short
f32 | 0.123456 7 | 2 | | | | profile=short
f32 | ~0 0.5 | 1001 | | | | profile=short
f32 | ~0 0.5 | 1001 | | | | profile=short edgeitems=3
f32 | 0.123456 7 | 2 | | | | profile=short precision=6
f32 | ~0 0.5 | 1001 | | | | profile=default
bool | 1 | 1001 | | | | profile=full
u8 | 5 | 11 100 | | | | profile=full
i64 | ~0 1 | 12 | | | | profile=full threshold=5
f32 | ~0 0.37 | 5 5 | | | | threshold=10 edgeitems=1 precision=2 linewidth=30 sci_mode=on
c64 | ~0+0j 0.37-1j | 5 5 | | | | threshold=10 edgeitems=1 precision=2 linewidth=40 sci_mode=on
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

U = torch.tensor([[1.5, 2.5], [3.5, 2.25]], requires_grad=True)
H = torch.tensor([[3.0, 1.0], [1.0, 4.0]], requires_grad=True)
X2, X3, X4, X5 = (torch.ones(2, 3, *[4] * n, requires_grad=True) for n in range(4))
N = torch.tensor(1.0)


def weight(*shape):
    return torch.ones(*shape, requires_grad=True)


# what PyTorch makes of a row of that name, by what a program would call
ROWS = {
    "abs": lambda: P.abs(), "acosh": lambda: U.acosh(), "adaptive_avg_pool1d": lambda: F.adaptive_avg_pool1d(X3, 2),
    "adaptive_avg_pool2d": lambda: F.adaptive_avg_pool2d(X4, 2), "adaptive_max_pool1d": lambda: F.adaptive_max_pool1d(X3, 2),
    "adaptive_max_pool2d": lambda: F.adaptive_max_pool2d(X4, 2), "add.Scalar": lambda: P + 1, "addmm": lambda: torch.addmm(P, P, Q),
    "adjoint": lambda: P.adjoint(), "amax": lambda: P.amax(1), "as_strided": lambda: P.as_strided((2,), (1,)),
    "atan2": lambda: torch.atan2(P, Q), "avg_pool1d": lambda: F.avg_pool1d(X3, 2), "avg_pool2d": lambda: F.avg_pool2d(X4, 2),
    "baddbmm": lambda: torch.baddbmm(P3, Q3, P3), "batch_norm": lambda: F.batch_norm(X4, None, None, training=True),
    "bernoulli": lambda: torch.bernoulli(P.sigmoid()), "bernoulli.Tensor": lambda: P.clone().bernoulli_(C.float()),
    "bernoulli.float": lambda: P.clone().bernoulli_(0.5),
    "binary_cross_entropy_with_logits": lambda: F.binary_cross_entropy_with_logits(P, C.float()), "broadcast_to": lambda: B.broadcast_to(2, 2),
    "cat": lambda: torch.cat([P, Q]), "cdist": lambda: torch.cdist(P, Q), "celu": lambda: F.celu(P), "chunk": lambda: P.chunk(2)[0],
    "clamp": lambda: P.clamp(0, 1), "clamp.Tensor": lambda: P.clamp(Q, Q), "clamp_max": lambda: P.clamp_max(0),
    "clamp_max.Tensor": lambda: torch.clamp_max(P, Q), "clamp_min.Tensor": lambda: torch.clamp_min(P, Q),
    "col2im": lambda: F.fold(F.unfold(X4, 2), (4, 4), 2), "column_stack": lambda: torch.column_stack([P, Q]),
    "complex": lambda: torch.complex(P, Q), "conj_physical": lambda: torch.conj_physical(torch.complex(P, Q)),
    "constant_pad_nd": lambda: F.pad(P, (1, 1)), "convolution": lambda: F.conv2d(X4, weight(2, 3, 3, 3)),
    "copy": lambda: torch.zeros(2, 2).copy_(P), "copysign.Scalar": lambda: torch.copysign(P, -1.0),
    "copysign.Tensor": lambda: torch.copysign(P, Q), "cosine_similarity": lambda: F.cosine_similarity(P, Q),
    "cross": lambda: torch.cross(X2, X2, 1), "cummax": lambda: P.cummax(0)[0], "cumsum": lambda: P.cumsum(0), "deg2rad": lambda: P.deg2rad(),
    "det": lambda: torch.det(H), "diag_embed": lambda: B.diag_embed(), "diagonal": lambda: P.diagonal(), "div.Scalar": lambda: P / 2,
    "div.Scalar_mode": lambda: torch.div(P, 2, rounding_mode="trunc"), "div.Tensor_mode": lambda: torch.div(P, Q, rounding_mode="floor"),
    "dot": lambda: B.dot(B), "dropout": lambda: F.dropout(P), "dstack": lambda: torch.dstack([P, Q]), "elu": lambda: F.elu(P),
    "embedding": lambda: F.embedding(J, P), "erfc": lambda: P.erfc(), "exp2": lambda: P.exp2(), "expand_as": lambda: B.expand_as(P),
    "expm1": lambda: P.expm1(), "exponential": lambda: P.clone().exponential_(), "feature_dropout": lambda: F.dropout2d(X4),
    "fill.Scalar": lambda: P.clone().fill_(2), "fill.Tensor": lambda: P.clone().fill_(N), "flip": lambda: P.flip(0),
    "fliplr": lambda: P.fliplr(), "flipud": lambda: P.flipud(), "float_power.Scalar": lambda: torch.float_power(2, P),
    "float_power.Tensor_Scalar": lambda: torch.float_power(P, 2), "float_power.Tensor_Tensor": lambda: torch.float_power(P, P),
    "fmod.Scalar": lambda: P.fmod(2), "fmod.Tensor": lambda: P.fmod(Q), "ger": lambda: torch.ger(B, B), "glu": lambda: F.glu(P),
    "group_norm": lambda: F.group_norm(X4, 3), "hardswish": lambda: F.hardswish(P), "hsplit.int": lambda: P.hsplit(2)[0],
    "hstack": lambda: torch.hstack([P, Q]), "i0": lambda: P.i0(), "im2col": lambda: F.unfold(X4, 2), "imag": lambda: torch.complex(P, Q).imag,
    "index.Tensor": lambda: P[J], "index_copy": lambda: P.index_copy(0, J, Q), "index_fill.int_Scalar": lambda: P.index_fill(0, J, 2),
    "index_fill.int_Tensor": lambda: P.index_fill(0, J, N), "index_put": lambda: P.index_put((J,), B), "inner": lambda: torch.inner(P, Q),
    "instance_norm": lambda: F.instance_norm(X4), "inverse": lambda: torch.inverse(H), "kron": lambda: torch.kron(P, Q),
    "kthvalue": lambda: P.kthvalue(1)[0], "layer_norm": lambda: F.layer_norm(P, (2,)), "leaky_relu": lambda: F.leaky_relu(P),
    "lerp.Scalar": lambda: torch.lerp(P, Q, 0.5), "lerp.Tensor": lambda: torch.lerp(P, Q, P),
    "linalg_cholesky": lambda: torch.linalg.cholesky(H), "linalg_det": lambda: torch.linalg.det(H),
    "linalg_eigvals": lambda: torch.linalg.eigvals(H), "linalg_eigvalsh": lambda: torch.linalg.eigvalsh(H),
    "linalg_inv": lambda: torch.linalg.inv(H), "linalg_lu_factor": lambda: torch.linalg.lu_factor(H)[0],
    "linalg_matrix_norm": lambda: torch.linalg.matrix_norm(P), "linalg_norm": lambda: torch.linalg.norm(P),
    "linalg_pinv.atol_rtol_float": lambda: torch.linalg.pinv(H), "linalg_qr": lambda: torch.linalg.qr(H)[0],
    "linalg_solve": lambda: torch.linalg.solve(H, P), "linalg_svdvals": lambda: torch.linalg.svdvals(H),
    "linalg_vecdot": lambda: torch.linalg.vecdot(P, Q), "linalg_vector_norm": lambda: torch.linalg.vector_norm(P), "log10": lambda: U.log10(),
    "log1p": lambda: U.log1p(), "log2": lambda: U.log2(), "log_sigmoid": lambda: F.logsigmoid(P), "log_softmax.int": lambda: P.log_softmax(1),
    "logaddexp2": lambda: torch.logaddexp2(P, Q), "logsumexp": lambda: P.logsumexp(1), "mH": lambda: P.mH, "mT": lambda: P.mT,
    "masked_fill.Scalar": lambda: P.masked_fill(C, 0), "masked_fill.Tensor": lambda: P.masked_fill(C, N),
    "masked_scatter": lambda: P.masked_scatter(C, Q), "masked_select": lambda: P.masked_select(C), "matrix_H": lambda: P.H,
    "matrix_exp": lambda: torch.matrix_exp(P), "max": lambda: P.max(), "max.dim": lambda: P.max(1)[0], "max.other": lambda: torch.max(P, Q),
    "max_pool1d": lambda: F.max_pool1d(X3, 2), "max_pool1d_with_indices": lambda: F.max_pool1d(X3, 2, return_indices=True)[0],
    "max_pool2d": lambda: F.max_pool2d(X4, 2), "max_pool2d_with_indices": lambda: F.max_pool2d(X4, 2, return_indices=True)[0],
    "max_pool3d": lambda: F.max_pool3d(X5, 2), "maximum": lambda: torch.maximum(P, Q), "mean": lambda: P.mean(), "mean.dim": lambda: P.mean(0),
    "median": lambda: P.median(), "median.dim": lambda: P.median(1)[0], "min": lambda: P.min(), "min.dim": lambda: P.min(1)[0],
    "min.other": lambda: torch.min(P, Q), "movedim.int": lambda: P.movedim(0, 1), "movedim.intlist": lambda: P.movedim((0,), (1,)),
    "mse_loss": lambda: F.mse_loss(P, Q), "msort": lambda: P.msort(), "multi_margin_loss": lambda: F.multi_margin_loss(P, J),
    "mv": lambda: P.mv(B), "nan_to_num": lambda: P.nan_to_num(), "nanmedian": lambda: P.nanmedian(), "nanmedian.dim": lambda: P.nanmedian(1)[0],
    "native_layer_norm": lambda: torch.native_layer_norm(P, (2,), None, None, 1e-5)[0], "nll_loss_nd": lambda: F.nll_loss(P, J),
    "norm.Scalar": lambda: P.norm(3), "norm.ScalarOpt_dim": lambda: P.norm(2, 1), "normal.Tensor_Tensor": lambda: torch.normal(P, U),
    "normal.Tensor_float": lambda: torch.normal(P, 1.0), "normal.float_Tensor": lambda: torch.normal(1.0, U),
    "normal_functional": lambda: P.clone().normal_(), "numpy_T": lambda: P.T, "outer": lambda: torch.outer(B, B),
    "pairwise_distance": lambda: F.pairwise_distance(P, Q), "pinverse": lambda: torch.pinverse(H),
    "pixel_shuffle": lambda: F.pixel_shuffle(weight(1, 4, 2, 2), 2), "polygamma": lambda: torch.polygamma(1, U), "pow.Scalar": lambda: 2**P,
    "pow.Tensor_Scalar": lambda: P**2, "pow.Tensor_Tensor": lambda: U**P, "prelu": lambda: F.prelu(P, N), "prod": lambda: P.prod(),
    "prod.dim_int": lambda: P.prod(1), "qr": lambda: torch.linalg.qr(H)[0], "random": lambda: P.clone().random_(),
    "random.from": lambda: P.clone().random_(1, 5), "random.to": lambda: P.clone().random_(5), "ravel": lambda: P.ravel(),
    "real": lambda: torch.complex(P, Q).real, "reciprocal": lambda: Q.reciprocal(), "relu6": lambda: F.relu6(P),
    "remainder.Scalar": lambda: P % 2, "remainder.Tensor": lambda: P % Q, "repeat": lambda: P.repeat(2, 1),
    "repeat_interleave.self_Tensor": lambda: P.repeat_interleave(J, 0), "repeat_interleave.self_int": lambda: P.repeat_interleave(2, 0),
    "reshape_as": lambda: P.reshape_as(P), "rms_norm": lambda: F.rms_norm(P, (2,)), "rot90": lambda: P.rot90(), "round": lambda: P.round(),
    "round.decimals": lambda: P.round(decimals=2), "rrelu": lambda: F.rrelu(P), "rsqrt": lambda: U.rsqrt(), "rsub.Scalar": lambda: 1 - P,
    "scatter.src": lambda: P.scatter(0, I, Q), "scatter.value": lambda: P.scatter(0, I, 9.0),
    "scatter_reduce.two": lambda: P.scatter_reduce(0, I, Q, "amax"), "select.int": lambda: P.select(0, 0), "selu": lambda: F.selu(P),
    "silu": lambda: F.silu(P), "slice.Tensor": lambda: P[0:1], "slogdet": lambda: torch.slogdet(H)[1],
    "smooth_l1_loss": lambda: F.smooth_l1_loss(P, Q), "softmax.int": lambda: P.softmax(1), "sort": lambda: P.sort()[0],
    "sort.stable": lambda: P.sort(stable=True)[0], "special_entr": lambda: torch.special.entr(U), "special_i0e": lambda: torch.special.i0e(P),
    "special_ndtr": lambda: torch.special.ndtr(P), "special_xlog1py": lambda: torch.special.xlog1py(P, Q),
    "special_xlog1py.other_scalar": lambda: torch.special.xlog1py(P, 2), "special_xlog1py.self_scalar": lambda: torch.special.xlog1py(2, U),
    "special_zeta.other_scalar": lambda: torch.special.zeta(U, 2), "special_zeta.self_scalar": lambda: torch.special.zeta(2, U),
    "split.Tensor": lambda: P.split(1)[0], "split_with_sizes": lambda: P.split([1, 1])[0], "square": lambda: P.square(),
    "squeeze": lambda: P3.squeeze(), "squeeze.dim": lambda: P3.squeeze(1), "squeeze.dims": lambda: P3.squeeze((0, 1)),
    "stack": lambda: torch.stack([P, Q]), "std.correction": lambda: P.std(), "std_mean.correction": lambda: torch.std_mean(P)[1],
    "sum": lambda: P.sum(), "sum.dim_IntList": lambda: P.sum(0), "svd": lambda: torch.svd(H)[1], "swapaxes": lambda: P.swapaxes(0, 1),
    "swapdims": lambda: P.swapdims(0, 1), "take_along_dim": lambda: P.take_along_dim(I, 0), "tanh": lambda: P.tanh(),
    "tensor_split.indices": lambda: P.tensor_split((1,))[0], "tensor_split.sections": lambda: P.tensor_split(2)[0],
    "tensordot": lambda: torch.tensordot(P, Q, 1), "threshold": lambda: F.threshold(P, 0.1, 20), "tile": lambda: P.tile(2),
    "to.dtype": lambda: P.to(torch.float64), "topk": lambda: P.topk(1)[0], "tril": lambda: P.tril(), "unbind.int": lambda: P.unbind()[0],
    "unflatten.int": lambda: P.unflatten(0, (2, 1)), "unfold": lambda: P.unfold(0, 1, 1),
    "upsample_bilinear2d.vec": lambda: F.interpolate(X4, scale_factor=2, mode="bilinear"),
    "upsample_nearest2d.vec": lambda: F.interpolate(X4, scale_factor=2), "var.correction": lambda: P.var(), "view_as": lambda: P.view_as(P),
    "view_as_real": lambda: torch.view_as_real(torch.complex(P, Q)), "vsplit.int": lambda: P.vsplit(2)[0],
    "vstack": lambda: torch.vstack([P, Q]), "where.self": lambda: torch.where(C, P, Q), "xlogy.Scalar_Other": lambda: torch.xlogy(P, 2),
    "xlogy.Scalar_Self": lambda: torch.xlogy(2, U), "xlogy.Tensor": lambda: torch.xlogy(P, Q), "zero": lambda: P.clone().zero_(),
}

# the same where it depends on the first tensor's dimensions and on a number: the reduction, or sizes
SHAPED = [
    ("linear", 1, "0", lambda: F.linear(B, Q)), ("linear", 2, "0", lambda: F.linear(P, Q)), ("linear", 3, "0", lambda: F.linear(P3, Q)),
    ("nll_loss_nd", 1, "RT_REDUCTION_NONE", lambda: F.nll_loss(B, J[0], reduction="none")),
    ("nll_loss_nd", 3, "RT_REDUCTION_MEAN", lambda: F.nll_loss(X3, X3[:, 0].long())),
    ("nll_loss_nd", 3, "RT_REDUCTION_NONE", lambda: F.nll_loss(X3, X3[:, 0].long(), reduction="none")),
    ("nll_loss_nd", 4, "RT_REDUCTION_SUM", lambda: F.nll_loss(X4, X4[:, 0].long(), reduction="sum")),
    ("nll_loss_nd", 4, "RT_REDUCTION_NONE", lambda: F.nll_loss(X4, X4[:, 0].long(), reduction="none")),
    ("nll_loss_nd", 5, "RT_REDUCTION_NONE", lambda: F.nll_loss(X5, X5[:, 0].long(), reduction="none")),
    ("adaptive_avg_pool2d", 4, "1", lambda: F.adaptive_avg_pool2d(X4, 1)), ("adaptive_avg_pool3d", 5, "1", lambda: F.adaptive_avg_pool3d(X5, 1)),
    ("adaptive_avg_pool3d", 5, "2", lambda: F.adaptive_avg_pool3d(X5, 2)),
]


def elements(dtype, values, n):
    """The first n, as Python's numbers; what holds them is the dtype's business."""
    number = complex if dtype in ("c64", "c128") else float if NAMES[dtype].is_floating_point else int
    numbers = [number(v) for v in values.strip("~").split()]
    if not values.startswith("~"):
        return [numbers[i % len(numbers)] for i in range(n)]
    wrap = {"u8": 256, "i8": 128}.get(dtype)
    counted = [numbers[0] + i * numbers[1] for i in range(n)]
    return [v % wrap for v in counted] if wrap else counted


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


def option(key, value):
    if key == "profile":
        return value
    return {"on": True, "off": False}[value] if key == "sci_mode" else int(value)


def freeze_case(dtype, values, shape, strides="", offset="", flags="", options=""):
    numbers = [int(s) for s in shape.split()]
    x = tensor(dtype, values, numbers, [int(s) for s in strides.split()] if strides else None, int(offset or 0))
    if flags == "r":
        x = x.detach().requires_grad_()
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**{key: option(key, value) for key, value in (o.split("=") for o in options.split())})
    print('    { %s, "%s", "%s", "%s", %s, %s, "%s",\n      %s },' % (CONSTANTS[dtype], values, shape, strides, offset or "0",
                                                                "true" if flags == "r" else "false", options, literal(str(x))))


print("/* Made by freeze_print.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print("""
/* A tensor, and what Python's str says of it. The elements of its memory are the values, round and round; after a ~, the first and the step. */
typedef struct frozen_print {
    rt_dtype dtype;
    const char *values, *shape, *strides;    /* strides: "" row-major */
    int64_t offset;
    bool requires_grad;
    const char *options;                     /* "precision=2 sci_mode=on"; "": as at first */
    const char *text;
} frozen_print;

static const frozen_print frozen_prints[] = {""")
for line in CASES.strip().split("\n"):
    if line:
        dtypes, *rest = [part.strip() for part in line.split("|")]
        for dtype in GROUPS.get(dtypes, dtypes).split():
            freeze_case(dtype, *rest)
torch.set_printoptions(profile="default")
print("};")
print("""
/* Results on the tape, by the names of the functions that make them. */
typedef struct frozen_grad { const char *name, *text; } frozen_grad;

static const frozen_grad frozen_grads[] = {""")
for name, make in GRADS.items():
    print('    { "%s",\n      %s },' % (name, literal(str(make()))))
print("};")
print("""
/* Rows, called with a tensor of so many dimensions and that number, and what PyTorch calls their results' grad_fn. */
typedef struct frozen_row { const char *row; int ndim, number; const char *name; } frozen_row;

static const frozen_row frozen_rows[] = {""")
for name, ndim, number, make in [(name, 2, "0", make) for name, make in ROWS.items()] + SHAPED:
    print('    { "%s", %d, %s, "%s" },' % (name, ndim, number, type(make().grad_fn).__name__))
print("};")
