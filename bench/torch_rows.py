"""The PyTorch side of the benchmark: which rows there are, and exactly what each computes.

usage: torch_rows.py THREADS [REGEX]      prints name, median microseconds, and GFLOP/s or GB/s where they make sense, tab separated
       torch_rows.py --serve              a server for interleaved runs: each line 'THREADS <tab> SECONDS <tab> NAME' on standard input is answered by
                                          'NAME <tab> microseconds of each sample, comma separated'; the row's data are made anew for every block
       torch_rows.py --list               the rows' names, one a line
       torch_rows.py --about              PyTorch's version and the instruction set it uses
       With BENCH_CLOCK=cpu in the environment, times are processor seconds instead of those that pass.

A row is (name, make, flops, bytes, grad): make() builds its data and returns the call to be timed, with gradients on or off for the whole block. Rows under
'seeds' carry the names of the figures that RusTorch's own documents report; the others are what users of such a library compare. rows.c has the other side.
"""
import ctypes
import os
import re
import subprocess
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as O

ROWS = []
CLOCK = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter
R = torch.randn


def row(name, make, flops=0, nbytes=0):
    ROWS.append((name, make, flops, nbytes, not getattr(make, "nograd", False)))


def sample_seconds(call, budget=0.4):
    """Seconds per call, sample by sample; short calls are timed in groups of at least 0.2 ms."""
    call(), call()
    t = CLOCK(); call(); once = max(CLOCK() - t, 1e-7)
    group = max(1, int(2e-4 / once))
    samples = []
    for _ in range(max(5, min(400, int(budget / (once * group))))):
        t = CLOCK()
        for _ in range(group):
            call()
        samples.append((CLOCK() - t) / group)
    return samples


def nograd(make):
    """Marks a row that is timed without gradients."""
    make.nograd = True
    return make


# ------------------------------------------------------------------------------------------------ seeds: creation and plain ops
row("create 1000", lambda: lambda: torch.empty(1000))
row("zeros 1000", lambda: lambda: torch.zeros(1000))
row("zeros 1000x1000", lambda: lambda: torch.zeros(1000, 1000), nbytes=4e6)
row("create 10x10 requires_grad", lambda: lambda: R(10, 10, requires_grad=True))
row("transpose view 100x100", lambda: (lambda a: lambda: a.t())(R(100, 100)))


def binary(name, f, *shapes, flops=0, nbytes=0, dtype=torch.float32):
    def make():
        args = [R(*s).to(dtype) for s in shapes]
        return lambda: f(*args)
    row(name, nograd(make), flops, nbytes)


binary("add 100x100", torch.add, (100, 100), (100, 100))
binary("transpose copy 100x100", lambda a: a.t().contiguous(), (100, 100))
binary("matmul 100x100", torch.matmul, (100, 100), (100, 100), flops=2e6)
binary("matmul 1000x1000", torch.matmul, (1000, 1000), (1000, 1000), flops=2e9)
binary("sum 100x1000", torch.sum, (100, 1000))
binary("mean dim1 100x1000", lambda a: a.mean(1), (100, 1000))
binary("mean dim0 100x1000", lambda a: a.mean(0), (100, 1000))


# ------------------------------------------------------------------------------------------------ seeds: autograd
def mul_sum_backward(n):
    def make():
        x = R(n, n, requires_grad=True)
        def call():
            x.grad = None
            (x * x).sum().backward()
        return call
    row(f"backward mul-sum {n}x{n}", make)


def matmul_backward():
    x, w = R(100, 100, requires_grad=True), R(100, 100, requires_grad=True)
    def call():
        x.grad = w.grad = None
        (x @ w).sum().backward()
    return call


def long_chain():
    z = R(50, 50, requires_grad=True)
    def call():
        z.grad = None
        y = z
        for _ in range(10):
            y = y * 1.1 + 0.1
        y.sum().backward()
    return call


mul_sum_backward(10)
mul_sum_backward(50)
row("backward matmul 100x100", matmul_backward)
row("backward chain of 20 ops 50x50", long_chain)

# ------------------------------------------------------------------------------------------------ seeds: layers, linear algebra, sampling
for d, conv in ((1, nn.Conv1d), (2, nn.Conv2d), (3, nn.Conv3d)):
    row(f"Conv{d}d create 16-32 k3", (lambda conv: lambda: lambda: conv(16, 32, 3))(conv))
for b in (1, 100):
    row(f"Linear 784-128 b{b}", nograd((lambda b: lambda: (lambda l, x: lambda: l(x))(nn.Linear(784, 128), R(b, 784)))(b)), 2 * b * 784 * 128)
