"""save and load: Python's pickle, with tensors as the bytes of their storages, so that views of one storage are that again."""
import contextlib
import pickle

from ._tensor import Tensor, _from_bytes

_SAFE = {("builtins", n) for n in ("bytearray", "complex", "dict", "frozenset", "list", "range", "set", "slice", "tuple")}
_SAFE |= {("collections", n) for n in ("Counter", "OrderedDict", "defaultdict")}
_SAFE |= {("rustorch._C", n) for n in ("Tensor", "_dtype_named")} | {("rustorch._types", n) for n in ("Size", "device")}
_SAFE |= {("rustorch._tensor", "_rebuild"), ("rustorch.serialization", "_storage"), ("rustorch.serialization", "_view")}
_SAFE |= {("rustorch.nn.parameter", n) for n in ("Parameter", "UninitializedBuffer", "UninitializedParameter")}
_added = {}


def add_safe_globals(safe_globals):
    """Classes and functions that load() may meet beside tensors and containers."""
    _added.update({(g.__module__, g.__qualname__): g for g in safe_globals})


def get_safe_globals():
    return list(_added.values())


def clear_safe_globals():
    _added.clear()


@contextlib.contextmanager
def safe_globals(safe_globals):
    """add_safe_globals() for the time within."""
    before = dict(_added)
    add_safe_globals(safe_globals)
    try:
        yield
    finally:
        _added.clear()
        _added.update(before)


class _Storage:
    """All elements of a storage."""

    def __init__(self, x, n):
        self._flat = x.detach().as_strided((n,), (1,), 0)

    def __reduce__(self):
        return _storage, (self._flat._bytes(), self._flat.dtype)


def _storage(payload, dtype):
    return _from_bytes(payload, (len(payload) // dtype.itemsize,), dtype)


def _view(cls, storage, size, stride, offset, requires_grad, attributes):
    made = storage.as_strided(size, stride, offset)
    if cls is not None:
        made = Tensor._make_subclass(cls, made)
    made.requires_grad_(requires_grad)
    made.__dict__.update(attributes)
    return made


class _Pickler(pickle.Pickler):
    def __init__(self, file, protocol):
        super().__init__(file, protocol)
        self._storages = {}

    def reducer_override(self, x):
        if not isinstance(x, Tensor) or type(x).__reduce_ex__ is not Tensor.__reduce_ex__ or x.numel() == 0:
            return NotImplemented
        key = x.data_ptr() - x.storage_offset() * x.element_size(), x.dtype
        storage = self._storages.get(key)
        if storage is None:
            storage = self._storages[key] = _Storage(x, x._storage_bytes() // x.element_size())
        cls = None if type(x) is Tensor else type(x)
        return _view, (cls, storage, tuple(x.shape), x.stride(), x.storage_offset(), x.requires_grad, dict(x.__dict__))


class _SafeUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) in _added:
            return _added[module, name]
        if (module, name) in _SAFE:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"Weights only load failed: the file asks for {module}.{name}, which is no tensor and no container. If you trust the file, "
                                     "allow that by rustorch.serialization.add_safe_globals, or everything by weights_only=False.")


@contextlib.contextmanager
def _opened(f, mode):
    """A file that is open already stays so; a path is opened for the time within."""
    if hasattr(f, "read" if "r" in mode else "write"):
        yield f
        return
    with open(f, mode) as file:
        yield file


def save(obj, f, pickle_module=pickle, pickle_protocol=4):
    """Writes obj to a file or a path."""
    with _opened(f, "wb") as file:
        if pickle_module is pickle:
            _Pickler(file, pickle_protocol).dump(obj)
        else:
            pickle_module.dump(obj, file, protocol=pickle_protocol)


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """What save() has written. Tensors and containers alone, unless weights_only is False: then whatever the file says is made and run.

    map_location may be anything: there is but the CPU. mmap is not looked at.
    """
    if weights_only is None:
        weights_only = pickle_module is None
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    with _opened(f, "rb") as file:
        if file.seekable():
            begin = file.read(4)
            file.seek(-len(begin), 1)
            if begin == b"PK\x03\x04":
                raise NotImplementedError("load(): this is a zip archive, as PyTorch writes them; reading those is not here yet. What save() here writes can be read")
        if weights_only:
            return _SafeUnpickler(file, **pickle_load_args).load()
        return (pickle_module or pickle).load(file, **pickle_load_args)
