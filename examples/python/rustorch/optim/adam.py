"""Adam and AdamW."""
from .. import _C
from .optimizer import Optimizer, Tensor, check_way, real, run_closure, with_gradients


class Adam(Optimizer):
    """Steps of lr * m / (sqrt(v) + eps), m and v being averages of gradients and their squares, corrected for their start at zero."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None, maximize=False, capturable=False,
                 differentiable=False, fused=None, decoupled_weight_decay=False):
        _check_tensors(lr, betas, foreach, capturable)
        if not lr >= 0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not eps >= 0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i in (0, 1):
            if not 0 <= betas[i] < 1:
                raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
        if not weight_decay >= 0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if len({type(b) for b in betas}) != 1 or not isinstance(betas[0], (float, Tensor)):
            raise ValueError("betas must be either both floats or both Tensors")
        betas = tuple(b.squeeze() if isinstance(b, Tensor) else b for b in betas)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize, foreach=foreach,
                                      capturable=capturable, differentiable=differentiable, fused=fused, decoupled_weight_decay=decoupled_weight_decay))
        check_way(foreach, differentiable, fused)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in (("amsgrad", False), ("maximize", False), ("foreach", None), ("capturable", False), ("differentiable", False),
                                ("decoupled_weight_decay", False), ("fused", None)):
                group.setdefault(name, value)
            for p in group["params"]:
                known = self.state.get(p)
                if known and not isinstance(known["step"], Tensor):
                    known["step"] = _C._full((), float(known["step"]), _C.float32)

    def _remembered(self, p, amsgrad):
        state = self.state[p]
        if not state:
            state["step"] = _C._zeros((), _C.float32)
            for name in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[:3 if amsgrad else 2]:
                state[name] = _C._zeros(tuple(p.shape), p.dtype)
        elif state["step"].dtype is not _C.float32:
            state["step"] = state["step"].to(_C.float32)
        return state

    def step(self, closure=None):
        loss = run_closure(closure)
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            numbers = (float(group["lr"]), float(beta1), float(beta2), float(group["eps"]), float(group["weight_decay"]), group["maximize"],
                       group["decoupled_weight_decay"])
            amsgrad = group["amsgrad"]
            for p, g in with_gradients(group):
                state = self._remembered(p, amsgrad)
                largest = real(state["max_exp_avg_sq"]) if amsgrad else None
                _C._adam_step(real(p), real(g), state["step"], real(state["exp_avg"]), real(state["exp_avg_sq"]), largest, *numbers)
        return loss


def _check_tensors(lr, betas, foreach, capturable):
    """Numbers may be tensors of one element, but not where many parameters step at once."""
    for name, value in (("lr", lr), ("betas[0]", betas[0]), ("betas[1]", betas[1])):
        if isinstance(value, Tensor):
            if foreach and not capturable:
                raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")
            if value.numel() != 1:
                raise ValueError(f"Tensor {name} must be 1-element")


class AdamW(Adam):
    """Adam whose decay shrinks the parameter itself and does not pass through the averages."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False, foreach=None, capturable=False,
                 differentiable=False, fused=None):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
                         differentiable=differentiable, fused=fused, decoupled_weight_decay=True)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