row("GRU 64-128 seq10 b8 forward", nograd(lambda: (lambda g, x: lambda: g(x))(nn.GRU(64, 128, batch_first=True), R(8, 10, 64))))
for m, n in ((4, 4), (16, 16), (64, 64), (32, 16)):
    binary(f"svd {m}x{n}", torch.linalg.svd, (m, n))
D = torch.distributions
for n in (100, 10000):
    row(f"Normal sample {n}", (lambda n: lambda: (lambda d: lambda: d.sample((n,)))(D.Normal(0.0, 1.0, validate_args=False)))(n))
row("Bernoulli sample 100", lambda: (lambda d: lambda: d.sample((100,)))(D.Bernoulli(0.3, validate_args=False)))
row("Normal log_prob 100", nograd(lambda: (lambda d, x: lambda: d.log_prob(x))(D.Normal(0.0, 1.0, validate_args=False), R(100))))
row("randn 1M", lambda: lambda: R(1000000))
row("rand 1M", lambda: lambda: torch.rand(1000000))


# ------------------------------------------------------------------------------------------------ seeds: optimisers and training steps
def optimizer(name, make_opt, n):
    def make():
        p = R(n).requires_grad_()
        p.grad = R(n)
        return make_opt([p]).step
    row(f"{name} step {n} parameters", make)


for name, make_opt in (("SGD momentum", lambda p: O.SGD(p, 1e-2, momentum=0.9)), ("Adam", O.Adam), ("AdamW", O.AdamW), ("NAdam", O.NAdam), ("RAdam", O.RAdam),
                       ("Adamax", O.Adamax), ("RMSprop", O.RMSprop), ("Adagrad", O.Adagrad), ("Adadelta", O.Adadelta)):
    for n in (1000, 1000000):
        optimizer(name, make_opt, n)
row("Adam fused step 1000000 parameters", lambda: (lambda p: (setattr(p, "grad", R(1000000)), O.Adam([p], fused=True).step)[1])(R(1000000).requires_grad_()))


def lbfgs():
    p = R(10).requires_grad_()
    opt = O.LBFGS([p], max_iter=1)
    def closure():
        opt.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss
    return lambda: opt.step(closure)


row("LBFGS step 10 parameters", lbfgs)


def classify(name, net, shape, classes=10, opt=lambda p: O.SGD(p, 0.1)):
    """One training step: zero_grad, forward, cross entropy, backward, step."""
    def make():
        m = net()
        x, y, o = R(*shape), torch.randint(0, classes, (shape[0],)), opt(m.parameters())
        def call():
            o.zero_grad()
            F.cross_entropy(m(x), y).backward()
            o.step()
        return call
    row(name, make)


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def mnist_cnn():
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))


class BasicBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        same = stride == 1 and i == o
        self.down = nn.Identity() if same else nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.down(x))


def resnet18():
    plan = ((64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2), (512, 512, 1))
    return nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *[BasicBlock(*p) for p in plan],
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


classify("train step 10-20-2 b8 SGD", lambda: mlp(10, 20, 2), (8, 10), 2)
classify("train step 784-256-128-10 b64 SGD", lambda: mlp(784, 256, 128, 10), (64, 784))
classify("train step 784-128-10 b64 SGD", lambda: mlp(784, 128, 10), (64, 784))
classify("train step 784-128-10 b64 Adam", lambda: mlp(784, 128, 10), (64, 784), opt=O.Adam)
classify("train step LeNet-5 b64 SGD", lenet, (64, 1, 28, 28))
classify("train step MNIST CNN b64 Adam", mnist_cnn, (64, 1, 28, 28), opt=O.Adam)
classify("train step ResNet-18 32x32 b16 SGD", resnet18, (16, 3, 32, 32))
row("infer ResNet-18 224x224 b1", nograd(lambda: (lambda m, x: lambda: m(x))(resnet18().eval(), R(1, 3, 224, 224))))


def regress(name, make_net, shape, out=lambda y: y):
    """One Adam step on the mean square of a layer's output."""
    def make():
        m = make_net()
        x, o = R(*shape), O.Adam(m.parameters())
        def call():
            o.zero_grad()
            out(m(x)).square().mean().backward()
            o.step()
        return call
    row(name, make)


regress("train step LSTM 128 b16 t32 Adam", lambda: nn.LSTM(128, 128, batch_first=True), (16, 32, 128), lambda y: y[0])
regress("train step TransformerEncoderLayer 256 b8 t128 Adam", lambda: nn.TransformerEncoderLayer(256, 8, 1024, 0.0, batch_first=True), (8, 128, 256))

