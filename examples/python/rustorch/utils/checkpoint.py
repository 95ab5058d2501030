"""checkpoint: what a function saves for its derivative is computed again instead."""
from .. import _C
from ..autograd import backward
from ..autograd.function import Function
from ..autograd.guards import enable_grad

Tensor = _C.Tensor


class _Checkpoint(Function):
    @staticmethod
    def forward(ctx, function, preserve_rng_state, *args):
        ctx.function = function
        ctx.state = _C.default_generator.get_state() if preserve_rng_state else None
        ctx.places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        ctx.others = [None if isinstance(a, Tensor) else a for a in args]
        ctx.save_for_backward(*(args[i] for i in ctx.places))
        return function(*args)

    @staticmethod
    def backward(ctx, *gradients):
        args = list(ctx.others)
        for i, x in zip(ctx.places, ctx.saved_tensors):
            args[i] = x.detach().requires_grad_(x.requires_grad)
        now = _C.default_generator.get_state()
        if ctx.state is not None:
            _C.default_generator.set_state(ctx.state)
        with enable_grad():
            made = ctx.function(*args)
        if ctx.state is not None:
            _C.default_generator.set_state(now)
        made = made if isinstance(made, (tuple, list)) else (made,)
        wanted = [(y, g) for y, g in zip(made, gradients) if isinstance(y, Tensor) and y.requires_grad]
        if wanted:
            backward([y for y, _ in wanted], [g for _, g in wanted])
        return None, None, *(a.grad if isinstance(a, Tensor) else None for a in args)


def checkpoint(function, *args, use_reentrant=None, preserve_rng_state=True, context_fn=None, determinism_check="default", debug=False, early_stop=True, **kwargs):
    """function(*args), of which the tape keeps the arguments only. A tensor among them has to require a gradient, as with PyTorch's use_reentrant=True."""
    run = (lambda *a: function(*a, **kwargs)) if kwargs else function
    return _Checkpoint.apply(run, preserve_rng_state, *args)
