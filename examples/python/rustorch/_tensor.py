"""Methods of Tensor that no row makes."""
import builtins

from . import _C, _creation, _functions as F
from ._types import channels_last, channels_last_3d, check_device, contiguous_format, device, layout, memory_format as formats, preserve_format

Tensor = _C.Tensor


class GradFn:
    """What x.grad_fn shows of the operation that made x."""

    def __init__(self, text):
        self._name = text

    def name(self):
        return self._name

    def __repr__(self):
        return f"<{self._name}>"


def grad_fn(self):
    name = self._grad_fn_name
    return None if name is None else type(name, (GradFn,), {})(name)


def contiguous(self, memory_format=contiguous_format):
    return _with_format(self, memory_format) if memory_format in (channels_last, channels_last_3d) else self._contiguous()


def _with_format(x, memory_format):
    """A copy whose channels lie innermost."""
    n = 4 if memory_format is channels_last else 5
    if x.dim() != n:
        raise RuntimeError(f"required rank {n} tensor to use {memory_format!r} format")
    inner = (0, *builtins.range(2, n), 1)
    back = (0, n - 1, *builtins.range(1, n - 1))
    return x.permute(inner)._contiguous().permute(back)


def is_contiguous(self, memory_format=contiguous_format):
    if memory_format in (channels_last, channels_last_3d):
        n = 4 if memory_format is channels_last else 5
        return self.dim() == n and self.permute(0, *builtins.range(2, n), 1)._is_contiguous()
    return self._is_contiguous()


def clone(self, *, memory_format=preserve_format):
    return F.clone(self, memory_format=memory_format)


def to(self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None, other=None):
    for a in args:
        if isinstance(a, Tensor):
            dtype = a.dtype
        elif isinstance(a, _C.dtype) or a in (builtins.float, builtins.int, builtins.bool):
            dtype = a
        elif isinstance(a, (str, _device)) or a is None:
            device = a
        elif not isinstance(a, builtins.bool):
            raise TypeError(f"to() received an invalid combination of arguments - got ({type(a).__name__})")
    check_device(device)
    if other is not None:
        dtype = other.dtype
    made = self if dtype is None or dtype is self.dtype else _to(self, dtype)
    if memory_format in (channels_last, channels_last_3d):
        return contiguous(made, memory_format)
    return made.clone() if copy and made is self else made


_device = device
_to = None        # the row's own, put in place below


def _cast(name):
    def method(self, memory_format=preserve_format):
        return self.to(getattr(_C, name))
    method.__name__ = name
    return method


CASTS = {"float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16", "int": "int32", "long": "int64", "short": "int16", "char": "int8",
         "byte": "uint8", "bool": "bool", "cfloat": "complex64", "cdouble": "complex128"}
TYPES = {"float32": "FloatTensor", "float64": "DoubleTensor", "float16": "HalfTensor", "bfloat16": "BFloat16Tensor", "int32": "IntTensor", "int64": "LongTensor",
         "int16": "ShortTensor", "int8": "CharTensor", "uint8": "ByteTensor", "bool": "BoolTensor", "complex64": "ComplexFloatTensor", "complex128": "ComplexDoubleTensor"}


def type_(self, dtype=None, non_blocking=False):
    if dtype is None:
        return "torch." + TYPES[self.dtype.name]
    if isinstance(dtype, str):
        named = [k for k, v in TYPES.items() if v == dtype.rpartition(".")[2]]
        if not named:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = getattr(_C, named[0])
    return self.to(dtype)


def type_as(self, other):
    return self.to(other.dtype)


def cpu(self, memory_format=preserve_format):
    return self


def numpy(self, *, force=False):
    import numpy as np
    if self.requires_grad and not force:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
    return np.asarray(memoryview(self.detach()))


def array(self, dtype=None, copy=None):
    made = self.numpy()
    return made if dtype is None else made.astype(dtype, copy=False)


