"""Optimisers and what becomes of their rates."""
import torch
from torch.optim import SGD, Adam, AdamW
from torch.optim import lr_scheduler as lrs

torch.manual_seed(4)
start = torch.randn(5)


def run(make, schedule=None, n=6):
    p = start.clone().requires_grad_()
    optimizer = make([p])
    scheduler = schedule(optimizer) if schedule else None
    rates = []
    for i in range(n):
        optimizer.zero_grad()
        ((p - 1) ** 2).sum().backward()
        optimizer.step()
        rates.append(round(optimizer.param_groups[0]["lr"], 6))
        if isinstance(scheduler, lrs.ReduceLROnPlateau):
            scheduler.step(1.0)
        elif scheduler:
            scheduler.step()
    print([round(v, 4) for v in p.tolist()], rates)
    return optimizer


for make in (lambda p: SGD(p, 0.1), lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01), lambda p: SGD(p, 0.1, momentum=0.5, dampening=0.3, maximize=True),
             lambda p: Adam(p, 0.1), lambda p: Adam(p, 0.1, amsgrad=True, weight_decay=0.1), lambda p: AdamW(p, 0.1, betas=(0.8, 0.9))):
    print(run(make))
for schedule in (lambda o: lrs.StepLR(o, 2), lambda o: lrs.MultiStepLR(o, [1, 4], 0.5), lambda o: lrs.ConstantLR(o), lambda o: lrs.LinearLR(o), lambda o: lrs.ExponentialLR(o, 0.9),
                 lambda o: lrs.PolynomialLR(o, 4, 2.0), lambda o: lrs.CosineAnnealingLR(o, 4), lambda o: lrs.CosineAnnealingWarmRestarts(o, 3), lambda o: lrs.OneCycleLR(o, 0.3, 10),
                 lambda o: lrs.LambdaLR(o, lambda e: 1 / (1 + e)), lambda o: lrs.MultiplicativeLR(o, lambda e: 0.5), lambda o: lrs.ReduceLROnPlateau(o, patience=1),
                 lambda o: lrs.CyclicLR(o, 0.01, 0.1, 2), lambda o: lrs.SequentialLR(o, [lrs.ConstantLR(o, 0.5, 9), lrs.ExponentialLR(o, 0.5)], [3]),
                 lambda o: lrs.ChainedScheduler([lrs.StepLR(o, 2), lrs.ExponentialLR(o, 0.9)])):
    run(lambda p: SGD(p, 0.1, momentum=0.9), schedule)
print(run(lambda p: Adam(p, 0.1)).state_dict())
p = torch.ones(2, requires_grad=True)
optimizer = SGD([p], 0.5)


def closure():
    optimizer.zero_grad()
    loss = (p * p).sum()
    loss.backward()
    return loss


print(optimizer.step(closure), p)
