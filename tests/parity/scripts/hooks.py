"""Hooks of tensors and modules."""
import torch
from torch import nn

torch.manual_seed(3)
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
handle = y.register_hook(lambda g: g * 10)
y.retain_grad()
y.sum().backward()
print(x.grad, y.grad)
handle.remove()
x.grad = None
x.register_post_accumulate_grad_hook(lambda p: print("arrived", p.grad))
(x * 3).sum().backward()

net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
log = []
net.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
first = net[0].register_forward_hook(lambda m, args, out: log.append((type(m).__name__, tuple(out.shape))))
net[2].register_forward_hook(lambda m, args, out: out + 100)
net[0].register_full_backward_hook(lambda m, gi, go: log.append(("back", tuple(go[0].shape))))
out = net(torch.ones(4, 2))
out.sum().backward()
print(bool((out > 90).all()), log)
first.remove()
net(torch.ones(1, 2))
print(len(log))


class Doubling(nn.Module):
    def forward(self, x, *, by=2):
        return x * by


d = Doubling()
d.register_forward_hook(lambda m, args, kwargs, out: out + kwargs["by"], with_kwargs=True)
print(d(torch.ones(2), by=5), d.extra_repr() == "", d)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
optimizer.register_step_pre_hook(lambda o, args, kwargs: print("before", len(o.param_groups)))
optimizer.register_step_post_hook(lambda o, args, kwargs: print("after"))
optimizer.step()
