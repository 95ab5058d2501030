"""Random index expressions, reading and assigning, with gradients."""
import random

import pytest
import rustorch
import torch
from both import check, to_rust

N = 400


def part(r, size):
    """One item of an index expression for a dimension of that size, and how many dimensions it takes."""
    kind = r.randrange(8)
    if kind == 0:
        return r.randrange(-size, size), 1
    if kind <= 3:
        ends = [None, *range(-size - 1, size + 2)]
        return slice(r.choice(ends), r.choice(ends), r.choice([None, 1, 2, 3])), 1
    if kind == 4:
        return None, 0
    if kind == 5:
        return [r.randrange(-size, size) for _ in range(3)], 1
    if kind == 6:
        return torch.tensor([r.randrange(-size, size) for _ in range(3)]), 1
    return torch.tensor([r.random() < 0.6 for _ in range(size)]), 1


def expression(r, shape):
    items, d = [], 0
    while d < len(shape) and r.random() < 0.8:
        if Ellipsis not in [i for i in items if i is Ellipsis] and r.random() < 0.15:
            items.append(Ellipsis)
            d += r.randrange(len(shape) - d + 1)
            continue
        item, takes = part(r, shape[d])
        items.append(item)
        d += takes
    return tuple(items) if len(items) != 1 or r.random() < 0.5 else items[0]


def shaped(r):
    return tuple(r.choice([1, 2, 3, 4]) for _ in range(r.randrange(1, 5)))


def both(r, dtype):
    shape = shaped(r)
    n = torch.Size(shape).numel()
    x = torch.arange(n).reshape(shape).to(dtype)
    if len(shape) > 1 and r.random() < 0.3:
        x = x.transpose(0, -1)
    return x, to_rust(x), expression(r, tuple(x.shape))


def attempt(f):
    try:
        return f(), None
    except (IndexError, RuntimeError, ValueError, TypeError) as e:
        return None, type(e)


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool, torch.complex64, torch.bfloat16])
def test_reading(dtype):
    r, read = random.Random(0), 0
    for _ in range(N):
        x, y, index = both(r, dtype)
        want, refused = attempt(lambda: x[index])
        got, wrong = attempt(lambda: y[to_rust(index)])
        assert refused == wrong or wrong and refused and issubclass(wrong, refused), f"{tuple(x.shape)}[{index}]: {wrong} instead of {refused}"
        if refused is None:
            check(want, got, f"{tuple(x.shape)}[{index}]")
            read += 1
    assert read > N / 2


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool])
def test_assigning(dtype):
    r, written = random.Random(1), 0
    for _ in range(N):
        x, y, index = both(r, dtype)
        target, refused = attempt(lambda: x[index])
        if refused or torch.Size(x.shape).numel() == 0:
            continue
        fixed = isinstance(index, tuple) and any(isinstance(i, (list, torch.Tensor)) for i in index) or isinstance(index, (list, torch.Tensor))
        if fixed or r.random() < 0.3:                 # elements may be written twice: by one number the order does not matter
            value = rust_value = r.choice([0, 1])
        else:
            value = torch.randint(0, 2, target.shape[r.randrange(target.dim() + 1):]).to(dtype)
            rust_value = to_rust(value)
        x[index] = value
        if target.numel() == 0:                       # torch looks at no index that it does not use
            attempt(lambda: y.__setitem__(to_rust(index), rust_value))
        else:
            y[to_rust(index)] = rust_value
        check(x, y, f"{tuple(x.shape)}[{index}] = {value}")
        written += 1
    assert written > N / 3


def test_gradients():
    r, n = random.Random(2), 0
    for _ in range(N // 2):
        x, y, index = both(r, torch.float64)
        x.requires_grad_()
        y.requires_grad_()
        want, refused = attempt(lambda: x[index])
        if refused:
            continue
        got = y[to_rust(index)]
        (want * 2).sum().backward()
        (got * 2).sum().backward()
        check(x.grad, y.grad, f"gradient of {tuple(x.shape)}[{index}]")
        n += 1
    assert n > N / 4


def test_assignment_on_the_tape():
    r = random.Random(3)
    for _ in range(100):
        x, y, index = both(r, torch.float64)
        if attempt(lambda: x[index])[1]:
            continue
        results = []
        for module, a, at in ((torch, x, index), (rustorch, y, to_rust(index))):
            a = a.clone().requires_grad_()
            v = module.ones((), dtype=module.float64).requires_grad_()
            b = a * 3
            b[at] = v
            (b * b).sum().backward()
            zero_for_none = module.zeros_like(a) if a.grad is None else a.grad      # of elements that are all written over
            results.append((b, zero_for_none, v.grad))
        check(*results, f"{tuple(x.shape)}[{index}] = v")


def test_iteration_and_membership():
    x = torch.arange(6).reshape(3, 2)
    y = to_rust(x)
    check(list(x), list(y))
    check(list(reversed(x)), list(reversed(y)))
    assert (4 in y) and 9 not in y
    a, (b, c), d = y
    assert a.tolist() == [0, 1] and (b.item(), c.item()) == (2, 3) and d.tolist() == [4, 5]
    assert [i for i in range(10)][y[1, 1]] == 3
