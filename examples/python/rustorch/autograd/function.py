"""Function: an operation with a derivative of one's own."""
from .. import _C

Tensor = _C.Tensor


class FunctionCtx:
    """What forward leaves for backward."""

    def __init__(self):
        self._to_save, self._dirty, self._constant, self._materialize = (), (), (), True
        self._saved = None
        self.needs_input_grad = ()

    def save_for_backward(self, *tensors):
        self._to_save = tensors

    save_for_forward = save_for_backward

    def mark_dirty(self, *tensors):
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors):
        self._constant = tensors

    def set_materialize_grads(self, value):
        self._materialize = value

    @property
    def saved_tensors(self):
        return self._saved if self._saved is not None else tuple(self._to_save)

    saved_variables = saved_tensors


class Function:
    """Subclass it with static methods forward(ctx, ...) and backward(ctx, *gradients); call it by apply."""
    once_differentiable = False

    @staticmethod
    def forward(*args, **named):
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def backward(ctx, *gradients):
        raise NotImplementedError("You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.")

    vjp = None

    @classmethod
    def apply(cls, *args, **named):
        ctx = FunctionCtx()
        inputs = tuple(a for a in args if isinstance(a, Tensor))
        on = _C.is_grad_enabled()
        ctx.needs_input_grad = tuple(isinstance(a, Tensor) and a.requires_grad for a in args)
        _C._set_grad_enabled(False)
        try:
            if "setup_context" in vars(cls) or any("setup_context" in vars(c) for c in cls.__mro__[:-2]):
                answer = cls.forward(*args, **named)
                cls.setup_context(ctx, args, answer)
            else:
                answer = cls.forward(ctx, *args, **named)
        finally:
            _C._set_grad_enabled(on)
        if not (on and any(ctx.needs_input_grad)):
            return answer
        many = isinstance(answer, (tuple, list))
        results = list(answer) if many else [answer]
        places = [i for i, r in enumerate(results) if isinstance(r, Tensor)]
        name, n_results, are_tensors = cls.__name__ + "Backward", len(results), [isinstance(a, Tensor) for a in args]
        backward = cls.backward if cls.vjp is None else cls.vjp
        once = getattr(backward, "_once_differentiable", False)

        def derive(gradients, saved):      # lives as long as the graph: it holds none of the call's tensors
            given = [None] * n_results
            for i, g in zip(places, gradients):
                given[i] = g
            ctx._saved = saved
            try:
                found = backward(ctx, *given)
            finally:
                ctx._saved = None
            found = tuple(found) if isinstance(found, (tuple, list)) else (found,)
            n = len(are_tensors)
            if len(found) < n or any(g is not None for g in found[n:]):
                raise RuntimeError(f"function {name} returned an incorrect number of gradients (expected {n}, got {len(found)})")
            return tuple(g for g, is_tensor in zip(found, are_tensors) if is_tensor)

        constant = tuple(ctx._constant) + tuple(r for r in (results[i] for i in places) if not (r.is_floating_point() or r.is_complex()))
        saved = tuple(ctx._to_save)
        ctx._to_save = ()
        made = _C._apply(name, inputs, tuple(results[i] for i in places), saved, tuple(ctx._dirty), constant, ctx._materialize, once, derive)
        for i, y in zip(places, made):
            results[i] = next((d for d in ctx._dirty if d is results[i]), y)
        return tuple(results) if many else results[0]


def once_differentiable(f):
    f._once_differentiable = True
    return f
