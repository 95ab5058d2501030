"""Optimisers step for step, their state dicts, hooks and words; samplers' draws."""
import copy
import inspect
import pickle

import pytest
import rustorch
import torch
from both import check, find, name_of, to_rust, to_torch

CONFIGURATIONS = [
    ("SGD", {}), ("SGD", dict(lr=0.1, momentum=0.9)), ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.1)), ("SGD", dict(lr=0.1, momentum=0.5, dampening=0.2)),
    ("SGD", dict(lr=0.1, maximize=True, weight_decay=0.01)), ("Adam", {}), ("Adam", dict(lr=0.1, betas=(0.7, 0.8), eps=1e-3, weight_decay=0.1)),
    ("Adam", dict(amsgrad=True, maximize=True)), ("Adam", dict(lr=0.05, betas=(0.3, 0.9))), ("AdamW", {}), ("AdamW", dict(lr=0.1, weight_decay=0.3, amsgrad=True))]
DTYPES = [torch.float32, torch.float64, torch.complex64]
IDS = [f"{name}-{','.join(numbers)}" for name, numbers in CONFIGURATIONS]


def problem(dtype):
    g = torch.Generator().manual_seed(0)
    shapes = (3, 5), (40,), (), (0,), (70, 300)
    return [torch.randn(s, generator=g, dtype=dtype if dtype.is_complex else torch.float64).to(dtype) for s in shapes]


def run(module, name, numbers, params, gradients, n):
    optimizer = getattr(module.optim, name)(params, **numbers)
    for i in range(n):
        for p, g in zip(params, gradients):
            p.grad = g * (i + 1) if i % 3 != 1 else p.detach() - g
        optimizer.step()
    return optimizer


@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("name, numbers", CONFIGURATIONS, ids=IDS)
def test_steps(name, numbers, dtype):
    params = [p.requires_grad_() for p in problem(dtype)]
    gradients = [g.detach().flip(0) if g.dim() else g.detach() for g in problem(dtype)]
    mine, mine_gradients = to_rust(params), to_rust(gradients)
    theirs = run(torch, name, numbers, params, gradients, 6)
    own = run(rustorch, name, numbers, mine, mine_gradients, 6)
    check(params, mine, name)
    a, b = theirs.state_dict(), own.state_dict()
    assert a["param_groups"] == b["param_groups"]
    check({k: dict(v) for k, v in a["state"].items()}, {k: dict(v) for k, v in b["state"].items()}, "state")


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=name_of)
@pytest.mark.parametrize("name, numbers", CONFIGURATIONS, ids=IDS)
def test_steps_of_half_types(name, numbers, dtype):
    """As near to what float64 makes of the same start as torch's own steps are, which round more often."""
    numbers = dict(numbers, eps=1e-3) if name != "SGD" else numbers
    start = problem(dtype)
    turned = [g.flip(0) if g.dim() else g for g in start]
    ends = []
    for module, convert in ((torch, lambda x: x.double()), (torch, lambda x: x.clone()), (rustorch, to_rust)):
        params = [convert(p).requires_grad_() for p in start]
        run(module, name, numbers, params, [convert(g) for g in turned], 5)
        ends.append(torch.cat([(to_torch(p) if module is rustorch else p.detach()).double().flatten() for p in params]))
    exact, theirs, own = ends
    assert (own - exact).abs().mean() <= 1.1 * (theirs - exact).abs().mean()
    assert (own - exact).abs().max() <= 2 * (theirs - exact).abs().max()


@pytest.mark.parametrize("name, numbers", CONFIGURATIONS, ids=IDS)
def test_resuming(name, numbers):
    gradients = to_rust(problem(torch.float32))
    whole = [p.requires_grad_() for p in to_rust(problem(torch.float32))]
    run(rustorch, name, numbers, whole, gradients, 4)
    parts = [p.requires_grad_() for p in to_rust(problem(torch.float32))]
    first = run(rustorch, name, numbers, parts, gradients, 2)
    for again in (pickle.loads(pickle.dumps(first)), copy.deepcopy(first)):
        params = again.param_groups[0]["params"]
        fresh = getattr(rustorch.optim, name)(params, **numbers)
        fresh.load_state_dict(again.state_dict())
        for i in (2, 3):
            for p, g in zip(params, gradients):
                p.grad = g * (i + 1)
            fresh.step()
        assert all(rustorch.equal(a, b) for a, b in zip(whole, params))


