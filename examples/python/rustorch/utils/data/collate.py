"""Samples put together as a batch."""
import collections.abc as abc
import copy

from ... import _C
from ..._creation import as_tensor, tensor

Tensor = _C.Tensor


def _is_numpy(x):
    return type(x).__module__ == "numpy"


def _is_named_tuple(x):
    return isinstance(x, tuple) and hasattr(x, "_fields")


def _rebuilt(like, items):
    """A mapping or sequence of like's own type, where that can be made, with other items."""
    mapping = isinstance(like, abc.Mapping)
    plain = dict(items) if mapping else list(items)
    try:
        if isinstance(like, abc.MutableMapping):
            made = copy.copy(like)
            made.update(plain)
            return made
        if isinstance(like, abc.MutableSequence):
            made = copy.copy(like)
            for i, x in enumerate(plain):
                made[i] = x
            return made
        return type(like)(plain)
    except TypeError:
        return plain


def default_convert(data):
    """Arrays and numbers of numpy's as tensors, in lists, tuples and dicts too; what is neither stays."""
    if isinstance(data, (Tensor, str, bytes)):
        return data
    if _is_numpy(data):
        return data if getattr(getattr(data, "dtype", None), "kind", "O") in "SaUO" else as_tensor(data)
    if isinstance(data, abc.Mapping):
        return _rebuilt(data, {k: default_convert(v) for k, v in data.items()})
    if _is_named_tuple(data):
        return type(data)(*(default_convert(x) for x in data))
    if isinstance(data, tuple):
        return [default_convert(x) for x in data]
    if isinstance(data, abc.Sequence):
        return _rebuilt(data, [default_convert(x) for x in data])
    return data


def _refuse(what):
    raise TypeError(f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {what}")


def _stack(batch, *, collate_fn_map=None):
    return _C._functions["stack"](list(batch), 0)


def _float(batch, *, collate_fn_map=None):
    return tensor(batch, dtype=_C.float64)


def _int(batch, *, collate_fn_map=None):
    return tensor(batch)


def _as_is(batch, *, collate_fn_map=None):
    return batch


default_collate_fn_map = {Tensor: _stack, float: _float, int: _int, str: _as_is, bytes: _as_is}


def _numpy(batch):
    if batch[0].dtype.kind in "SaUO":
        _refuse(batch[0].dtype)
    return _stack([as_tensor(x) for x in batch])


def collate(batch, *, collate_fn_map=None):
    """A batch of samples by their type: first by the functions of collate_fn_map, then mappings and sequences item by item."""
    first = batch[0]
    table = collate_fn_map or {}
    function = table.get(type(first)) or next((f for t, f in table.items() if isinstance(first, t)), None)
    if function is not None:
        return function(batch, collate_fn_map=collate_fn_map)
    if _is_numpy(first) and collate_fn_map is not None:
        return _numpy(batch)
    again = lambda samples: collate(samples, collate_fn_map=collate_fn_map)
    if isinstance(first, abc.Mapping):
        return _rebuilt(first, {k: again([sample[k] for sample in batch]) for k in first})
    if _is_named_tuple(first):
        return type(first)(*map(again, zip(*batch)))
    if isinstance(first, abc.Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [again(samples) for samples in zip(*batch)]
        return columns if isinstance(first, tuple) else _rebuilt(first, columns)
    _refuse(type(first))


def default_collate(batch):
    """Tensors and arrays stacked, numbers as tensors, text as it is; lists, tuples and dicts item by item."""
    return collate(batch, collate_fn_map=default_collate_fn_map)
