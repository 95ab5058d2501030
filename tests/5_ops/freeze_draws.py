"""Freezes PyTorch's random numbers for draws.c: python tests/5_ops/freeze_draws.py > tests/5_ops/frozen_draws.h
A case is a draw after manual_seed(seed): the first eight numbers as bits, a crc32 of every 10,000 (of all, where there are fewer), and the word that comes next."""
import zlib
import numpy as np
import torch

N = 100000
SIZES = [1, 15, 16, 17, 31, 1000, N]
F = ["float32", "float64", "float16", "bfloat16"]
C = ["complex64", "complex128"]
I = ["uint8", "int8", "int16", "int32", "int64"]
WIDTH = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}


def bits(x):
    x = x.contiguous()
    if x.is_complex():
        x = torch.view_as_real(x).contiguous()
    return x.reshape(-1).view(WIDTH[x.element_size()]).numpy()


def empty(n, d, strided):
    """n elements; strided: a transposed view, 5 columns at the most, with a gap after each element."""
    if not strided:
        return torch.zeros(n, dtype=d)
    columns = 5 if n % 5 == 0 else 1
    return torch.zeros(columns, n // columns, 2, dtype=d)[:, :, 0].t()


DRAWS = {  # name: dtypes, sizes, call on the empty tensor
    "uniform": (F + C, SIZES, lambda x: x.uniform_()),
    "uniform_between": (F, [31, N], lambda x: x.uniform_(-2.5, 1.0)),
    "normal": (F + C, SIZES, lambda x: x.normal_()),
    "normal_scaled": (F, [15, 31, N], lambda x: x.normal_(1.5, 0.25)),
    "random": (F + I + ["bool"], [17, N], lambda x: x.random_()),
    "random_to": (F + I + ["bool", "uint16", "uint32", "uint64"], [17, N], lambda x: x.random_(2 if x.dtype == torch.bool else 100)),
    "random_from": (["float32", "float64", "int32", "int64", "bfloat16"], [17, N], lambda x: x.random_(-70000, 300000000)),
    "random_far": (["float32", "float64", "int64"], [17, N], lambda x: x.random_(-(1 << 61), (1 << 61) + 1)),
    "bernoulli": (F + I + ["bool"], [17, N], lambda x: x.bernoulli_(0.3)),
    "exponential": (F, SIZES, lambda x: x.exponential_(1.5)),
    "geometric": (F + I, [17, N], lambda x: x.geometric_(0.2)),
    "cauchy": (F, [17, N], lambda x: x.cauchy_(0.5, 2.0)),
    "log_normal": (F, [17, N], lambda x: x.log_normal_(0.5, 0.75)),
    "randperm": (F + I, [1, 2, 17, 100], lambda x: torch.randperm(x.numel(), dtype=x.dtype)),
    "randperm_long": (["int32", "int64", "float32"], [1000, N], lambda x: torch.randperm(x.numel(), dtype=x.dtype)),
}


def case(name, d, n, strided):
    d = getattr(torch, d)
    call = DRAWS[name][2]
    torch.manual_seed(1234 + n)
    x = call(empty(n, d, strided))
    word = torch.empty((), dtype=torch.int64).random_().item()
    b = bits(x)
    mask = (1 << (8 * b.itemsize)) - 1
    first = ", ".join(f"0x{int(v) & mask:x}u" for v in b[:8])
    parts = len(b) // n
    sums = ", ".join(f"0x{zlib.crc32(b[i:i + 10000 * parts].tobytes()):08x}u" for i in range(0, len(b), 10000 * parts))
    print(f'    {{ "{name}", RT_{str(d)[6:].upper()}, {n}, {int(strided)}, {{ {first} }}, {{ {sums} }}, {word} }},')


print("/* Written by freeze_draws.py: PyTorch %s. */" % torch.__version__)
print("static const frozen_draw frozen_draws[] = {")
for name, (dtypes, sizes, _) in DRAWS.items():
    for d in dtypes:
        for n in sizes:
            case(name, d, n, False)
        if not name.startswith("randperm"):
            case(name, d, 35, True)
            case(name, d, 1000, True)
print("};")


def state(draws):
    """crc32 of the state's bytes after a seed and the draw of that many float32 normals."""
    torch.manual_seed(99)
    if draws:
        torch.randn(draws)
    print(f"    {{ {draws}, 0x{zlib.crc32(torch.get_rng_state().numpy().tobytes()):08x}u }},")


print("static const struct { int draws; uint32_t sum; } frozen_states[] = {")
for draws in (0, 1, 2, 3, 15, 16, 624, 640, 5000):
    state(draws)
print("};")
