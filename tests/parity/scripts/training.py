"""A network of one's own, trained on a spiral."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.Tanh())
        self.norm = nn.LayerNorm(hidden)
        self.head = nn.Linear(hidden, 3)
        self.scale = nn.Parameter(torch.ones(()))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        if self.training:
            self.seen += len(x)
        return self.head(F.dropout(self.norm(self.body(x)), 0.1, self.training)) * self.scale


torch.manual_seed(1)
n = 60
t = torch.linspace(0.2, 1, n)
x = torch.cat([torch.stack([t * torch.sin(4 * t + 2 * math.pi * k / 3), t * torch.cos(4 * t + 2 * math.pi * k / 3)], 1) for k in range(3)])
y = torch.arange(3).repeat_interleave(n)
net = Net(16)
print(net)
print(sum(p.numel() for p in net.parameters()), [name for name, _ in net.named_parameters()], [name for name, _ in net.named_buffers()])
optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
for epoch in range(20):
    for rows in torch.randperm(len(x)).split(45):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(x[rows]), y[rows])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    if epoch % 5 == 4:
        print(epoch, f"{loss.item():.3f}")
net.eval()
with torch.no_grad():
    right = (net(x).argmax(1) == y).sum().item()
print(right > 150, net.seen, net.training, next(net.parameters()).requires_grad)
half = Net(4).double()
half.load_state_dict({k: v.double() if v.is_floating_point() else v for k, v in Net(4).state_dict().items()})
print(half(x[:2].double()).dtype, sorted(half.state_dict()))
