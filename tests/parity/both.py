"""What the tests share: values of one module as the other's, and comparison."""
import numpy as np
import rustorch
import torch


def name_of(dtype):
    return str(dtype).rpartition(".")[2]


def find(module, dotted):
    """module.a.b by "a.b"; None if there is no such name."""
    for part in dotted.split("."):
        module = getattr(module, part, None)
    return module


def to_rust(x):
    """Torch's values as rustorch's, in lists and dicts too; leaves that want gradients stay such, strides stay as they are."""
    if isinstance(x, torch.Tensor):
        y = _tensor_to_rust(x.detach())
        return y.requires_grad_() if x.requires_grad else y
    if isinstance(x, torch.Size):
        return rustorch.Size(x)
    if isinstance(x, (list, tuple)):
        return type(x)(to_rust(v) for v in x)
    if isinstance(x, dict):
        return {k: to_rust(v) for k, v in x.items()}
    if isinstance(x, slice):
        return slice(to_rust(x.start), to_rust(x.stop), to_rust(x.step))
    if isinstance(x, (torch.dtype, torch.memory_format, torch.layout)):
        return getattr(rustorch, name_of(x))
    if isinstance(x, torch.device):
        return rustorch.device(str(x))
    return x


def _tensor_to_rust(x):
    x = x.resolve_conj().resolve_neg()
    dense = torch.empty_like(x).stride() == x.stride() or x.numel() == 0
    flat = x if dense else x.contiguous()
    return rustorch.from_dlpack(flat.clone(memory_format=torch.preserve_format))


def to_torch(x):
    """Rustorch's values as torch's."""
    if isinstance(x, rustorch.Tensor):
        return torch.from_dlpack(x.detach()).clone() if x.numel() else torch.empty(tuple(x.shape), dtype=getattr(torch, x.dtype.name))
    if isinstance(x, (list, tuple)):
        return tuple(to_torch(v) for v in x)
    if isinstance(x, dict):
        return {k: to_torch(v) for k, v in x.items()}
    if isinstance(x, rustorch.dtype):
        return getattr(torch, x.name)
    return x


def check(want, got, what="", **tolerances):
    """got, of rustorch, is want, of torch: structure, dtypes, shapes, and values at torch.testing's tolerances."""
    if isinstance(want, torch.Tensor):
        assert isinstance(got, rustorch.Tensor), f"{what}: expected a Tensor, got {type(got)}"
        want = want.detach().resolve_conj().resolve_neg()
        torch.testing.assert_close(to_torch(got), want, equal_nan=True, msg=lambda m: f"{what}: {m}", **tolerances)
    elif isinstance(want, (list, tuple)):
        assert len(want) == len(got), f"{what}: expected {len(want)} results, got {len(got)}"
        for i, (a, b) in enumerate(zip(want, got)):
            check(a, b, f"{what}[{i}]", **tolerances)
    elif isinstance(want, dict):
        assert sorted(want) == sorted(got), what
        for k in want:
            check(want[k], got[k], f"{what}[{k}]", **tolerances)
    elif isinstance(want, float):
        np.testing.assert_allclose(got, want, rtol=1e-6, err_msg=what)
    elif isinstance(want, torch.dtype):
        assert name_of(want) == name_of(got), what
    else:
        assert want == got, f"{what}: {got!r} != {want!r}"