# ------------------------------------------------------------------------------------------------ matrix products
for n in (64, 128, 256, 512, 1024, 2048):
    binary(f"matmul f32 {n}", torch.matmul, (n, n), (n, n), flops=2 * n ** 3)
binary("matmul f32 512 A.T", lambda a, b: a.t() @ b, (512, 512), (512, 512), flops=2 * 512 ** 3)
binary("matmul f32 256x768x3072", torch.matmul, (256, 768), (768, 3072), flops=2 * 256 * 768 * 3072)
binary("matmul f32 1x4096x4096", torch.matmul, (1, 4096), (4096, 4096), flops=2 * 4096 ** 2, nbytes=4 * 4096 ** 2)
binary("bmm f32 64 of 64x64x64", torch.matmul, (64, 64, 64), (64, 64, 64), flops=64 * 2 * 64 ** 3)
binary("bmm f32 1000 of 4x4x4", torch.matmul, (1000, 4, 4), (1000, 4, 4), flops=1000 * 2 * 4 ** 3)
binary("matmul f64 512", torch.matmul, (512, 512), (512, 512), flops=2 * 512 ** 3, dtype=torch.float64)
binary("matmul bf16 1024", torch.matmul, (1024, 1024), (1024, 1024), flops=2 * 1024 ** 3, dtype=torch.bfloat16)
binary("matmul f16 512", torch.matmul, (512, 512), (512, 512), flops=2 * 512 ** 3, dtype=torch.float16)
binary("matmul c64 512", torch.matmul, (512, 512), (512, 512), flops=8 * 512 ** 3, dtype=torch.complex64)
row("matmul s8 1024 to s32", lambda: (lambda a: lambda: torch._int_mm(a, a))(torch.randint(-128, 127, (1024, 1024), dtype=torch.int8)), 2 * 1024 ** 3)
row("matmul s64 256", lambda: (lambda a: lambda: a @ a)(torch.randint(0, 9, (256, 256))), 2 * 256 ** 3)


# ------------------------------------------------------------------------------------------------ convolution, recurrence, attention
def conv(name, make_layer, shape, flops):
    row(name, nograd(lambda: (lambda c, x: lambda: c(x))(make_layer(), R(*shape))), flops)
    def backward():
        c, x = make_layer(), R(*shape, requires_grad=True)
        g = torch.ones_like(c(x))
        def call():
            x.grad = None
            c.zero_grad()
            c(x).backward(g)
        return call
    row(name + ", forward and backward", backward, 3 * flops)


conv("conv2d 7x7 s2 3-64 224 b1", lambda: nn.Conv2d(3, 64, 7, 2, 3), (1, 3, 224, 224), 2 * 64 * 112 * 112 * 3 * 49)
conv("conv2d 3x3 64-64 56 b1", lambda: nn.Conv2d(64, 64, 3, 1, 1), (1, 64, 56, 56), 2 * 64 * 64 * 9 * 56 * 56)
conv("conv2d 3x3 128-128 28 b8", lambda: nn.Conv2d(128, 128, 3, 1, 1), (8, 128, 28, 28), 8 * 2 * 128 * 128 * 9 * 28 * 28)
conv("conv2d 1x1 256-64 56 b1", lambda: nn.Conv2d(256, 64, 1), (1, 256, 56, 56), 2 * 256 * 64 * 56 * 56)
conv("conv2d depthwise 3x3 256 14 b8", lambda: nn.Conv2d(256, 256, 3, 1, 1, groups=256), (8, 256, 14, 14), 8 * 2 * 256 * 9 * 14 * 14)
conv("conv1d 3 64-64 1000 b8", lambda: nn.Conv1d(64, 64, 3, 1, 1), (8, 64, 1000), 8 * 2 * 64 * 64 * 3 * 1000)
conv("conv3d 3x3x3 16-16 16 b2", lambda: nn.Conv3d(16, 16, 3, 1, 1), (2, 16, 16, 16, 16), 2 * 2 * 16 * 16 * 27 * 4096)
conv("conv_transpose2d 4x4 s2 64-32 28 b4", lambda: nn.ConvTranspose2d(64, 32, 4, 2, 1), (4, 64, 28, 28), 4 * 2 * 64 * 32 * 16 * 28 * 28)
row("LSTM 256 b16 t64 forward", nograd(lambda: (lambda l, x: lambda: l(x))(nn.LSTM(256, 256, batch_first=True), R(16, 64, 256))), 16 * 64 * 2 * 4 * 256 * 512)
row("GRU 256 b16 t64 forward", nograd(lambda: (lambda l, x: lambda: l(x))(nn.GRU(256, 256, batch_first=True), R(16, 64, 256))), 16 * 64 * 2 * 3 * 256 * 512)
binary("attention 4x12x256x64", lambda q: F.scaled_dot_product_attention(q, q, q), (4, 12, 256, 64), flops=4 * 12 * 4 * 256 * 256 * 64)
binary("attention causal 4x12x256x64", lambda q: F.scaled_dot_product_attention(q, q, q, is_causal=True), (4, 12, 256, 64), flops=4 * 12 * 2 * 256 * 256 * 64)

