"""Writes frozen_same_run.h: what PyTorch computes when it trains two networks on MNIST, for same_run.c to be held against.

usage: python freeze_same_run.py DIR      (torch 2.13; DIR holds MNIST's four files, packed)

Each network is trained for an epoch from torch.manual_seed(0): batches of 64 from a shuffling DataLoader. Frozen are check sums of the initial parameters, of the
first batches and of the first dropout masks; every one of the first 20 losses; the mean of every 100 losses after that; and the spread of both over PyTorch's own
ways to compute them: one thread, two threads, MKLDNN off. All of these add up in one order, with fused multiplications. Where the machine cannot fuse, a hidden value
that rounding leaves open falls on the other side of ReLU's corner, sooner or later, and all that follows depends on it: for such machines the means' spread over
PyTorch on pictures turned in three ways, the first layers' weights with them, is frozen too. Turning changes nothing but the order in which sums are added up.
"""
import gzip
import os
import sys
import zlib

import numpy
import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST, MEAN, MASKS = 20, 100, 4
WAYS = ((1, True), (2, True), (1, False))      # threads, MKLDNN
TURNS = ((2,), (3,), (2, 3))


def idx(name):
    with gzip.open(os.path.join(sys.argv[1], name)) as f:
        data = f.read()
    ndim = data[3]
    shape = [int.from_bytes(data[4 + 4 * d:8 + 4 * d], "big") for d in range(ndim)]
    return torch.from_numpy(numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * ndim).reshape(shape).copy())


def crc(x):
    return zlib.crc32(x.detach().contiguous().numpy().tobytes())


class Dropout(nn.Module):
    """nn.Dropout(0.5), which keeps check sums of its first masks."""
    masks = []

    def forward(self, x):
        mask = nn.functional.dropout(torch.ones_like(x), 0.5, self.training)
        if len(Dropout.masks) < MASKS:
            Dropout.masks.append(crc(mask))
        return x * mask


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                         nn.Linear(400, 120), nn.ReLU(), Dropout(), nn.Linear(120, 84), nn.ReLU(), Dropout(), nn.Linear(84, 10))


def turn(net, dims):
    """The network for pictures turned along these dims."""
    with torch.no_grad():
        for m in net:
            if isinstance(m, nn.Conv2d):
                m.weight.copy_(m.weight.flip(dims))
        first = next(m for m in net if isinstance(m, nn.Linear))
        planes = first.weight.view(first.out_features, -1, *((28, 28) if first.in_features == 784 else (5, 5)))
        first.weight.copy_(planes.flip(dims).reshape(first.weight.shape))


def train(make, optimiser, images, labels, threads, mkldnn, turned=None):
    """Losses of an epoch, and check sums of parameters, batches and masks."""
    torch.set_num_threads(threads)
    Dropout.masks = []
    with torch.backends.mkldnn.flags(enabled=mkldnn):
        torch.manual_seed(0)
        net = make()
        if turned:
            turn(net, turned)
        opt = optimiser(net.parameters())
        parameters = [crc(p) for p in net.parameters()]
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images, labels), batch_size=64, shuffle=True)
        losses, batches = [], []
        for x, y in loader:
            if len(batches) < 3:
                batches.append((crc(x), crc(y)))
            x = x.flip(turned) if turned else x
            loss = nn.functional.cross_entropy(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
            losses.append(loss.item())
    return losses, parameters, batches, list(Dropout.masks)


def numbers(name, type_name, values, form):
    return f"static const {type_name} {name}[] = {{\n    " + ",\n    ".join(
        ", ".join(form(v) for v in values[i:i + 8]) for i in range(0, len(values), 8)) + "\n};\n"


def frozen(name, make, optimiser, images, labels):
    runs = [train(make, optimiser, images, labels, *way) for way in WAYS]
    losses, parameters, batches, masks = runs[0]
    assert all(run[1:] == runs[0][1:] for run in runs)
    turned = [train(make, optimiser, images, labels, 1, True, dims) for dims in TURNS]
    means = [[sum(run[0][i:i + MEAN]) / MEAN for i in range(FIRST, len(losses) - MEAN + 1, MEAN)] for run in runs + turned]
    spread = lambda rows: [max(column) - min(column) for column in zip(*rows)]
    print(name, losses[:3], means[0][-1], "spread", max(spread(means[:len(WAYS)])), max(spread(means)))
    real, word = lambda v: repr(float(v)), lambda v: f"0x{v:08x}u"
    return "\n".join([
        numbers(f"{name}_parameters", "uint32_t", parameters, word),
        numbers(f"{name}_batches", "uint32_t", [c for pair in batches for c in pair], word),
        numbers(f"{name}_masks", "uint32_t", masks or [0], word),
        numbers(f"{name}_losses", "double", losses[:FIRST], real),
        numbers(f"{name}_losses_spread", "double", spread([run[0][:FIRST] for run in runs]), real),
        numbers(f"{name}_means", "double", means[0], real),
        numbers(f"{name}_means_spread", "double", spread(means[:len(WAYS)]), real),
        numbers(f"{name}_means_spread_turned", "double", spread(means), real)])


def main():
    images, labels = idx("train-images-idx3-ubyte.gz").float().div(255).unsqueeze(1), idx("train-labels-idx1-ubyte.gz").long()
    text = f"/* PyTorch {torch.__version__.split('+')[0]}'s own runs on MNIST: made by freeze_same_run.py. */\n\n" + "\n".join([
        frozen("mlp", mlp, lambda p: torch.optim.SGD(p, 0.1, momentum=0.9), images, labels),
        frozen("lenet", lenet, lambda p: torch.optim.Adam(p, 1e-3), images, labels)])
    with open(os.path.join(HERE, "frozen_same_run.h"), "w") as f:
        f.write(text)


if __name__ == "__main__":
    main()
