"""Making, reshaping, broadcasting, indexing."""
import torch

torch.manual_seed(0)
a = torch.arange(12).reshape(3, 4)
b = torch.tensor([10, 20, 30, 40])
print(a + b, (a * 2.5).dtype, a.float().mean(0), a.sum(), a.prod(1))
print(a[:, None].shape, (a[:, None] - a[None]).abs().sum(-1))
print(a[1], a[-1, ::2], a[..., 1:3], a[[0, 2]], a[a > 5], a[torch.tensor([2, 0]), torch.tensor([1, 3])])
print(a[None, ..., None].shape, a[a.sum(1) > 10], a[:, [True, False, True, False]])
x = torch.randn(2, 3, 4)
print(x.permute(2, 0, 1).shape, x.transpose(0, 2).contiguous().stride(), x.flatten(1).shape, x.unsqueeze(1).squeeze().shape)
print(torch.cat([x, x + 1], 1).shape, torch.stack([x, x]).shape, [p.shape for p in x.split(2, -1)], [p.shape for p in x.chunk(2, 2)])
print(x.max(1), x.argmin(-1), x.sort(-1)[1], x.topk(2)[0])
print(torch.where(x > 0, x, 0.0).sum(), x.clamp(-0.5, 0.5).std(), x.var(0, unbiased=False), x.cumsum(-1)[0, 0])
print(torch.rand(3), torch.randint(0, 10, (5,)), torch.randperm(6), torch.bernoulli(torch.full((4,), 0.5)), torch.normal(0.0, 1.0, (2,)))
print(torch.linspace(0, 1, 5), torch.arange(1, 2, 0.25), torch.eye(3), torch.full((2,), 7), torch.zeros(2, dtype=torch.bool), torch.ones_like(a))
y = torch.zeros(3, 4)
y[1] = 5
y[:, 2] = torch.tensor([1.0, 2.0, 3.0])
y[y == 0] = -1
y[torch.tensor([0, 2]), torch.tensor([0, 3])] = torch.tensor([8.0, 9.0])
print(y, y.tolist(), y.numel(), len(y), y.size(-1), y.is_contiguous())
print([float(v) for v in torch.tensor([0.1, 0.2])], int(torch.tensor(3)), bool(torch.tensor([1])), torch.tensor(2.5).item())
print(a // 5, a % 5, -a, a ** 2, 2 ** a.float(), 1 / (a + 1), a & 3, a << 1, ~a, a == b, (a > 3) | (a < 1))
print(torch.promote_types(torch.int32, torch.float16), (torch.ones(1, dtype=torch.int8) + 1.5).dtype, torch.result_type(a, 1.0), torch.tensor([1, 2.0]).dtype)
for row in a:
    print(row.sum().item(), end=" ")
print(torch.equal(a, a.clone()), torch.allclose(x, x + 1e-9), a.gather(1, torch.tensor([[0], [1], [2]])), torch.zeros(5).scatter_(0, torch.tensor([1, 3]), 1.0))