# ------------------------------------------------------------------------------------------------ elementwise, reductions, norms: 1024x1024 and 16M elements
for name, f in (
        ("add 1M", lambda x: x + x), ("add row 1M", lambda x: x + x[0]), ("add column 1M", lambda x: x + x[:, :1]), ("add transposed 1M", lambda x: x + x.t()),
        ("relu 1M", F.relu), ("gelu 1M", F.gelu), ("silu 1M", F.silu), ("exp 1M", torch.exp), ("tanh 1M", torch.tanh), ("sin 1M", torch.sin), ("erf 1M", torch.erf),
        ("log 1M", lambda x: x.abs().log()), ("pow 2.5 1M", lambda x: x.abs().pow(2.5)), ("lgamma 1M", torch.lgamma), ("where 1M", lambda x: torch.where(x > 0, x, x)),
        ("cast f32-bf16 1M", lambda x: x.bfloat16()), ("cast f32-s64 1M", lambda x: x.long()), ("cat 2 of 1M", lambda x: torch.cat([x, x])),
        ("transpose copy 1M", lambda x: x.t().contiguous()), ("softmax dim1 1M", lambda x: torch.softmax(x, 1)), ("softmax dim0 1M", lambda x: torch.softmax(x, 0)),
        ("layer_norm 1M", lambda x: F.layer_norm(x, (1024,))), ("sum 1M", torch.sum), ("sum dim0 1M", lambda x: x.sum(0)), ("sum dim1 1M", lambda x: x.sum(1)),
        ("max dim1 1M", lambda x: x.max(1)), ("argmax dim1 1M", lambda x: x.argmax(1)), ("var dim1 1M", lambda x: x.var(1)), ("cumsum dim1 1M", lambda x: x.cumsum(1)),
        ("sort dim1 1M", lambda x: x.sort(1)), ("topk 10 dim1 1M", lambda x: x.topk(10)), ("nonzero 1M", lambda x: (x > 0).nonzero()),
        ("masked_select 1M", lambda x: x[x > 0]), ("fft 1K of 1K", torch.fft.fft)):
    binary(name, f, (1024, 1024))
def gelu_backward():
    x = R(1024, 1024, requires_grad=True)
    y, g = F.gelu(x), torch.ones(1024, 1024)
    return lambda: torch.autograd.grad(y, x, g, retain_graph=True)


row("gelu backward 1M", gelu_backward)
for name, f in (("add 16M", lambda x: x + x), ("relu 16M", F.relu), ("copy 16M", torch.clone), ("sum 16M", torch.sum)):
    binary(name, f, (4096, 4096), nbytes=4 * 4096 ** 2 * (1 if name == "sum 16M" else 2))
binary("add bf16 1M", lambda x: x + x, (1024, 1024), dtype=torch.bfloat16)
binary("exp f64 1M", torch.exp, (1024, 1024), dtype=torch.float64)
row("add s64 1M", lambda: (lambda x: lambda: x + x)(torch.randint(0, 9, (1024, 1024))))
row("index_select 1K rows", lambda: (lambda x, i: lambda: x.index_select(0, i))(R(1024, 1024), torch.randint(0, 1024, (1024,))))
row("gather 1M", lambda: (lambda x, i: lambda: x.gather(1, i))(R(1024, 1024), torch.randint(0, 1024, (1024, 1024))))
row("scatter_add 1M", lambda: (lambda x, i: lambda: torch.zeros_like(x).scatter_add_(1, i, x))(R(1024, 1024), torch.randint(0, 1024, (1024, 1024))))
row("unique 1M", lambda: (lambda i: lambda: i.unique())(torch.randint(0, 1024, (1024, 1024))))
binary("max_pool2d 2 64x112x112", lambda x: F.max_pool2d(x, 2), (1, 64, 112, 112))
row("batch_norm eval 8x64x56x56", nograd(lambda: (lambda b, x: lambda: b(x))(nn.BatchNorm2d(64).eval(), R(8, 64, 56, 56))))
row("cross_entropy backward 64x1000", lambda: (lambda x, y: lambda: F.cross_entropy(x, y).backward())(R(64, 1000, requires_grad=True), torch.randint(0, 1000, (64,))))


