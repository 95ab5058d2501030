"""A dataset class and DataLoader."""
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, IterableDataset, Subset, TensorDataset, WeightedRandomSampler, random_split


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return {"x": torch.tensor([i, i * i]), "name": f"number {i}", "half": i / 2, "pair": (i, -i)}


class Count(IterableDataset):
    def __iter__(self):
        yield from range(7)


torch.manual_seed(2)
loader = DataLoader(Squares(10), batch_size=4, shuffle=True)
for epoch in range(2):
    for batch in loader:
        print(epoch, batch["x"].tolist(), batch["name"], batch["half"], batch["pair"])
print(len(loader), len(loader.dataset))
data = TensorDataset(torch.randn(8, 2), torch.arange(8))
for x, y in DataLoader(data, 3, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(5)):
    print(x, y)
train, test = random_split(data, [0.7, 0.3], generator=torch.Generator().manual_seed(7))
print(len(train), len(test), train.indices, [int(y) for _, y in test])
print([b.tolist() for b in DataLoader(Count(), batch_size=3)], list(DataLoader(range(5), batch_size=None)))
print(list(WeightedRandomSampler([0.1, 0.6, 0.3], 8)), len(ConcatDataset([data, data])), [int(y) for _, y in Subset(data, [3, 1])])
print([b.tolist() for b in DataLoader(range(6), batch_size=2, collate_fn=lambda v: torch.tensor(v) * 10)])
print(torch.rand(2))
