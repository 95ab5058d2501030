"""Functions that make tensors, under PyTorch's signatures."""
import builtins

from . import _C
from ._types import check_device, preserve_format, strided

Tensor = _C.Tensor


def _shape(size, keywords=None):
    """zeros(2, 3), zeros((2, 3)), zeros(size=(2, 3))"""
    if keywords and "size" in keywords:
        return keywords.pop("size")
    if len(size) == 1 and not isinstance(size[0], int) and not (isinstance(size[0], Tensor) and size[0].dim() == 0):
        size = size[0]
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"expected sizes as ints or a tuple of ints, got {type(size).__name__}")
    return size


def _check(name, layout, device, pin_memory, unknown=()):
    for word in unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument '{word}'")
    if layout is not None and layout is not strided:
        raise RuntimeError(f"{name}(): expected layout torch.strided, got {layout}")
    check_device(device)
    if pin_memory:
        raise RuntimeError("Need to provide pin_memory allocator to use pin memory.")


def _done(made, out, requires_grad):
    if out is not None:
        if made.shape != out.shape:
            out.data = out.new_empty(made.shape)
        return out.copy_(made)
    return made.requires_grad_() if requires_grad else made


def _shaped(name, make):
    def maker(*size, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False, generator=None, names=None, memory_format=None, **more):
        shape = _shape(size, more)
        _check(name, layout, device, pin_memory, more)
        if dtype is None and out is not None:
            dtype = out.dtype
        return _done(make(tuple(shape), dtype, generator), out, requires_grad)
    maker.__name__ = maker.__qualname__ = name
    return maker


zeros = _shaped("zeros", _C._zeros)
ones = _shaped("ones", _C._ones)
empty = _shaped("empty", _C._empty)
rand = _shaped("rand", _C._rand)
randn = _shaped("randn", _C._randn)


def full(size, fill_value, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False, names=None):
    _check("full", layout, device, pin_memory)
    if dtype is None and out is not None:
        dtype = out.dtype
    size = (size,) if isinstance(size, int) else tuple(size)
    return _done(_C._full(size, fill_value, dtype), out, requires_grad)


def scalar_tensor(s, *, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False):
    _check("scalar_tensor", layout, device, pin_memory)
    return _done(_C._full((), s, dtype or _C.get_default_dtype()), None, requires_grad)


def empty_strided(size, stride, *, dtype=None, layout=strided, device=None, requires_grad=False, pin_memory=False):
    _check("empty_strided", layout, device, pin_memory)
    n = 1 + sum((s - 1) * t for s, t in zip(size, stride)) if all(size) else 0
    return _done(_C._empty((n,), dtype).as_strided(tuple(size), tuple(stride)), None, requires_grad)


def empty_permuted(size, physical_layout, *, dtype=None, layout=strided, device=None, requires_grad=False, pin_memory=False):
    _check("empty_permuted", layout, device, pin_memory)
    if sorted(physical_layout) != list(builtins.range(len(size))):
        raise RuntimeError(f"empty_permuted(): expected a permutation of {len(size)} dimensions, got {tuple(physical_layout)}")
    made = _C._empty(tuple(size[d] for d in physical_layout), dtype)
    back = [0] * len(size)
    for i, d in enumerate(physical_layout):
        back[d] = i
    return _done(made.permute(back), None, requires_grad)


def _like(name, make):
    def maker(input, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, memory_format=preserve_format, generator=None):
        _check(name, layout, device, pin_memory)
        with_strides = _like_strides(input, dtype or input.dtype) if memory_format is preserve_format else None
        made = make(tuple(input.shape), dtype or input.dtype, generator)
        if with_strides is not None:
            made = with_strides.copy_(made)
        return _done(made, None, requires_grad)
    maker.__name__ = maker.__qualname__ = name
    return maker


