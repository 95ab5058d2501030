"""Several Python threads compute, run backward and make errors at once; long calls let others run."""
import concurrent.futures
import threading
import time

import pytest
import rustorch as rt

N_THREADS = 4


def everywhere(f, n=N_THREADS):
    """f(number) in n threads that begin together."""
    barrier = threading.Barrier(n)

    def begin(i):
        barrier.wait()
        return f(i)
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        return list(pool.map(begin, range(n)))


def gradients(i):
    total = 0.0
    for k in range(200):
        w = rt.full((3, 3), float(i + 1), requires_grad=True)
        y = (w @ w).tanh().sum() + (w * k).sum()
        y.backward()
        total += w.grad.sum().item()
    return total


def test_separate_graphs():
    alone = [gradients(i) for i in range(N_THREADS)]
    before = rt._C._memory_stats()
    assert everywhere(gradients) == alone
    assert rt._C._memory_stats()[0] == before[0]


def test_one_graph_read_by_all():
    x = rt.arange(100.0, requires_grad=True)
    y = (x * x).sum()
    found = everywhere(lambda i: rt.autograd.grad(y, x, retain_graph=True)[0])
    assert all(rt.equal(g, 2 * x.detach()) for g in found)


def test_one_leaf_written_by_all():
    x = rt.zeros(50, requires_grad=True)

    def run(i):
        for _ in range(100):
            (x * 1.0).sum().backward()
    everywhere(run)
    assert x.grad.tolist() == [100.0 * N_THREADS] * 50


def test_modes_are_each_threads_own():
    def run(i):
        on = i % 2 == 0
        for _ in range(200):
            with rt.set_grad_enabled(on):
                assert (rt.ones(1, requires_grad=True) * 2).requires_grad == on
        return rt.is_grad_enabled()
    assert all(everywhere(run))


def test_errors_are_each_threads_own():
    def run(i):
        for _ in range(300):
            if i % 2:
                with pytest.raises(RuntimeError):
                    rt.ones(2) + rt.ones(3)
            else:
                assert rt.ones(3).sum().item() == 3
    everywhere(run)


def test_hooks_and_functions_take_the_lock():
    class Twice(rt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    def run(i):
        seen = []
        for _ in range(100):
            x = rt.ones(2, requires_grad=True)
            y = Twice.apply(x)
            y.register_hook(lambda g: seen.append(g.sum().item()))
            y.sum().backward()
            assert x.grad.tolist() == [2, 2]
        return sum(seen)
    assert everywhere(run) == [200.0] * N_THREADS


def test_training():
    def run(i):
        net = rt.nn.Linear(4, 1)
        with rt.no_grad():
            net.weight.fill_(0.1)
            net.bias.zero_()
        optimizer = rt.optim.Adam(net.parameters(), lr=0.05)
        for _ in range(100):
            optimizer.zero_grad()
            ((net(rt.ones(8, 4)) - i) ** 2).mean().backward()
            optimizer.step()
        return round(net(rt.ones(1, 4)).item(), 5)
    assert everywhere(run) == [run(i) for i in range(N_THREADS)]


def test_generators():
    def run(i):
        g = rt.Generator().manual_seed(i)
        return [rt.rand(3, generator=g).tolist() for _ in range(100)]
    assert everywhere(run) == [run(i) for i in range(N_THREADS)]
    rt.manual_seed(0)
    drawn = {x for part in everywhere(lambda i: [v for _ in range(50) for v in rt.rand(4, dtype=rt.float64).tolist()]) for x in part}
    assert len(drawn) == 200 * N_THREADS


def counts_during(f):
    """How often a second thread got to count while f ran."""
    count, done = [0], threading.Event()

    def work():
        while not done.is_set():
            count[0] += 1
            time.sleep(0)
    other = threading.Thread(target=work)
    other.start()
    begin = time.perf_counter()
    try:
        f()
    finally:
        seconds = time.perf_counter() - begin
        done.set()
        other.join()
    return count[0], seconds


@pytest.mark.parametrize("what", ["forward", "backward", "step"])
def test_long_calls_let_others_run(what):
    a = rt.rand(1200, 1200, requires_grad=True)
    y = (a @ a).sum()
    big = rt.zeros(20_000_000, requires_grad=True)
    big.grad = rt.ones(20_000_000)
    optimizer = rt.optim.Adam([big])
    optimizer.step()
    call = {"forward": lambda: a.detach() @ a.detach(), "backward": lambda: y.backward(), "step": optimizer.step}[what]
    count, seconds = counts_during(call)
    assert seconds < 0.01 or count > 20, f"{count} in {seconds:.3f} s"


def test_fork():
    import os
    rt.ones(1_000_000).exp().sum()
    pid = os.fork()
    if pid == 0:
        good = rt.ones(1_000_000).sum().item() == 1_000_000
        os._exit(0 if good else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert rt.ones(1_000_000).sum().item() == 1_000_000
