"""Functions that no row says in full: lists of results, defaults by Python's own rules, older names."""
import builtins

from . import _C
from ._types import contiguous_format, preserve_format

Tensor = _C.Tensor
rows = {}      # every function made from rows, by its schema's name; filled in by the package

# torch's other names of one function
ALIASES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan", "arctanh": "atanh", "arctan2": "atan2",
    "clip": "clamp", "concat": "cat", "concatenate": "cat", "divide": "div", "true_divide": "div", "fix": "trunc", "greater": "gt", "greater_equal": "ge",
    "less": "lt", "less_equal": "le", "multiply": "mul", "negative": "neg", "not_equal": "ne", "row_stack": "vstack", "subtract": "sub", "orgqr": "linalg_householder_product",
    "conj_physical": "conj_physical", "mvlgamma": "special_multigammaln", "logaddexp": "logaddexp",
}
SPECIAL = {
    "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "exp2": "exp2", "expit": "sigmoid", "expm1": "expm1", "gammaln": "lgamma", "psi": "digamma", "digamma": "digamma",
    "log1p": "log1p", "logit": "logit", "logsumexp": "logsumexp", "polygamma": "polygamma", "round": "round", "sinc": "sinc", "xlogy": "xlogy",
}
LINALG = {"inv": "linalg_inv", "multi_dot": "linalg_multi_dot", "diagonal": "diagonal", "vecdot": "linalg_vecdot", "cross": "linalg_cross"}

# Rows that are the library's own, and no names of PyTorch's.
PRIVATE = {
    "relu_backward", "gelu_backward", "gelu_tanh_backward", "strided_add", "linear_recurrence", "solve_matrix", "convolution_sized", "convolution_weight_gradient",
    "max_pool_scatter", "max_pool1d_with_indices", "avg_pool_gradient", "adaptive_avg_pool_gradient", "cross_entropy_of_classes", "cross_entropy_of_classes_backward",
    "squared_difference", "smooth_difference", "smooth_difference_slope", "binary_cross_entropy_each", "logits_loss", "nll_loss_nd_backward", "normal_functional",
    "numpy_T", "mT", "mH",
}

# Rows whose names PyTorch has as methods alone, or in nn.functional alone.
NOT_ABOVE = set("""
    to view expand unfold repeat view_as reshape_as expand_as index uniform random exponential geometric cauchy log_normal copy slice log_sigmoid
    leaky_relu elu gelu silu mish softplus hardtanh relu6 hardsigmoid hardswish softshrink glu pad linear one_hot max_unpool2d max_unpool3d avg_pool2d avg_pool3d
    max_pool2d_with_indices max_pool3d_with_indices reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d
    adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d nll_loss_nd cross_entropy_loss mse_loss l1_loss smooth_l1_loss huber_loss
    binary_cross_entropy soft_margin_loss scaled_dot_product_attention
""".split())


def _dim(x, dim):
    n = max(x.dim(), 1)
    if not -n <= dim < n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
    return dim % n


# ---- parts ----

def split(tensor, split_size_or_sections, dim=0):
    if isinstance(split_size_or_sections, int):
        return _C._split(tensor, split_size_or_sections, dim)
    return _C._split_sizes(tensor, list(split_size_or_sections), dim)


def split_with_sizes(input, split_sizes, dim=0):
    return _C._split_sizes(input, list(split_sizes), dim)


def chunk(input, chunks, dim=0):
    return _C._chunk(input, chunks, dim)


def unbind(input, dim=0):
    return _C._unbind(input, 0, dim)


def tensor_split(input, indices_or_sections=None, dim=0, *, indices=None, sections=None):
    at = next(a for a in (indices_or_sections, indices, sections) if a is not None)
    if isinstance(at, Tensor):
        at = at.tolist()
    if isinstance(at, int):
        return _C._sections(input, at, dim)
    return _C._split_at(input, list(at), dim)


