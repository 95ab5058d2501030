"""RusTorch under PyTorch's names: import rustorch as torch.

Functions, methods, operators, in-place and out forms come from the schemas of the library's rows (csrc/schema.c); what a schema cannot say stands in
_functions.py, _tensor.py and _creation.py.
"""
import builtins as _builtins
import math as _math
import os as _os
import sys as _sys
import types as _python_types

from . import _C
from ._C import *  # noqa: F401,F403  the dtypes
from ._C import Generator, Tensor, default_generator, dtype, get_default_dtype, get_num_threads, is_anomaly_enabled, is_grad_enabled, is_inference_mode_enabled
from ._C import promote_types, set_default_dtype, set_num_threads
from ._types import (Size, channels_last, channels_last_3d, contiguous_format, device, finfo, iinfo, layout, memory_format, preserve_format, result_class, sparse_coo,
                     sparse_csr, strided)

__version__ = "0.1.0"

_C._functions = _C._start(Size, device("cpu"), strided, result_class)

from . import _functions  # noqa: E402

_functions.rows.update(_C._functions)

from . import _creation, _tensor  # noqa: E402

_tensor.install()


def _fill():
    """Names of this module and of linalg, fft and special: the rows', then those written in Python, then torch's other names."""
    here = globals()
    spaces = {"linalg": _python_types.ModuleType("rustorch.linalg"), "fft": _python_types.ModuleType("rustorch.fft"), "special": _python_types.ModuleType("rustorch.special")}
    for name, space in spaces.items():
        _sys.modules["rustorch." + name] = space
        here[name] = space
    for name, function in _C._functions.items():
        space, _, rest = name.partition("_")
        if space in spaces and rest:
            setattr(spaces[space], rest, function)
        elif name not in _functions.PRIVATE | _functions.NOT_ABOVE:
            here[name] = function
            method = getattr(Tensor, name + "_", None)
            if method is not None and name + "_" not in here:
                here[name + "_"] = _functions._inplace(name + "_")
    for module in (_functions, _creation):
        for name, value in vars(module).items():
            if callable(value) and getattr(value, "__module__", None) == module.__name__ and not name.startswith("_") and name not in ("new", "typed"):
                here[name] = value
    for alias, name in _functions.ALIASES.items():
        if name in here and alias not in here:
            here[alias] = here[name]
            if name + "_" in here:
                here[alias + "_"] = here[name + "_"]
    for table, space in ((_functions.SPECIAL, spaces["special"]), (_functions.LINALG, spaces["linalg"])):
        for name, row in table.items():
            if row in _C._functions:
                setattr(space, name, _C._functions[row])
    spaces["special"].softmax = here["softmax"]
    spaces["special"].log_softmax = here["log_softmax"]
    spaces["linalg"].norm = _linalg_norm
    spaces["linalg"].matmul = here["matmul"]
    for name in ("fftfreq", "rfftfreq"):
        setattr(spaces["fft"], name, globals()["_" + name])


def _linalg_norm(A, ord=None, dim=None, keepdim=False, *, out=None, dtype=None):
    """The vector norm; of a matrix as one long vector where ord is left out or 'fro'."""
    if isinstance(ord, str) or (ord is not None and (dim is None and A.dim() == 2 or isinstance(dim, (tuple, list)) and len(dim) == 2)):
        if ord != "fro":
            return _matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, dtype, out)
        ord, dim = None, (-2, -1) if dim is None else dim
    dim = (dim,) if isinstance(dim, _builtins.int) else dim
    return _C._functions["linalg_vector_norm"](A, 2 if ord is None else ord, dim, keepdim, dtype=dtype, out=out)


def _matrix_norm(A, ord, dim, keepdim, dtype, out):
    if ord not in (1, -1, _math.inf, -_math.inf):
        raise NotImplementedError(f"norm(): the matrix norm {ord} wants singular values, which are not here yet")
    A = A.to(dtype) if dtype else A
    row, column = (d % A.dim() for d in dim)
    first, second = (row, column) if ord in (1, -1) else (column, row)
    sums = A.abs().sum(first, True)
    made = sums.amax(second, True) if ord > 0 else sums.amin(second, True)
    made = made if keepdim else made.squeeze(first if first > second else second).squeeze(first if first < second else second)
    return made if out is None else out.copy_(made)


def _fftfreq(n, d=1.0, *, out=None, dtype=None, layout=strided, device=None, requires_grad=False):
    made = cat([arange((n + 1) // 2), arange(-(n // 2), 0)]).to(dtype or get_default_dtype()) / (n * d)  # noqa: F405
    made = made if out is None else out.copy_(made)
    return made.requires_grad_() if requires_grad else made


def _rfftfreq(n, d=1.0, *, out=None, dtype=None, layout=strided, device=None, requires_grad=False):
    made = arange(n // 2 + 1).to(dtype or get_default_dtype()) / (n * d)  # noqa: F405
    made = made if out is None else out.copy_(made)
    return made.requires_grad_() if requires_grad else made


_fill()

float, double, half, short, int, long, bool = _C.float32, _C.float64, _C.float16, _C.int16, _C.int32, _C.int64, _C.bool
cfloat, cdouble = _C.complex64, _C.complex128
complex = _C._functions["complex"]
inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e
newaxis = None
ops = _python_types.SimpleNamespace(aten=_python_types.SimpleNamespace(**{k: v for k, v in _C._functions.items() if k not in _functions.PRIVATE}))


for _name, _type in _tensor.TYPES.items():
    if not _name.startswith("complex"):
        globals()[_type] = _creation.typed(_type, getattr(_C, _name))


def typename(o):
    return o.type() if isinstance(o, Tensor) else type(o).__name__


def is_storage(obj):
    return False


def compile(model=None, **options):
    """The function itself: there is nothing to compile in Python."""
    return model if model is not None else (lambda f: f)


from . import autograd, backends, cuda, errors, nn, optim, utils  # noqa: E402,F401
from .autograd import enable_grad, inference_mode, no_grad, set_grad_enabled  # noqa: E402,F401
from .serialization import load, save  # noqa: E402,F401

if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(before=_C._stop_threads)
if _os.environ.get("OMP_NUM_THREADS", "").isdigit() and _os.environ["OMP_NUM_THREADS"] != "0":
    set_num_threads(_builtins.int(_os.environ["OMP_NUM_THREADS"]))
