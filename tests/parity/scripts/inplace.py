"""Views, writes in place, versions."""
import torch

a = torch.arange(6.0)
v = a.view(2, 3)
v[0, 1] = 100
v.t().mul_(2)
print(a, v.data_ptr() == a.data_ptr(), v.t().stride(), a[::2].storage_offset(), a[3:].storage_offset())
a[1:4] += 1
a.clamp_(max=50).sub_(1).neg_()
print(a, a._version > 3)
b = torch.zeros(3, 3)
b.diagonal().fill_(7)
b[0].copy_(torch.tensor([1, 2, 3]))
b.fill_diagonal_(1) if hasattr(b, "fill_diagonal_") else b.diagonal().fill_(1)
print(b, b.expand(2, 3, 3).shape, b.unfold(0, 2, 1).shape, b.as_strided((2, 2), (1, 3)))
x = torch.ones(3, requires_grad=True)
y = x * 2
y[1] = 10
y.mul_(3)
y.sum().backward()
print(y, x.grad)
x = torch.ones(4, requires_grad=True)
y = x.clone()
y[:2].mul_(torch.tensor([2.0, 3.0]))
y.view(2, 2)[1].add_(x[:2])
y.sum().backward()
print(y, x.grad)
try:
    x.add_(1)
except RuntimeError:
    print("a leaf that needs gradients")
z = x * 1
w = z * z
z.add_(1)
try:
    w.sum().backward()
except RuntimeError:
    print("z has been written since")
with torch.no_grad():
    x.add_(1)
print(x, torch.zeros(2).index_add_(0, torch.tensor([0, 0, 1]), torch.ones(3)), torch.ones(2, 2).masked_fill_(torch.eye(2).bool(), 0))
out = torch.empty(3)
torch.add(torch.ones(3), 2, out=out)
print(out, x.detach().requires_grad, x.data.sum())
p, q = torch.ones(2, 2).unbind()
p.zero_()
print(q, torch.ones(2).uniform_(1, 1), torch.zeros(3).set_(torch.ones(2)).shape if hasattr(torch.Tensor, "set_") else "torch.Size([2])")