def _split_along(name, dim_of):
    def f(input, indices_or_sections=None, *, indices=None, sections=None):
        at = next(a for a in (indices_or_sections, indices, sections) if a is not None)
        dim = dim_of(input)
        if isinstance(at, int) and (at <= 0 or input.size(dim) % at):
            raise RuntimeError(f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension {input.size(dim)} is not divisible by the split_size {at}!")
        return tensor_split(input, at, dim)
    f.__name__ = f.__qualname__ = name
    return f


def _needs(n, name, d):
    def dim_of(x):
        if x.dim() < n:
            raise RuntimeError(f"torch.{name} requires a tensor with at least {n} dimension, but got a tensor with {x.dim()} dimensions!")
        return 0 if name == "hsplit" and x.dim() == 1 else d
    return dim_of


hsplit = _split_along("hsplit", _needs(1, "hsplit", 1))
vsplit = _split_along("vsplit", _needs(2, "vsplit", 0))
dsplit = _split_along("dsplit", _needs(3, "dsplit", 2))


def meshgrid(*tensors, indexing="ij"):
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    return _C._meshgrid(tuple(tensors), indexing)


def broadcast_tensors(*tensors):
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    return _C._broadcast_tensors(tuple(tensors))


def broadcast_shapes(*shapes):
    from ._types import Size
    shapes = [(s,) if isinstance(s, int) else tuple(s) for s in shapes]
    n = max((len(s) for s in shapes), default=0)
    result = [1] * n
    for s in shapes:
        for i, size in enumerate(s, n - len(s)):
            if size < 0:
                raise RuntimeError(f"Trying to create tensor with negative dimension ({size}): ({size})")
            if size != 1 and result[i] not in (1, size):
                raise RuntimeError("Shape mismatch: objects cannot be broadcast to a single shape")
            result[i] = size if size != 1 else result[i]
    return Size(result)


def _stacked(name):
    def f(*tensors):
        tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
        if isinstance(tensors, Tensor):
            return rows[name](tensors)
        return rows[name](tensors[0]) if len(tensors) == 1 and isinstance(tensors, tuple) and isinstance(tensors[0], Tensor) else tuple(rows[name](t) for t in tensors)
    f.__name__ = name
    return f


atleast_1d, atleast_2d, atleast_3d = _stacked("atleast_1d"), _stacked("atleast_2d"), _stacked("atleast_3d")


def einsum(equation, *operands):
    operands = operands[0] if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands
    if not isinstance(equation, str):      # einsum(x, [0, 1], y, [1, 2], [0, 2])
        given, letters = (equation, *operands), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        text = lambda l: "".join("..." if i is Ellipsis else letters[i] for i in l)
        n = len(given) // 2
        equation = ",".join(text(l) for l in given[1:2 * n:2]) + ("->" + text(given[-1]) if len(given) % 2 else "")
        operands = given[:2 * n:2]
    return rows["einsum"](equation, tuple(operands))


def tensordot(a, b, dims=2, out=None):
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > builtins.min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims = list(builtins.range(-dims, 0)), list(builtins.range(dims))
    elif isinstance(dims[0], int):
        dims = [dims[0]], [dims[1]]
    made = rows["tensordot"](a, b, list(dims[0]), list(dims[1]))
    return made if out is None else out.copy_(made)


def block_diag(*tensors):
    from ._creation import zeros
    blocks = [t if t.dim() == 2 else t.reshape(1, -1) for t in tensors] or [zeros(1, 0)]
    dtype = blocks[0].dtype
    for b in blocks[1:]:
        dtype = _C.promote_types(dtype, b.dtype)
    n = builtins.sum(b.size(1) for b in blocks)
    lines, before = [], 0
    for b in blocks:
        lines.append(rows["constant_pad_nd"](b.to(dtype), (before, n - before - b.size(1))))
        before += b.size(1)
    return rows["cat"](lines)


def cartesian_prod(*tensors):
    if len(tensors) == 1:
        return tensors[0]
    return rows["stack"]([g.reshape(-1) for g in meshgrid(*tensors)], 1)


def combinations(input, r=2, with_replacement=False):
    import itertools
    pick = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = list(pick(builtins.range(input.numel()), r))
    from ._creation import tensor
    return input[tensor(places, dtype=_C.int64).reshape(len(places), r)] if r else input.new_empty(0)


def unravel_index(indices, shape):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    found, indices = [], indices.to(_C.int64)
    for size in reversed(shape):
        found.append(indices % size)
        indices = indices.div(size, rounding_mode="floor")
    return tuple(reversed(found))


# ---- reading ----

def numel(input):
    return input.numel()


def is_tensor(obj):
    return isinstance(obj, Tensor)


def is_floating_point(input):
    return input.is_floating_point()


def is_complex(input):
    return input.is_complex()


def is_nonzero(input):
    if input.numel() != 1:
        raise RuntimeError(f"Boolean value of Tensor with {'no values' if input.numel() == 0 else 'more than one value'} is ambiguous")
    return bool(input)


def is_same_size(input, other):
    return input.shape == other.shape


def equal(input, other):
    if input.shape != other.shape:
        return False
    return bool((input == other).all())


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    return bool(rows["isclose"](input, other, rtol, atol, equal_nan).all())


def result_type(tensor1, tensor2):
    zero = lambda x: x.new_zeros((0,) * builtins.min(x.dim(), 1)) if isinstance(x, Tensor) else x
    a, b = zero(tensor1), zero(tensor2)
    if not isinstance(a, Tensor) and not isinstance(b, Tensor):
        from ._creation import tensor
        a = tensor(a)
    if not isinstance(a, Tensor):
        a, b = b, a
    both_bool = a.dtype is _C.bool and (b.dtype is _C.bool if isinstance(b, Tensor) else isinstance(b, bool))
    return _C.bool if both_bool else (a * b).dtype


def can_cast(from_, to):
    rank = lambda d: 3 if d.is_complex else 2 if d.is_floating_point else 0 if d.name == "bool" else 1
    if rank(to) < rank(from_):
        return False
    return not (rank(from_) == 1 and rank(to) == 1 and from_.is_signed and not to.is_signed)


# ---- the same with defaults that a schema cannot say ----

def clone(input, *, memory_format=preserve_format):
    return rows["clone"](input)


def nonzero(input, *, out=None, as_tuple=False):
    if as_tuple:
        return unbind(rows["nonzero"](input if input.dim() else input.reshape(1)), 1)
    return rows["nonzero"](input, out=out)


def where(condition, input=None, other=None, *, out=None, **named):
    input = named.pop("self", input)
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if condition.dtype not in (_C.bool, _C.uint8):
        raise RuntimeError(f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype}")
    return rows["where"](condition, input, other, out=out)


def argwhere(input):
    return rows["argwhere"](input)


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    if p == "nuc":
        raise NotImplementedError("norm(): the nuclear norm wants singular values, which are not here yet")
    p = 2 if p in ("fro", None) else p
    dim = None if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    if isinstance(p, str):
        raise RuntimeError(f"norm(): expected a number, 'fro' or 'nuc' for p, got '{p}'")
    return rows["linalg_vector_norm"](input, p, dim, keepdim, dtype=dtype, out=out)


def var_mean(input, *args, **named):
    return tuple(rows["var_mean"](input, *args, **named))


def softmax(input, dim=None, dtype=None, *, out=None):
    return rows["softmax"](input, dim, dtype, out=out)


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None, out=None):
    number = not isinstance(input, Tensor)
    if number:
        input = sorted_sequence.new_tensor(input) if isinstance(input, int) or sorted_sequence.is_floating_point() else _tensor(input)
    found = rows["searchsorted"](sorted_sequence, input, out_int32=out_int32, right=right, side=side, sorter=sorter)
    return found if out is None else out.copy_(found)


