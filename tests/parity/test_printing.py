"""repr of tensors, letter for letter."""
import random

import pytest
import rustorch
import torch
from both import to_rust

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool, torch.complex64,
          torch.complex128]


def same(x, y=None):
    y = to_rust(x) if y is None else y
    assert repr(y) == repr(x)
    assert str(y) == str(x)


def values(r, n, dtype):
    scale = 10.0 ** r.randrange(-6, 8)
    numbers = [r.choice([r.gauss(0, 1) * scale, r.randrange(-9, 9), float(r.randrange(100)) / 4, 0.0]) for _ in range(n)]
    if dtype.is_floating_point or dtype.is_complex:
        if r.random() < 0.2 and n:
            numbers[r.randrange(n)] = r.choice([float("inf"), float("-inf"), float("nan")])
        x = torch.tensor(numbers, dtype=torch.float64)
        if dtype.is_complex:
            x = torch.complex(x, x.flip(0))
        return x.to(dtype)
    return torch.tensor([r.randrange(0, 100) for _ in range(n)]).to(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_random_values(dtype):
    r = random.Random(str(dtype))
    for _ in range(150):
        shape = tuple(r.choice([0, 1, 2, 3, 5, 12]) if r.random() < 0.9 else 30 for _ in range(r.randrange(0, 4)))
        same(values(r, torch.Size(shape).numel(), dtype).reshape(shape))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_summaries(dtype):
    for shape in ((1001,), (2000, 3), (40, 40), (8, 8, 8, 8), (2, 600), (7, 200)):
        same((torch.arange(torch.Size(shape).numel()) % 113).to(dtype).reshape(shape))


def test_gradients_and_kinds():
    x = torch.ones(2, requires_grad=True)
    y = rustorch.ones(2, requires_grad=True)
    for f in (lambda a: a, lambda a: a * 2, lambda a: a.exp().sum(), lambda a: a[0], lambda a: a.double(), lambda a: a.detach(), lambda a: a.reshape(2, 1), lambda a: (a > 0)):
        same(f(x), f(y))
    same(torch.arange(6).reshape(2, 3).t())
    same(torch.ones(2).expand(3, 2))
    same(torch.ones(3, 4)[:, ::2])


def test_options():
    x = torch.tensor([[1.23456789, 1e-3], [123.5, -2]])
    y = to_rust(x)
    try:
        for options in (dict(precision=2), dict(precision=8), dict(threshold=2, edgeitems=1), dict(linewidth=20), dict(sci_mode=True), dict(sci_mode=False), dict(profile="short"),
                        dict(profile="full")):
            torch.set_printoptions(profile="default")
            rustorch.set_printoptions(profile="default")
            torch.set_printoptions(**options)
            rustorch.set_printoptions(**options)
            assert repr(y) == repr(x), options
            same(torch.arange(30.0).reshape(5, 6) / 7)
    finally:
        torch.set_printoptions(profile="default")
        rustorch.set_printoptions(profile="default")


def test_small_objects():
    pairs = [(m.Size([2, 3]), m.device("cpu"), m.float32, m.int64, m.strided, m.contiguous_format, m.ones(2, 3).shape, m.finfo(m.float32), m.iinfo(m.int16))
             for m in (torch, rustorch)]
    for a, b in zip(*pairs):
        assert repr(a) == repr(b)
    assert f"{torch.tensor(2.5):.3f} {torch.tensor(3)}" == f"{rustorch.tensor(2.5):.3f} {rustorch.tensor(3)}"
    assert repr(rustorch.tensor([[1.0, 3.0]]).max(1)) == repr(torch.tensor([[1.0, 3.0]]).max(1))