def array_wrap(self, made, context=None, return_scalar=False):
    return _creation.from_numpy(made) if made.ndim else _creation.tensor(made)


def dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    return self._dlpack(max_version is not None and max_version[0] >= 1)


def dlpack_device(self):
    return 1, 0


def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    from .autograd import backward as run
    run(self, gradient, retain_graph, create_graph, inputs)


class Removable:
    """What registering a hook answers: remove() takes the hook off, as does leaving it as a context."""

    def __init__(self, number):
        self.id = number

    def remove(self):
        _C._hook_remove(self.id)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


def register_hook(self, hook):
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    return Removable(_C._hook(self, hook, False))


def register_post_accumulate_grad_hook(self, hook):
    return Removable(_C._hook(self, hook, True))


def size_of_parts(name):
    f = getattr(F, name)

    def method(self, *args, **named):
        return f(self, *args, **named)
    method.__name__ = name
    return method


def where(self, condition, other):
    return F.where(condition, self, other)


def set_(self, source=None, *rest):
    self.data = source if source is not None else self.new_empty(0)
    return self


def deepcopy(self, memo):
    if id(self) in memo:
        return memo[id(self)]
    if not self.is_leaf:
        raise RuntimeError("Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.")
    made = self.detach().clone()
    if type(self) is not Tensor:
        made = Tensor._make_subclass(type(self), made)
    if self.requires_grad:
        made.requires_grad_()
    if self.grad is not None:
        made.grad = self.grad.clone()
    made.__dict__.update({k: v for k, v in self.__dict__.items()})
    memo[id(self)] = made
    return made


def copy(self):
    made = Tensor._make_subclass(type(self), self)
    made.requires_grad = self.requires_grad
    made.__dict__.update(self.__dict__)
    return made


def _rebuild(cls, payload, shape, dtype, requires_grad, attributes):
    made = _from_bytes(payload, shape, getattr(_C, dtype))
    if cls is not None:
        made = Tensor._make_subclass(cls, made)
    if requires_grad:
        made.requires_grad_()
    made.__dict__.update(attributes)
    return made


def _from_bytes(payload, shape, dtype):
    """Elements in row-major order as a new tensor."""
    made = _creation.empty(shape, dtype=dtype)
    made._load_bytes(payload)
    return made


def reduce_ex(self, protocol):
    return _rebuild, (None if type(self) is Tensor else type(self), self.detach()._contiguous()._bytes(), tuple(self.shape), self.dtype.name, self.requires_grad, dict(self.__dict__))


def format_(self, spec):
    if self.dim() == 0 and type(self) is Tensor:
        return self.item().__format__(spec)
    return object.__format__(self, spec)


def contains(self, element):
    if isinstance(element, (Tensor, builtins.int, builtins.float, builtins.bool, builtins.complex)):
        return bool((element == self).any())
    raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")


def reversed_(self):
    return self if self.dim() == 0 else self.flip(0)


def rdiv_method(self, other):
    return self.reciprocal() * other


def apply_(self, callable):
    flat = [callable(x) for x in self.reshape(-1).tolist()]
    return self.copy_(_creation.tensor(flat, dtype=self.dtype).reshape(self.shape))


def resize_(self, *size, memory_format=contiguous_format):
    size = size[0] if len(size) == 1 and isinstance(size[0], (list, tuple)) else size
    n = 1
    for s in size:
        n *= s
    room = self.as_strided((builtins.min(self._storage_bytes() // self.element_size(), n),), (1,), 0) if self.numel() else self.reshape(-1)
    made = _creation.empty((n,), dtype=self.dtype)
    made[:room.numel()] = room
    self.data = made.reshape(size)
    return self


def resize_as_(self, other, memory_format=None):
    return self.resize_(*other.shape)


def sum_to_size(self, *size):
    size = size[0] if len(size) == 1 and isinstance(size[0], (list, tuple)) else size
    extra = self.dim() - len(size)
    dims = list(builtins.range(extra)) + [d for d in builtins.range(extra, self.dim()) if size[d - extra] == 1 and self.size(d) != 1]
    for d in builtins.range(extra, self.dim()):
        if size[d - extra] not in (1, self.size(d)):
            raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(self.shape)}}}.")
    if extra < 0:
        raise RuntimeError(f"size {{{list(size)}}} is not expandable to size {{{list(self.shape)}}}.")
    if not size:
        return self.sum()
    made = self.sum(dims, True) if dims else self
    return made.reshape(size) if extra else made


