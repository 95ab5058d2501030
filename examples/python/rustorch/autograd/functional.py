"""jacobian, hessian, vjp, jvp, hvp, vhp by reverse mode."""
from .. import _C

Tensor = _C.Tensor


def _tuple(x):
    return (x,) if isinstance(x, Tensor) else tuple(x)


def _leaves(inputs, create_graph):
    return tuple(x.view(x.shape) if create_graph and x.requires_grad else x.detach().clone().requires_grad_() for x in _tuple(inputs))


def _grad(outputs, inputs, weights=None, create_graph=False):
    from . import grad
    return grad(outputs, inputs, weights, create_graph=create_graph, retain_graph=True, allow_unused=True)


def _whole(found, inputs, strict, what):
    if strict and any(g is None for g in found):
        raise RuntimeError(f"The output of the user-provided function is independent of input 0. This is not allowed in strict mode when computing {what}.")
    return tuple(x.new_zeros(x.shape) if g is None else g for g, x in zip(found, inputs))


def _run(func, inputs):
    from .guards import enable_grad
    with enable_grad():
        return func(*inputs)


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    from .. import stack
    from .guards import enable_grad
    with enable_grad():
        x = _leaves(inputs, create_graph)
        answer = func(*x)
        rows = []
        for y in _tuple(answer):
            found = [[] for _ in x]
            for k in range(y.numel()):
                one = y.reshape(-1)[k]
                grads = _grad(one, x, create_graph=create_graph) if one.requires_grad else (None,) * len(x)
                for place, g in zip(found, _whole(grads, x, strict, "the Jacobian")):
                    place.append(g)
            rows.append(tuple((stack(f) if f else v.new_zeros((0, *v.shape))).reshape((*y.shape, *v.shape)) for f, v in zip(found, x)))
    if not create_graph:
        rows = [tuple(j.detach() for j in row) for row in rows]
    rows = [row if not isinstance(inputs, Tensor) else row[0] for row in rows]
    return rows[0] if isinstance(answer, Tensor) else tuple(rows)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    def slope(*x):
        y = func(*x)
        if y.numel() != 1:
            raise RuntimeError("The Tensor returned by the function given to hessian should contain a single element")
        found = _whole(_grad(y, x, create_graph=True), x, strict, "the Hessian")
        return found[0] if isinstance(inputs, Tensor) else found
    return jacobian(slope, inputs, create_graph, strict)


def _finish(x, create_graph, single):
    x = tuple(x) if create_graph else tuple(t.detach() for t in x)
    return x[0] if single else x


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    x = _leaves(inputs, create_graph)
    answer = _run(func, x)
    y = _tuple(answer)
    found = _whole(_grad(y, x, None if v is None else _tuple(v), create_graph), x, strict, "the vjp")
    return _finish(y, create_graph, isinstance(answer, Tensor)), _finish(found, create_graph, isinstance(inputs, Tensor))


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    x = _leaves(inputs, create_graph)
    answer = _run(func, x)
    y = _tuple(answer)
    dual = tuple(t.new_zeros(t.shape).requires_grad_() for t in y)
    back = _grad(y, x, dual, True)
    back = _whole(back, x, strict, "the jvp")
    weights = tuple(t.new_ones(t.shape) for t in x) if v is None else _tuple(v)
    wanted = tuple(b for b in back if b.requires_grad)
    found = _grad(wanted, dual, tuple(w for w, b in zip(weights, back) if b.requires_grad), create_graph) if wanted else (None,) * len(dual)
    return _finish(y, create_graph, isinstance(answer, Tensor)), _finish(_whole(found, dual, False, "the jvp"), create_graph, isinstance(answer, Tensor))


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    x = _leaves(inputs, create_graph)
    y = _run(func, x)
    slope = _whole(_grad(y, x, create_graph=True), x, strict, "the vhp")
    wanted = [(g, w) for g, w in zip(slope, _tuple(v) if v is not None else [t.new_ones(t.shape) for t in x]) if g.requires_grad]
    found = _grad(tuple(g for g, _ in wanted), x, tuple(w for _, w in wanted), create_graph) if wanted else (None,) * len(x)
    return _finish((y,), create_graph, True), _finish(_whole(found, x, False, "the vhp"), create_graph, isinstance(inputs, Tensor))


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """The Hessian is symmetric: as vhp."""
    return vhp(func, inputs, v, create_graph, strict)
