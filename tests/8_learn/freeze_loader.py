"""Writes frozen_loader.h: the samples that torch's DataLoader gives, epoch after epoch, and what the default generator draws afterwards.

usage: python freeze_loader.py > frozen_loader.h      (torch 2.13)
"""
import torch
from torch.utils.data import DataLoader, Subset, TensorDataset

CASES = [  # seed, samples, batch_size, shuffle, drop_last, epochs
    (0, 10, 3, True, False, 3),
    (0, 10, 3, True, True, 2),
    (0, 10, 3, False, False, 2),
    (0, 10, 3, False, True, 1),
    (7, 1, 1, True, False, 2),
    (2**40 + 5, 33, 8, True, False, 2),
    (3, 12, 4, True, True, 1),
    (3, 5, 100, True, False, 1),
    (3, 5, 100, True, True, 1),
]

print("/* Made by freeze_loader.py with torch %s; not to be edited. */" % torch.__version__.split("+")[0])
print()
print("/* Samples in the order they come, batches and epochs one after another; n_batches in an epoch; torch.rand(1) at the end. */")
print("typedef struct frozen_loop {")
print("    uint64_t seed;")
print("    int64_t size, batch_size;")
print("    bool shuffle, drop_last;")
print("    int epochs, n_batches;")
print("    double then;")
print("    int n_samples, sample[80];")
print("} frozen_loop;")
print()
print("static const frozen_loop frozen_loops[] = {")
for seed, size, batch_size, shuffle, drop_last, epochs in CASES:
    data = TensorDataset(torch.arange(size))
    loader = DataLoader(data, batch_size=batch_size, shuffle=shuffle, drop_last=drop_last)
    torch.manual_seed(seed)
    samples = [i for _ in range(epochs) for (batch,) in loader for i in batch.tolist()]
    then = torch.rand(1).item()
    print("    { %du, %d, %d, %s, %s, %d, %d, %.9g, %d, { %s } }," % (
        seed, size, batch_size, str(shuffle).lower(), str(drop_last).lower(), epochs, len(loader), then, len(samples), ", ".join(map(str, samples)) or "0"))
print("};")
print()
print("/* Loops left after one batch, three times; then torch.rand(1). A subset of 20 samples, every third from 1 on, in batches of 2. */")
torch.manual_seed(11)
loader = DataLoader(Subset(TensorDataset(torch.arange(20)), range(1, 20, 3)), batch_size=2, shuffle=True)
first = []
for _ in range(3):
    for (batch,) in loader:
        first += batch.tolist()
        break
print("static const int frozen_broken[] = { %s };" % ", ".join(map(str, first)))
print("static const double frozen_broken_then = %.9g;" % torch.rand(1).item())
print()
print("/* A loop over a loader of 5 samples, batches of 2, inside each turn of another over the same one: the outer batch, then the inner samples. */")
torch.manual_seed(12)
loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2, shuffle=True)
nested = []
for (outer,) in loader:
    nested += outer.tolist()
    for (inner,) in loader:
        nested += inner.tolist()
print("static const int frozen_nested[] = { %s };" % ", ".join(map(str, nested)))