# ------------------------------------------------------------------------------------------------ linear algebra
def linalg(name, f):
    def make():
        a = R(256, 256)
        s = a @ a.t() + 256 * torch.eye(256)
        return lambda: f(a, s)
    row(name, nograd(make))


linalg("cholesky 256", lambda a, s: torch.linalg.cholesky(s))
linalg("solve 256", lambda a, s: torch.linalg.solve(s, a))
linalg("inv 256", lambda a, s: torch.linalg.inv(s))
linalg("det 256", lambda a, s: torch.linalg.det(a))
linalg("qr 256", lambda a, s: torch.linalg.qr(a))
linalg("eigh 256", lambda a, s: torch.linalg.eigh(s))
linalg("svd 256", lambda a, s: torch.linalg.svd(a))
linalg("eig 128", lambda a, s: torch.linalg.eig(a[:128, :128]))

# ------------------------------------------------------------------------------------------------ cost of a call
binary("call: add 4 elements", torch.add, (4,), (4,))
row("call: add 4 elements on the tape", lambda: (lambda x: lambda: x + x)(R(4, requires_grad=True)))


class NotHere(Exception):
    """Why a row cannot be measured on this machine."""


def cpp_library():
    """torch_call.cpp, compiled unless an earlier run has done it, and loaded."""
    here, home = os.path.dirname(os.path.abspath(__file__)), os.path.dirname(torch.__file__)
    source, folder = os.path.join(here, "torch_call.cpp"), os.path.join(here, "..", "build", "bench")
    library = os.path.join(folder, f"torch_call_{torch.__version__}.so")
    if not os.path.exists(library) or os.path.getmtime(library) < os.path.getmtime(source):
        os.makedirs(folder, exist_ok=True)
        made = f"{library}.{os.getpid()}"
        lib = os.path.join(home, "lib")
        command = [os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-fPIC", "-shared", f"-D_GLIBCXX_USE_CXX11_ABI={int(torch.compiled_with_cxx11_abi())}",
                   "-I" + os.path.join(home, "include"), source, "-o", made, "-L" + lib, "-Wl,-rpath," + lib, "-ltorch_cpu", "-lc10"]
        try:
            built = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except OSError as e:
            raise NotHere(f"no C++ compiler: {e}") from None
        if built.returncode:
            raise NotHere("torch_call.cpp does not compile: " + next((l for l in built.stdout.splitlines() if "error" in l), built.stdout[:300]))
        os.replace(made, library)
    return ctypes.CDLL(library)


def cpp_add(on_the_tape):
    """1000 calls in a C++ loop, so that the step from Python into it does not count."""
    def make():
        library = cpp_library()
        library.torch_call_make(int(on_the_tape))
        call = lambda: library.torch_call_add(1000)
        call.calls = 1000
        return call
    return make if on_the_tape else nograd(make)


row("call: add 4 elements, C++", cpp_add(False))
row("call: add 4 elements on the tape, C++", cpp_add(True))


def block(make, grad, threads, seconds):
    """Samples of one row, on fresh data."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    with torch.set_grad_enabled(grad):
        call = make()
        calls = getattr(call, "calls", 1)
        return [s / calls for s in sample_seconds(call, seconds)]


def serve():
    rows = {name: (make, grad) for name, make, _, _, grad in ROWS}
    for line in sys.stdin:
        threads, seconds, name = line.rstrip("\n").split("\t")
        try:
            samples = block(*rows[name], int(threads), float(seconds)) if name in rows else []
        except NotHere as e:
            print(f"{name}: {e}", file=sys.stderr, flush=True)
            samples = []
        print(name + "\t" + ",".join(f"{s * 1e6:.4f}" for s in samples), flush=True)


def table(threads, wanted):
    for name, make, flops, nbytes, grad in ROWS:
        if not wanted.search(name):
            continue
        try:
            samples = sorted(block(make, grad, threads, 0.4))
        except NotHere as e:
            print(f"{name}\tnot measured\t{e}", flush=True)
            continue
        s = samples[len(samples) // 2]
        rate = f"{flops / s / 1e9:.1f} GFLOP/s" if flops else f"{nbytes / s / 1e9:.1f} GB/s" if nbytes else ""
        print(f"{name}\t{s * 1e6:.3f}\t{rate}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve()
    elif sys.argv[1:2] == ["--list"]:
        print("\n".join(name for name, *_ in ROWS))
    elif sys.argv[1:2] == ["--about"]:
        print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}")
    else:
        table(int(sys.argv[1]), re.compile(sys.argv[2] if len(sys.argv) > 2 else "."))