def _like_strides(x, dtype):
    """Room for a result that lies in memory as x does, if that is dense and not row-major; else None."""
    if x._is_contiguous() or x.numel() == 0:
        return None
    order = sorted(builtins.range(x.dim()), key=lambda d: (-x.stride(d), -x.size(d)))
    step = 1
    for d in reversed(order):
        if x.size(d) != 1 and x.stride(d) != step:
            return None
        step *= x.size(d)
    return empty_permuted(tuple(x.shape), order, dtype=dtype)


zeros_like = _like("zeros_like", _C._zeros)
ones_like = _like("ones_like", _C._ones)
empty_like = _like("empty_like", _C._empty)
rand_like = _like("rand_like", _C._rand)
randn_like = _like("randn_like", _C._randn)


def full_like(input, fill_value, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, memory_format=preserve_format):
    _check("full_like", layout, device, pin_memory)
    return _done(_C._full(tuple(input.shape), fill_value, dtype or input.dtype), None, requires_grad)


def randint(*args, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False, generator=None, **named):
    args = list(args)
    if len(args) + sum(k in named for k in ("low", "high", "size")) < 2:
        raise TypeError("randint() wants high and size, or low, high and size")
    size = named.pop("size") if "size" in named else args.pop()
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"randint(): argument 'size' must be tuple of ints, not {type(size).__name__}")
    high = named.pop("high") if "high" in named else args.pop()
    low = named.pop("low") if "low" in named else args.pop() if args else 0
    _check("randint", layout, device, pin_memory, named)
    return _done(_C._randint(low, high, tuple(size), dtype or (out.dtype if out is not None else None), generator), out, requires_grad)


def randint_like(input, *args, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, memory_format=preserve_format, generator=None, **named):
    args = list(args)
    high = named.pop("high") if "high" in named else args.pop()
    low = named.pop("low") if "low" in named else args.pop() if args else 0
    _check("randint_like", layout, device, pin_memory, named)
    return _done(_C._randint(low, high, tuple(input.shape), dtype or input.dtype, generator), None, requires_grad)


def randperm(n, *, generator=None, out=None, dtype=None, layout=strided, device=None, requires_grad=False, pin_memory=False):
    _check("randperm", layout, device, pin_memory)
    return _done(_C._randperm(n, dtype or (out.dtype if out is not None else None), generator), out, requires_grad)


def _number(x):
    return x.item() if isinstance(x, Tensor) else x


def arange(*args, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False, **named):
    names = ("end",) if len(args) == 1 and "end" not in named else ("start", "end", "step")
    given = dict(zip(names, args), **named)
    start, end, step = (_number(given.pop(k, v)) for k, v in (("start", 0), ("end", None), ("step", 1)))
    _check("arange", layout, device, pin_memory, given)
    if end is None:
        raise TypeError("arange() missing 1 required positional arguments: \"end\"")
    return _done(_C._arange(start, end, step, dtype or (out.dtype if out is not None else None)), out, requires_grad)


def range(start=0, end=None, step=1, *, out=None, dtype=None, layout=strided, device=None, requires_grad=False):
    import math
    _check("range", layout, device, False)
    if end is None:
        start, end = 0, start
    n = math.floor((end - start) / step) + 1
    made = _C._arange(0, n, 1, dtype or _C.get_default_dtype()) * step + start
    return _done(made, out, requires_grad)


def linspace(start, end, steps, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False):
    _check("linspace", layout, device, pin_memory)
    return _done(_C._linspace(_number(start), _number(end), steps, dtype or (out.dtype if out is not None else None)), out, requires_grad)


def logspace(start, end, steps, base=10.0, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False):
    _check("logspace", layout, device, pin_memory)
    return _done(_C._logspace(_number(start), _number(end), steps, base, dtype or (out.dtype if out is not None else None)), out, requires_grad)


def eye(n, m=None, *, out=None, dtype=None, layout=strided, device=None, pin_memory=False, requires_grad=False):
    _check("eye", layout, device, pin_memory)
    return _done(_C._eye(n, n if m is None else m, dtype or (out.dtype if out is not None else None)), out, requires_grad)


def tril_indices(row, col, offset=0, *, dtype=None, device=None, layout=strided):
    _check("tril_indices", layout, device, False)
    return _C._tril_indices(row, col, offset, dtype)