def test_strided_parameters_and_gradients():
    results = []
    for module in (torch, rustorch):
        p = module.arange(12.0).reshape(3, 4).t().requires_grad_()
        optimizer = module.optim.Adam([p], lr=0.1)
        for _ in range(3):
            p.grad = module.ones(1, 3).expand(4, 3)
            optimizer.step()
        results.append(p)
    check(*results)


def test_a_step_counts_as_a_write():
    p = rustorch.ones(2, requires_grad=True)
    y = (p * p).sum()
    p.grad = rustorch.ones(2)
    rustorch.optim.SGD([p], 0.1).step()
    with pytest.raises(RuntimeError):
        y.backward()


def test_wrong_states_are_refused():
    p = rustorch.ones(2, requires_grad=True)
    p.grad = rustorch.ones(2)
    for name, key, wrong in (("SGD", "momentum_buffer", rustorch.ones(3)), ("SGD", "momentum_buffer", rustorch.ones(2, dtype=rustorch.float64)),
                             ("Adam", "exp_avg", rustorch.ones(1)), ("Adam", "step", rustorch.ones(2))):
        optimizer = getattr(rustorch.optim, name)([p], **({"momentum": 0.9} if name == "SGD" else {}))
        optimizer.step()
        optimizer.state[p][key] = wrong
        with pytest.raises((RuntimeError, TypeError)):
            optimizer.step()
    whole = rustorch.ones(2, dtype=rustorch.int64)
    with pytest.raises(TypeError):
        rustorch._C._sgd_step(whole, whole, None, False, 0.1, 0.0, 0.0, 0.0, False, False)


@pytest.mark.parametrize("name", ["optim.SGD", "optim.Adam", "optim.AdamW", *(f"optim.lr_scheduler.{n}" for n in torch.optim.lr_scheduler.__all__), "optim.swa_utils.SWALR",
                                  *(f"utils.data.{n}" for n in ("DataLoader", "RandomSampler", "BatchSampler", "WeightedRandomSampler", "random_split", "Subset"))])
def test_signatures(name):
    shape = lambda m: [(p.name, p.kind, str(p.default).replace("rustorch", "torch")) for p in inspect.signature(find(m, name)).parameters.values() if "Generator" not in str(p.default)]
    assert shape(torch) == shape(rustorch)


def draws(module):
    data = module.utils.data
    module.manual_seed(0)
    g = module.Generator().manual_seed(1)
    yield list(data.RandomSampler(range(9)))
    yield list(data.RandomSampler(range(9), num_samples=20, generator=g)) + list(data.RandomSampler(range(9), num_samples=18, generator=g))
    yield list(data.RandomSampler(range(5), True, 70, g))
    yield list(data.SubsetRandomSampler([2, 4, 8]))
    yield list(data.WeightedRandomSampler([0.2, 0.5, 0.3], 50, generator=g)) + list(data.WeightedRandomSampler([0.2, 0.5, 0.3], 2, False))
    for _ in range(2):
        yield [b.tolist() for b in data.DataLoader(range(11), 4, True)]
        yield [b.tolist() for b in data.DataLoader(range(11), 4, True, drop_last=True, generator=g)]
    yield [s.indices for s in data.random_split(range(11), [0.5, 0.25, 0.25])]
    yield module.rand(2).tolist()


def test_draws():
    for i, (a, b) in enumerate(zip(draws(torch), draws(rustorch))):
        assert a == b, i


def test_workers():
    data = rustorch.utils.data

    class Where(data.Dataset):
        def __len__(self):
            return 20

        def __getitem__(self, i):
            info = data.get_worker_info()
            assert info.num_workers == 2 and info.id in (0, 1) and info.dataset is self
            if i == self.bad:
                raise KeyError("sample")
            return i

        bad = None
    begun = []
    assert data.get_worker_info() is None
    loader = data.DataLoader(Where(), batch_size=3, num_workers=2, worker_init_fn=begun.append)
    for _ in range(2):
        assert [i for b in loader for i in b.tolist()] == list(range(20))
    assert len(begun) >= 2 and set(begun) <= {0, 1}
    loader.dataset.bad = 7
    with pytest.raises(KeyError):
        list(loader)
    for b in data.DataLoader(range(100), num_workers=2):
        break
    with pytest.raises(NotImplementedError):
        data.DataLoader(data.ChainDataset([]), num_workers=2)
