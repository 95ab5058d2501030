"""Parameter and Buffer: tensors that a module takes for its own when they are assigned to it."""
from .. import _C
from .._creation import empty

Tensor = _C.Tensor


class Parameter(Tensor):
    """A tensor that Module.parameters() lists."""

    def __new__(cls, data=None, requires_grad=True):
        return Tensor._make_subclass(cls, empty(0) if data is None else data, requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()


class _BufferMeta(type):
    def __instancecheck__(cls, x):
        return isinstance(x, Tensor) and getattr(x, "_is_buffer", False)


class Buffer(metaclass=_BufferMeta):
    """Buffer(x): x, so marked that Module.buffers() lists it once it is assigned to a module."""

    def __new__(cls, data=None, *, persistent=True):
        data = empty(0) if data is None else data
        made = data.detach().requires_grad_(data.requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made


class _Uninitialized(Tensor):
    """No shape and no elements until materialize()."""
    _known = frozenset(["dtype", "device", "layout", "requires_grad", "requires_grad_", "is_leaf", "grad", "data", "grad_fn", "is_cpu", "is_cuda", "to", "_to", "type", "float",
                        "double", "half", "bfloat16", "cpu", "detach", "is_floating_point", "is_complex", "materialize", "persistent", "_is_buffer", "_becomes"])

    def __getattribute__(self, name):
        if name in _Uninitialized._known or name.startswith("__"):
            return super().__getattribute__(name)
        if name == "shape":
            raise RuntimeError("Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an "
                               "uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes.")
        raise ValueError(f"Attempted to use an uninitialized parameter in {name}. This error happens when you are using a `LazyModule` or explicitly manipulating "
                         f"`torch.nn.parameter.{type(self).__name__}` objects. When using LazyModules Call `forward` with a dummy batch to initialize the parameters "
                         "before calling torch functions")

    def __repr__(self):
        return f"<{type(self).__name__}>"

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, dtype=self.dtype)
        return memo[id(self)]

    def __reduce_ex__(self, protocol):
        return type(self), (self.requires_grad, None, self.dtype)

    def materialize(self, shape, device=None, dtype=None):
        """From now on a tensor of that shape, whose elements are yet to be set."""
        self.data = empty(tuple(shape), dtype=dtype or self.dtype, device=device)
        self.__class__ = self._becomes


class UninitializedParameter(_Uninitialized, Parameter):
    _becomes = Parameter

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        return Tensor._make_subclass(cls, empty(0, device=device, dtype=dtype), requires_grad)


class _Plain(Tensor):
    """What a buffer is once it has a shape."""


class UninitializedBuffer(_Uninitialized):
    _becomes = _Plain

    def __new__(cls, requires_grad=False, device=None, dtype=None, persistent=True):
        made = Tensor._make_subclass(cls, empty(0, device=device, dtype=dtype), requires_grad)
        made.persistent = persistent
        made._is_buffer = True
        return made


def is_lazy(param):
    return isinstance(param, _Uninitialized)