def triu_indices(row, col, offset=0, *, dtype=None, device=None, layout=strided):
    _check("triu_indices", layout, device, False)
    return _C._triu_indices(row, col, offset, dtype)


def _array(data):
    return hasattr(data, "__array_interface__") or hasattr(data, "__array__")


def _from_array(data):
    """An array, or whatever says that it is one, as a tensor on its memory."""
    import numpy
    return _C.from_numpy(numpy.asarray(data))


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    _check("tensor", strided, device, pin_memory)
    if isinstance(data, Tensor):
        made = data.detach().clone()
        made = made.to(dtype) if dtype else made
    elif _array(data) and getattr(data, "shape", None) is not None:
        made = _from_array(data).clone()
        made = made.to(dtype) if dtype else made
    else:
        if isinstance(data, _builtin_range):
            data = list(data)
        elif isinstance(data, (list, tuple)):
            data = _lists(data)
        made = _C._tensor(data, dtype) if isinstance(data, (list, tuple)) or not _array(data) else _from_array(data).to(dtype or _from_array(data).dtype)
    return _done(made, None, requires_grad)


_builtin_range = builtins.range


def _lists(data):
    """Arrays and tensors among nested lists as lists."""
    if isinstance(data, (list, tuple)) and any(getattr(x, "ndim", 0) and not isinstance(x, Tensor) for x in data):
        import numpy
        return numpy.array(data)
    if isinstance(data, (list, tuple)):
        return [_lists(x) for x in data] if any(isinstance(x, (list, tuple, _builtin_range)) or getattr(x, "ndim", 0) for x in data) else data
    return data.tolist() if getattr(data, "ndim", 0) else list(data) if isinstance(data, _builtin_range) else data


def typed(name, dtype):
    """The older constructors: LongTensor([1, 2]), LongTensor(2, 3)."""
    def maker(*args):
        if len(args) == 1 and not isinstance(args[0], int):
            return tensor(args[0], dtype=dtype)
        return empty(*args, dtype=dtype) if args else empty(0, dtype=dtype)
    maker.__name__ = maker.__qualname__ = name
    return maker


def as_tensor(data, dtype=None, device=None):
    check_device(device)
    if isinstance(data, Tensor):
        return data if dtype in (None, data.dtype) else data.to(dtype)
    if _array(data) and getattr(data, "ndim", 0):
        made = _from_array(data)
        return made if dtype in (None, made.dtype) else made.to(dtype)
    return tensor(data, dtype=dtype)


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    made = as_tensor(obj, dtype, device)
    made = made.clone() if copy else made
    return _done(made, None, requires_grad)


def from_numpy(array):
    return _C.from_numpy(array)


def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    import numpy
    return _done(_C.from_numpy(numpy.frombuffer(buffer, dtype=dtype.name, count=count, offset=offset)), None, requires_grad)


def from_dlpack(ext_tensor):
    if hasattr(ext_tensor, "__dlpack__"):
        try:
            ext_tensor = ext_tensor.__dlpack__(max_version=(1, 0))
        except TypeError:
            ext_tensor = ext_tensor.__dlpack__()
    return _C._from_dlpack(ext_tensor)


def new(name):
    """The maker zeros as the method x.new_zeros."""
    make = {"zeros": zeros, "ones": ones, "empty": empty}.get(name)
    if name == "full":
        def method(self, size, fill_value, *, dtype=None, **more):
            return full(size, fill_value, dtype=dtype or self.dtype, **more)
    elif name == "tensor":
        def method(self, data, *, dtype=None, **more):
            return tensor(data, dtype=dtype or self.dtype, **more)
    elif name == "empty_strided":
        def method(self, size, stride, *, dtype=None, **more):
            return empty_strided(size, stride, dtype=dtype or self.dtype, **more)
    else:
        def method(self, *size, dtype=None, **more):
            return make(*size, dtype=dtype or self.dtype, **more)
    method.__name__ = "new_" + name
    return method
