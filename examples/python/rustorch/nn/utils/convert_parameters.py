"""Parameters as one vector, and back."""
from ... import _C


def parameters_to_vector(parameters):
    return _C._functions["cat"]([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Every parameter's data becomes its part of the vector."""
    if not isinstance(vec, _C.Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    at = 0
    for p in parameters:
        p.data = vec[at:at + p.numel()].reshape(p.shape).data
        at += p.numel()