def bucketize(input, boundaries, *, out_int32=False, right=False, out=None):
    input = input if isinstance(input, Tensor) else _tensor(input)
    found = rows["bucketize"](input, boundaries, out_int32=out_int32, right=right)
    return found if out is None else out.copy_(found)


def _tensor(x):
    from ._creation import tensor
    return tensor(x)


def normal(mean, std=1.0, size=None, *, generator=None, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    from ._creation import empty
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        return rows["normal"](mean, std, generator=generator, out=out)
    made = empty(tuple(size), dtype=dtype) if out is None else out
    made.normal_(mean, std, generator=generator)
    return made.requires_grad_() if requires_grad else made


def bernoulli(input, p=None, *, generator=None, out=None):
    given = (input,) if p is None else (input, p)
    return rows["bernoulli"](*given, generator=generator, out=out)


def conj(input):
    return rows["conj_physical"](input) if input.is_complex() else input


def resolve_conj(input):
    return input


resolve_neg = resolve_conj


def is_conj(input):
    return False


is_neg = is_conj


def squeeze(input, dim=None):
    return rows["squeeze"](input) if dim is None else rows["squeeze"](input, dim)


def manual_seed(seed):
    _C._manual_seed(builtins.int(seed))
    return _C.default_generator


def seed():
    return _C.default_generator.seed()


def initial_seed():
    return _C.default_generator.initial_seed()


def get_rng_state():
    return _C.default_generator.get_state()


def set_rng_state(new_state):
    _C.default_generator.set_state(new_state)


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    inf = lambda n: 2 ** 62 if n == float("inf") else n
    _C._set_printoptions(precision, inf(threshold), edgeitems, inf(linewidth), profile, sci_mode)


def _inplace(name):
    def f(input, *args, **named):
        return getattr(input, name)(*args, **named)
    f.__name__ = f.__qualname__ = name
    return f


def zero_(input):
    return input.zero_()


def resize_as_(input, the_template, *, memory_format=None):
    return input.resize_as_(the_template)


def conv_tbc(input, weight, bias, pad=0):
    return rows["conv1d"](input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, 1, pad).permute(2, 0, 1)

