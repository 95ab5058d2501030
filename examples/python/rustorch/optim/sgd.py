"""Stochastic gradient descent."""
from .. import _C
from .optimizer import Optimizer, Tensor, check_way, real, run_closure, with_gradients


class SGD(Optimizer):
    """p -= lr * (g + weight_decay * p), g through a buffer where there is a momentum, which nesterov looks ahead of."""

    def __init__(self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False, foreach=None, differentiable=False, fused=None):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        for what, value in (("learning rate", lr), ("momentum value", momentum), ("weight_decay value", weight_decay)):
            if value < 0:
                raise ValueError(f"Invalid {what}: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov, maximize=maximize,
                                      foreach=foreach, differentiable=differentiable, fused=fused))
        check_way(foreach, differentiable, fused)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in (("nesterov", False), ("maximize", False), ("foreach", None), ("differentiable", False), ("fused", False)):
                group.setdefault(name, value)

    def step(self, closure=None):
        loss = run_closure(closure)
        for group in self.param_groups:
            momentum = float(group["momentum"])
            numbers = (float(group["lr"]), momentum, float(group["dampening"]), float(group["weight_decay"]), group["nesterov"], group["maximize"])
            for p, g in with_gradients(group):
                buffer = self.state[p].get("momentum_buffer") if momentum else None
                fresh = momentum != 0 and buffer is None
                if fresh:
                    buffer = self.state[p]["momentum_buffer"] = _C._zeros(tuple(p.shape), p.dtype)
                _C._sgd_step(real(p), real(g), None if buffer is None else real(buffer), fresh, *numbers)
        return loss
