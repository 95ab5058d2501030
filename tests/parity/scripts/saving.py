"""Saving and loading; copies."""
import copy
import io
import pickle

import torch
from torch import nn

torch.manual_seed(6)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)


def step(net, optimizer):
    optimizer.zero_grad()
    (net(torch.ones(2, 3)) ** 2).sum().backward()
    optimizer.step()


for _ in range(3):
    step(net, optimizer)
torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}, "checkpoint.pt")
saved = torch.load("checkpoint.pt")
again = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
print(again.load_state_dict(saved["net"]), saved["epoch"], list(saved["net"]))
other = torch.optim.Adam(again.parameters(), lr=0.5)
other.load_state_dict(saved["optimizer"])
print(other)
for n, o in ((net, optimizer), (again, other)):
    step(n, o)
print(all(torch.equal(a, b) for a, b in zip(net.parameters(), again.parameters())))
x = torch.arange(6.0).reshape(2, 3)
buffer = io.BytesIO()
torch.save([x, x[0], x.t()], buffer)
buffer.seek(0)
y, row, t = torch.load(buffer, map_location="cpu")
row.zero_()
print(y, t, t.stride())
p = pickle.loads(pickle.dumps(nn.Parameter(x)))
print(p, type(p).__name__, p.is_leaf)
twin = copy.deepcopy(net)
with torch.no_grad():
    twin[0].weight.zero_()
print(bool((net[0].weight != 0).any()), twin[0].weight.sum(), copy.copy(x).data_ptr() == x.data_ptr())
try:
    again.load_state_dict({"0.weight": torch.zeros(4, 3)})
except RuntimeError as e:
    print("Missing key" in str(e))
print(again.load_state_dict({}, strict=False))
buffer = io.BytesIO()
torch.save(net, buffer)
buffer.seek(0)
print(torch.load(buffer, weights_only=False))