def dim_order(self):
    return tuple(sorted(builtins.range(self.dim()), key=lambda d: -self.stride(d)))


def transposed(self):
    return F.rows["numpy_T"](self)


def conjugate_transposed(self):
    if self.dim() not in (0, 2):
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.dim()}-D tensor.")
    return F.rows["mH"](self) if self.dim() else self


def install():
    """Puts the methods on Tensor. Rows have made theirs already; these come on top."""
    global _to
    _to = Tensor.to
    own = {"contiguous": contiguous, "is_contiguous": is_contiguous, "clone": clone, "to": to, "type": type_, "type_as": type_as, "cpu": cpu, "numpy": numpy,
           "__array__": array, "__array_wrap__": array_wrap, "__array_priority__": 1000, "__dlpack__": dlpack, "__dlpack_device__": dlpack_device, "backward": backward, "register_hook": register_hook,
           "register_post_accumulate_grad_hook": register_post_accumulate_grad_hook, "where": where, "set_": set_, "__copy__": copy, "__deepcopy__": deepcopy,
           "__reduce_ex__": reduce_ex, "__format__": format_, "__contains__": contains, "__reversed__": reversed_, "apply_": apply_, "resize_": resize_,
           "resize_as_": resize_as_, "sum_to_size": sum_to_size, "dim_order": dim_order, "__rdiv__": rdiv_method,
           "is_pinned": lambda self: False, "pin_memory": lambda self: self, "is_shared": lambda self: False, "share_memory_": lambda self: self,
           "get_device": lambda self: -1, "is_set_to": lambda self, other: self.data_ptr() == other.data_ptr() and self.shape == other.shape and self.stride() == other.stride(),
           "is_signed": lambda self: self.dtype.is_signed, "is_distributed": lambda self: False}
    for name, method in own.items():
        setattr(Tensor, name, method)
    for name in ("split", "split_with_sizes", "chunk", "unbind", "tensor_split", "hsplit", "vsplit", "dsplit", "nonzero", "norm", "equal", "allclose", "is_nonzero",
                 "is_same_size", "conj", "resolve_conj", "resolve_neg", "is_conj", "is_neg"):
        setattr(Tensor, name, size_of_parts(name))
    for name in ("zeros", "ones", "empty", "full", "tensor", "empty_strided"):
        setattr(Tensor, "new_" + name, _creation.new(name))
    for name, dtype in CASTS.items():
        setattr(Tensor, name, _cast(dtype))
    for name, alias in F.ALIASES.items():
        for end in ("", "_"):
            if hasattr(Tensor, alias + end) and not hasattr(Tensor, name + end):
                setattr(Tensor, name + end, getattr(Tensor, alias + end))
    Tensor.normal_ = Tensor.normal_functional_
    Tensor.T = property(transposed)
    Tensor.mT = property(lambda self: F.rows["mT"](self))
    Tensor.mH = property(lambda self: F.rows["mH"](self))
    Tensor.H = property(conjugate_transposed)
    Tensor.real = property(lambda self: F.rows["real"](self), lambda self, value: F.rows["real"](self).copy_(value))
    Tensor.imag = property(lambda self: F.rows["imag"](self), lambda self, value: F.rows["imag"](self).copy_(value))
    Tensor.grad_fn = property(grad_fn)
    Tensor.names = property(lambda self: (None,) * self.dim())
