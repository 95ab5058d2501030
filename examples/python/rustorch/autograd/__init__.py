"""Gradients: backward, grad, guards, Function and functional."""
from .. import _C
from . import functional
from .function import Function
from .gradcheck import gradcheck, gradgradcheck
from .guards import detect_anomaly, enable_grad, inference_mode, no_grad, set_detect_anomaly, set_grad_enabled


def Variable(data, requires_grad=False, volatile=None):
    """The tensor itself, as it has been since PyTorch 0.4."""
    made = data.detach()
    return made.requires_grad_() if requires_grad else made


def _tuple(x):
    return None if x is None else (x,) if isinstance(x, _C.Tensor) else tuple(x)


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None):
    inputs = _tuple(inputs)
    if inputs is not None and not inputs:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    _C._backward(_tuple(tensors), _tuple(grad_tensors), inputs, create_graph if retain_graph is None else retain_graph, create_graph)


def grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, allow_unused=None, is_grads_batched=False, materialize_grads=False):
    inputs = _tuple(inputs)
    found = _C._grad(_tuple(outputs), inputs, _tuple(grad_outputs), create_graph if retain_graph is None else retain_graph, create_graph,
                     materialize_grads if allow_unused is None else allow_unused)
    if materialize_grads:
        found = tuple(x.new_zeros(x.shape) if g is None else g for x, g in zip(inputs, found))
    return found
