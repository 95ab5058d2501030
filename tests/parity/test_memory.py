"""What is made goes again: the library's own count of tensors and bytes, Python's references, the process's memory."""
import gc
import resource
import sys
import tracemalloc

import pytest
import rustorch as rt

N = 1_000_000


def counted(f, n):
    """Tensors, bytes and Python's blocks that n calls of f leave behind, after a few that fill caches."""
    for _ in range(50):
        f()
    gc.collect()
    before, blocks = rt._C._memory_stats(), sys.getallocatedblocks()
    for _ in range(n):
        f()
    gc.collect()
    after = rt._C._memory_stats()
    return after[0] - before[0], after[1] - before[1], sys.getallocatedblocks() - blocks


def test_a_million_calls():
    x, y = rt.ones(4), rt.ones(4)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tensors, n_bytes, blocks = counted(lambda: x + y, N)
    assert (tensors, n_bytes) == (0, 0) and blocks < 100
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident < 4096


class Square(rt.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 2 * x * g


def fails(f):
    try:
        f()
    except Exception:
        return
    raise AssertionError("expected an error")


def training():
    net = rt.nn.Sequential(rt.nn.Linear(3, 4), rt.nn.ReLU(), rt.nn.Linear(4, 1))
    optimizer = rt.optim.Adam(net.parameters())
    for _ in range(2):
        optimizer.zero_grad()
        net(rt.ones(2, 3)).sum().backward()
        optimizer.step()


def hooked():
    x = rt.ones(2, requires_grad=True)
    y = x * 2
    y.register_hook(lambda g: g * 2)
    x.register_post_accumulate_grad_hook(lambda p: None)
    y.sum().backward()


def copied():
    import copy
    import pickle
    pickle.loads(pickle.dumps(rt.ones(3)))
    copy.deepcopy(rt.ones(3, requires_grad=True))


def cycle():
    p = rt.nn.Parameter(rt.ones(2))
    p.note = [p]                                      # the collector's to find


def exchanged():
    import numpy as np
    a = rt.ones(3).numpy()
    np.from_dlpack(rt.from_numpy(a))
    memoryview(rt.ones(2)).release()
    rt.ones(2).__dlpack__()
    rt.tensor([[1, 2], [3, 4]])


def loaded():
    data = rt.utils.data
    for batch in data.DataLoader(data.TensorDataset(rt.ones(6, 2), rt.arange(6)), 2, shuffle=True):
        pass


CALLS = {
    "methods": lambda: rt.ones(3).add(1).sum().item(), "keywords": lambda: rt.ones(2, 3).sum(dim=1, keepdim=True, dtype=rt.float64), "lists": lambda: rt.ones(4, 2).split(2),
    "named": lambda: rt.ones(4, 2).max(1), "indexing": lambda: rt.ones(4, 4)[1:3, [0, 1]], "assigning": lambda: rt.ones(4).__setitem__(slice(0, 2), 5),
    "views": lambda: rt.ones(4).view(2, 2).t()[0], "printing": lambda: repr(rt.ones(3, 3)), "comparing": lambda: (rt.ones(2) == 1).all().item(),
    "inplace": lambda: rt.ones(3).add_(1).mul_(2), "out": lambda: rt.add(rt.ones(2), 1, out=rt.empty(2)), "iterating": lambda: list(rt.ones(3, 2)),
    "backward": lambda: (rt.ones(3, requires_grad=True) * 2).exp().sum().backward(),
    "second derivative": lambda: _second(),
    "function": lambda: Square.apply(rt.ones(2, requires_grad=True)).sum().backward(), "unused graph": lambda: Square.apply(rt.ones(2, requires_grad=True)) * 2,
    "hooks": hooked, "cycles": cycle, "copies": copied, "exchange": exchanged, "random": lambda: rt.randn(5, generator=rt.Generator().manual_seed(1)), "training": training, "loader": loaded,
    "wrong shape": lambda: fails(lambda: rt.ones(2) + rt.ones(3)), "wrong type": lambda: fails(lambda: rt.add("a", 1)), "wrong index": lambda: fails(lambda: rt.ones(2)[5]),
    "wrong keyword": lambda: fails(lambda: rt.sum(rt.ones(1), nothing=1)), "wrong list": lambda: fails(lambda: rt.tensor([[1], [1, 2]])),
    "failing hook": lambda: fails(_failing_hook), "failing function": lambda: fails(_failing_function), "attributes": lambda: setattr(rt.ones(1), "note", 1)}
SLOW = {"training": 600, "loader": 500, "printing": 1000, "copies": 500, "hooks": 1000}


def _second():
    x = rt.ones(2, requires_grad=True)
    g, = rt.autograd.grad((x ** 3).sum(), x, create_graph=True)
    g.sum().backward()


def _failing_hook():
    x = rt.ones(2, requires_grad=True) * 2
    x.register_hook(lambda g: 1 / 0)
    x.sum().backward()


class Failing(rt.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        raise KeyError("backward")


def _failing_function():
    Failing.apply(rt.ones(2, requires_grad=True)).sum().backward()


@pytest.mark.parametrize("name", CALLS)
def test_nothing_stays(name):
    tensors, n_bytes, blocks = counted(CALLS[name], SLOW.get(name, 3000))
    assert (tensors, n_bytes) == (0, 0), f"{tensors} tensors of {n_bytes} bytes"
    assert blocks < SLOW.get(name, 3000) / 2


def test_tracemalloc():
    f = CALLS["methods"]
    f()
    tracemalloc.start()
    first = tracemalloc.get_traced_memory()[0]
    for _ in range(5000):
        f()
    last = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert last - first < 2000


def test_references():
    x, y = rt.ones(3), rt.ones(3)
    constants = [None, rt.float32, rt.Tensor, rt.Size, 3, "mean", (1, 2)]
    before = [sys.getrefcount(o) for o in (x, y, *constants)]
    for _ in range(1000):
        z = rt.add(x, y, alpha=3)
        z.sum(dtype=rt.float32)
        z.reshape((1, 3)).dtype, z.shape, z.device, z.grad
        z.view(3)[0]
        del z
    after = [sys.getrefcount(o) for o in (x, y, *constants)]
    assert all(abs(a - b) < 20 for a, b in zip(before, after)), list(zip(before, after))


def test_results_do_not_keep_their_graph():
    before = rt._C._memory_stats()
    x = rt.ones(1000, requires_grad=True)
    y = x
    for _ in range(200):
        y = y * 1.01
    y = y.detach()
    x.grad = None
    assert rt._C._memory_stats()[0] - before[0] <= 4
    total = rt.zeros(())
    for _ in range(100):
        total += (x * 2).sum().item()
    assert rt._C._memory_stats()[0] - before[0] <= 5
