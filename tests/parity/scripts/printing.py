"""Every dtype, empty and long tensors, options."""
import torch

for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool, torch.complex64,
              torch.complex128):
    x = torch.tensor([[0, 1, 2], [3, 4, 5]]).to(dtype)
    print(x, x[0, 1], x[:0], dtype)
print(torch.tensor([1e-8, 1.0, 1e8]), torch.tensor([0.1, 1000.5]), torch.tensor([float("nan"), float("inf"), -float("inf")]), torch.tensor([1.0, 2.0]))
print(torch.arange(2000), torch.zeros(1, 1001), torch.zeros(12, 12, 12).shape)
print(torch.tensor([1 + 2j, -1.5 - 0.25j]), torch.tensor([[True, False]]), torch.tensor([]), torch.tensor(3.14159265))
print(torch.ones(2, requires_grad=True), (torch.ones(2, requires_grad=True) * 2), torch.nn.Parameter(torch.zeros(1)))
torch.set_printoptions(precision=2, linewidth=40)
print(torch.linspace(0, 1, 12))
torch.set_printoptions(profile="default")
torch.set_printoptions(sci_mode=True)
print(torch.tensor([0.5, 2.0]))
torch.set_printoptions(sci_mode=False)
print(torch.tensor([1e-5, 2.0]))
print(torch.randn(2, 3).max(1).__class__.__name__, torch.Size([2, 3]), torch.device("cpu"), torch.finfo(torch.float16).max, torch.iinfo(torch.int8).min)
