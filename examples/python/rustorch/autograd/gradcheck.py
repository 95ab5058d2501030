"""gradcheck and gradgradcheck: derivatives against difference quotients."""
from .. import _C

Tensor = _C.Tensor


class GradcheckError(RuntimeError):
    """A derivative that is not what differences say."""


def _outputs(func, inputs):
    y = func(*inputs)
    y = (y,) if isinstance(y, Tensor) else tuple(y)
    return tuple(t for t in y if t.requires_grad)


def _slopes(func, inputs, x, eps):
    """By outputs, one row for each step along an element of x: d output / d element, along the imaginary axis too."""
    from . import no_grad
    steps = (eps, eps * 1j) if x.is_complex() else (eps,)
    rows = [[] for _ in _outputs(func, inputs)]
    flat = x.detach().reshape(-1)
    for i in range(x.numel()):
        for step in steps:
            ends = []
            for sign in (1, -1):
                moved = flat.clone()
                moved[i] = moved[i] + sign * step
                changed = moved.reshape(x.shape).requires_grad_()
                ends.append([t.detach() for t in _outputs(func, tuple(changed if v is x else v for v in inputs))])
            with no_grad():
                for row, high, low in zip(rows, *ends):
                    row.append(((high - low) / (2 * eps)).reshape(-1))
    return rows


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, nondet_tol=0.0, check_undefined_grad=True, check_grad_dtypes=False,
              check_batched_grad=False, check_forward_ad=False, check_backward_ad=True, fast_mode=False, masked=None):
    """Whether gradients of every output by every input that requires one agree with central differences; inputs in float64 or complex128."""
    from . import grad
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    wanted = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    if not wanted:
        raise ValueError("gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True.")
    outputs = _outputs(func, inputs)
    for x in wanted:
        for k, (y, rows) in enumerate(zip(outputs, _slopes(func, inputs, x, eps))):
            for j in range(y.numel()):
                for weight in (1, 1j) if y.is_complex() else (1,):
                    one = y.detach().new_zeros(y.numel())
                    one[j] = weight
                    g = grad(y, x, one.reshape(y.shape), retain_graph=True, allow_unused=True)[0]
                    g = [0] * x.numel() if g is None else g.detach().reshape(-1).tolist()
                    steps = 2 if x.is_complex() else 1
                    for i, got in enumerate(g):
                        want = [(complex(rows[steps * i + s][j].item()) * complex(weight).conjugate()).real for s in range(steps)]
                        parts = (complex(got).real, complex(got).imag)[:steps]
                        if any(not abs(a - b) <= atol + rtol * abs(b) for a, b in zip(parts, want)):
                            if raise_exception:
                                raise GradcheckError(f"Jacobian mismatch for output {k} with respect to an input of shape {tuple(x.shape)}: element {i}, "
                                                     f"numerical {want}, analytical {list(parts)}")
                            return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-6, atol=1e-5, rtol=1e-3, gen_non_contig_grad_outputs=False, raise_exception=True, nondet_tol=0.0,
                  check_undefined_grad=True, check_grad_dtypes=False, check_batched_grad=False, check_fwd_over_rev=False, check_rev_over_rev=True, fast_mode=False, masked=False):
    """The same for the gradients' own gradients, by inputs and by grad_outputs (normal numbers where left out)."""
    from . import grad
    from .._creation import randn_like
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if grad_outputs is None:
        grad_outputs = tuple(randn_like(y).detach().requires_grad_() for y in _outputs(func, inputs))
    else:
        grad_outputs = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs)
    n = len(inputs)

    def slopes(*args):
        x = tuple(a for a in args[:n] if isinstance(a, Tensor) and a.requires_grad)
        found = grad(_outputs(func, args[:n]), x, args[n:], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None and g.requires_grad)
    return gradcheck(slopes, inputs + tuple(grad_outputs), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception)
