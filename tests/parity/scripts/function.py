"""autograd.Function, and gradients of gradients."""
import torch
from torch.autograd import Function, grad


class Cube(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return 3 * x * x * g


class Clip(Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.mark_non_differentiable(inside := (x > low) & (x < high))
        ctx.save_for_backward(inside)
        return x.clamp(low, high), inside

    @staticmethod
    def backward(ctx, g, _):
        inside, = ctx.saved_tensors
        return g * inside, None, None


class Straight(Function):
    @staticmethod
    def forward(x):
        return x.round()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.n = len(inputs)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.n


x = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
y = Cube.apply(x)
first, = grad(y.sum(), x, create_graph=True)
second, = grad(first.sum(), x)
print(y, first, second, type(y.grad_fn).__name__)
print(((Cube.apply(x + 1e-6) - Cube.apply(x - 1e-6)) / 2e-6 - first).abs().max().item() < 1e-6)
values, inside = Clip.apply(x, -1.5, 2.0)
values.sum().backward()
print(values, inside, x.grad, inside.requires_grad)
x.grad = None
Straight.apply(x * 0.3).sum().backward()
print(x.grad)
a = torch.tensor([2.0], requires_grad=True)
b = torch.tensor([3.0], requires_grad=True)
z = (a * b).sin() + a.exp().detach()
print(grad(z, [a, b], torch.ones(1), retain_graph=True), grad(z, a))
try:
    grad(z, a)
except RuntimeError:
    print("the graph is gone")
with torch.no_grad():
    print((a * 2).requires_grad)
print(torch.autograd.functional.jacobian(lambda v: v ** 2, torch.tensor([1.0, 2.0])))
w = torch.ones(3, requires_grad=True)
for _ in range(3):
    (w * torch.arange(3.0)).sum().backward()
print(w.grad, w.is_leaf, w.grad_fn, (w + 1).is_leaf)
