"""Functions of networks under PyTorch's names and signatures. What a row says in full is the row; the rest has a few lines here."""
import math
import warnings

from .. import _C, _creation, _functions
from ..autograd.guards import no_grad

Tensor = _C.Tensor
_rows = _C._functions

conv1d, conv2d, conv3d, conv_tbc = _rows["conv1d"], _rows["conv2d"], _rows["conv3d"], _functions.conv_tbc
conv_transpose1d, conv_transpose2d, conv_transpose3d = _rows["conv_transpose1d"], _rows["conv_transpose2d"], _rows["conv_transpose3d"]
avg_pool1d, avg_pool2d, avg_pool3d = _rows["avg_pool1d"], _rows["avg_pool2d"], _rows["avg_pool3d"]
adaptive_avg_pool1d = _rows["adaptive_avg_pool1d"]
linear, pad, one_hot, prelu = _rows["linear"], _rows["pad"], _rows["one_hot"], _rows["prelu"]
gelu, hardshrink, softshrink, softplus, logsigmoid = _rows["gelu"], _rows["hardshrink"], _rows["softshrink"], _rows["softplus"], _rows["log_sigmoid"]
sigmoid, tanh = _rows["sigmoid"], _rows["tanh"]
cosine_similarity, pairwise_distance = _rows["cosine_similarity"], _rows["pairwise_distance"]
scaled_dot_product_attention = _rows["scaled_dot_product_attention"]


def _n_tuple(n):
    def of(x):
        return tuple(x) if isinstance(x, (list, tuple)) else (x,) * n
    return of


_single, _pair, _triple = _n_tuple(1), _n_tuple(2), _n_tuple(3)


# ---- activations ----

def relu(input, inplace=False):
    return input.relu_() if inplace else input.relu()


def relu6(input, inplace=False):
    return input.relu6_() if inplace else _rows["relu6"](input)


def threshold(input, threshold, value, inplace=False):
    return input.threshold_(threshold, value) if inplace else _rows["threshold"](input, threshold, value)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return input.hardtanh_(min_val, max_val) if inplace else _rows["hardtanh"](input, min_val, max_val)


def elu(input, alpha=1.0, inplace=False):
    return input.elu_(alpha) if inplace else _rows["elu"](input, alpha)


def selu(input, inplace=False):
    return input.selu_() if inplace else _rows["selu"](input)


def celu(input, alpha=1.0, inplace=False):
    return input.celu_(alpha) if inplace else _rows["celu"](input, alpha)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    return input.leaky_relu_(negative_slope) if inplace else _rows["leaky_relu"](input, negative_slope)


def silu(input, inplace=False):
    return input.silu_() if inplace else _rows["silu"](input)


def mish(input, inplace=False):
    return input.mish_() if inplace else _rows["mish"](input)


def hardsigmoid(input, inplace=False):
    return input.hardsigmoid_() if inplace else _rows["hardsigmoid"](input)


def hardswish(input, inplace=False):
    return input.hardswish_() if inplace else _rows["hardswish"](input)


def relu_(input):
    return input.relu_()


def threshold_(input, threshold, value):
    return input.threshold_(threshold, value)


def hardtanh_(input, min_val=-1.0, max_val=1.0):
    return input.hardtanh_(min_val, max_val)


def elu_(input, alpha=1.0):
    return input.elu_(alpha)


def selu_(input):
    return input.selu_()


def celu_(input, alpha=1.0):
    return input.celu_(alpha)


def leaky_relu_(input, negative_slope=0.01):
    return input.leaky_relu_(negative_slope)


def glu(input, dim=-1):
    if input.dim() == 0:
        raise RuntimeError("glu does not support scalars because halving size must be even")
    return _rows["glu"](input, dim)


def softsign(input):
    return input / (input.abs() + 1)


def tanhshrink(input):
    return input - input.tanh()


def _implicit_dim(name, x, stacklevel):
    warnings.warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.", stacklevel=stacklevel)
    return 0 if x.dim() in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _rows["softmax"](input, _implicit_dim("softmax", input, _stacklevel) if dim is None else dim, dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return _rows["softmax"](-input, _implicit_dim("softmin", input, _stacklevel) if dim is None else dim, dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _rows["log_softmax"](input, _implicit_dim("log_softmax", input, _stacklevel) if dim is None else dim, dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    noise = -_creation.empty(logits.shape, dtype=logits.dtype).exponential_().log()
    soft = _rows["softmax"]((logits + noise) / tau, dim)
    if not hard:
        return soft
    one = logits.new_zeros(logits.shape).scatter_(dim, soft.argmax(dim, True), 1.0)
    return one - soft.detach() + soft


# ---- dropout ----

def _drop(row, input, p, training, inplace):
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    made = _rows[row](input, p, training)
    return input.copy_(made) if inplace and made is not input else made


def dropout(input, p=0.5, training=True, inplace=False):
    return _drop("dropout", input, p, training, inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    return _drop("alpha_dropout", input, p, training, inplace)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    return _drop("feature_alpha_dropout", input, p, training, inplace)


def _drop_channels(input, p, training, inplace, batched):
    if batched:
        return _drop("feature_dropout", input, p, training, inplace)
    made = _drop("feature_dropout", input.unsqueeze(0), p, training, False).squeeze(0)
    return input.copy_(made) if inplace else made


def dropout1d(input, p=0.5, training=True, inplace=False):
    if input.dim() not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input. Note that dropout1d exists to provide channel-wise dropout on "
                           "inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).")
    return _drop_channels(input, p, training, inplace, input.dim() == 3)


def _warn_dims(name, input, dims):
    if input.dim() not in dims:
        warnings.warn(f"{name}: Received a {input.dim()}-D input to {name}, which is deprecated and will result in an error in a future release. To retain the "
                      "behavior and silence this warning, please use dropout instead.", stacklevel=3)


def dropout2d(input, p=0.5, training=True, inplace=False):
    _warn_dims("dropout2d", input, (3, 4))
    if input.dim() == 3:
        warnings.warn("dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape "
                      "(N, C, L), where C is the channel dim. To maintain it, please switch to using dropout1d instead.", stacklevel=2)
    return _drop_channels(input, p, training, inplace, True)


def dropout3d(input, p=0.5, training=True, inplace=False):
    _warn_dims("dropout3d", input, (4, 5))
    return _drop_channels(input, p, training, inplace, input.dim() == 5)


# ---- pools ----

def _whole_size(output_size, input):
    """output_size with the input's own sizes where it says None."""
    if isinstance(output_size, int):
        return output_size
    if len(output_size) >= input.dim():
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")
    return [s if own is None else own for own, s in zip(output_size, input.shape[-len(output_size):])]


def adaptive_avg_pool2d(input, output_size):
    return _rows["adaptive_avg_pool2d"](input, _whole_size(_pair(output_size), input))


def adaptive_avg_pool3d(input, output_size):
    return _rows["adaptive_avg_pool3d"](input, _whole_size(_triple(output_size), input))


def _adaptive_max(n, fill):
    row = _rows[f"adaptive_max_pool{n}d"]

    def with_indices(input, output_size, return_indices=False):
        return row(input, _whole_size(fill(output_size), input))

    def pool(input, output_size, return_indices=False):
        both = with_indices(input, output_size)
        return both if return_indices else both[0]
    return pool, with_indices


def _max_pool(n):
    row, row_with_indices = _rows[f"max_pool{n}d"], _rows[f"max_pool{n}d_with_indices"]

    def with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return row_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)

    def pool(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return (row_with_indices if return_indices else row)(input, kernel_size, stride, padding, dilation, ceil_mode)
    return pool, with_indices


adaptive_max_pool1d, adaptive_max_pool1d_with_indices = _adaptive_max(1, _single)
adaptive_max_pool2d, adaptive_max_pool2d_with_indices = _adaptive_max(2, _pair)
adaptive_max_pool3d, adaptive_max_pool3d_with_indices = _adaptive_max(3, _triple)
max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def _unpool_size(input, kernel, stride, padding, output_size):
    n = len(kernel)
    normal = [(size - 1) * s + k - 2 * p for size, k, s, p in zip(input.shape[-n:], kernel, stride, padding)]
    if output_size is None:
        found = normal
    else:
        found = list(output_size)
        if len(found) == n + 2:
            found = found[2:]
        if len(found) != n:
            raise ValueError(f"output_size should be a sequence containing {n} or {n + 2} elements, but it has a length of '{len(found)}'")
        for d, (size, middle, s) in enumerate(zip(found, normal, stride)):
            if not middle - s < size < middle + s:
                raise ValueError(f'invalid output_size "{output_size}" (dim {d} must be between {middle - s} and {middle + s})')
    for d, size in enumerate(found):
        if size < 0:
            raise ValueError(f"max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{d}]={size}")
    return found


def _unpool(n, input, indices, kernel_size, stride, padding, output_size):
    fill = _n_tuple(n)
    kernel = fill(kernel_size)
    stride, padding = kernel if stride is None else fill(stride), fill(padding)
    size = _unpool_size(input, kernel, stride, padding, output_size)
    if n == 1:
        return _rows["max_unpool2d"](input.unsqueeze(-1), indices.unsqueeze(-1), size + [1]).squeeze(-1)
    return _rows["max_unpool2d"](input, indices, size) if n == 2 else _rows["max_unpool3d"](input, indices, size, stride, padding)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    return _unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    return _unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    return _unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _lp_pool(n, average, largest, input, norm_type, kernel_size, stride, ceil_mode):
    if norm_type == math.inf:
        return largest(input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    if norm_type == -math.inf:
        return -largest(-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
    mean = average(input.pow(norm_type), kernel_size, stride, 0, ceil_mode)
    return (mean.sign() * mean.abs().relu()).mul(math.prod(_n_tuple(n)(kernel_size))).pow(1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(1, avg_pool1d, max_pool1d, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(2, avg_pool2d, max_pool2d, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(3, avg_pool3d, max_pool3d, input, norm_type, kernel_size, stride, ceil_mode)


# ---- channels and pixels ----

def channel_shuffle(input, groups):
    if input.dim() < 3:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    n, c, *rest = input.shape
    if c % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.")
    return input.reshape((n, groups, c // groups, *rest)).transpose(1, 2).reshape(input.shape)


native_channel_shuffle = channel_shuffle


def pixel_shuffle(input, upscale_factor):
    r = upscale_factor
    if input.dim() < 3:
        raise RuntimeError(f"pixel_shuffle expects input to have at least 3 dimensions, but got input with {input.dim()} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *batch, c, h, w = input.shape
    if c % (r * r):
        raise RuntimeError("pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
                           f"input.size(-3)={c} is not divisible by {r * r}")
    n = len(batch)
    return input.reshape((*batch, c // (r * r), r, r, h, w)).permute((*range(n), n, n + 3, n + 1, n + 4, n + 2)).reshape((*batch, c // (r * r), h * r, w * r))


def pixel_unshuffle(input, downscale_factor):
    r = downscale_factor
    if input.dim() < 3:
        raise RuntimeError(f"pixel_unshuffle expects input to have at least 3 dimensions, but got input with {input.dim()} dimension(s)")
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *batch, c, h, w = input.shape
    if h % r or w % r:
        raise RuntimeError(f"pixel_unshuffle expects height and width to be divisible by downscale_factor, but input.size(-2)={h}, input.size(-1)={w} and it is {r}")
    n = len(batch)
    return input.reshape((*batch, c, h // r, r, w // r, r)).permute((*range(n), n, n + 2, n + 4, n + 1, n + 3)).reshape((*batch, c * r * r, h // r, w // r))


def _blocks(n, c, size, kernel, dilation, stride, at):
    """Sliding blocks of a row-major (n, c, *size) as a view: sizes (n, c, *kernel, *places), strides."""
    places = [(size[d] - dilation[d] * (kernel[d] - 1) - 1) // stride[d] + 1 for d in range(2)]
    if min(places) <= 0:
        raise RuntimeError(f"{at}: expected at least one sliding block, got {places[0]} by {places[1]} for the padded spatial size {tuple(size)}, kernel_size={kernel}, "
                           f"dilation={dilation}, stride={stride}")
    h, w = size
    return (n, c, *kernel, *places), (c * h * w, h * w, dilation[0] * w, dilation[1], stride[0] * w, stride[1])


def _block_arguments(at, kernel_size, dilation, padding, stride):
    found = [_pair(x) for x in (kernel_size, dilation, padding, stride)]
    for name, x, least in zip(("kernel_size", "dilation", "padding", "stride"), found, (1, 1, 0, 1)):
        if len(x) != 2 or min(x) < least:
            raise RuntimeError(f"{at}: expected two numbers of at least {least} for {name}, got {x}")
    return found


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """Blocks of (N, C, H, W) as columns: (N, C * kernel, places); without N, too."""
    kernel, dilation, padding, stride = _block_arguments("unfold", kernel_size, dilation, padding, stride)
    if input.dim() not in (3, 4) or 0 in input.shape[-3:]:
        raise RuntimeError(f"unfold: expected a 3D or 4D input without empty dimensions but the batch, got {list(input.shape)}")
    x = input if input.dim() == 4 else input.unsqueeze(0)
    x = pad(x, (padding[1], padding[1], padding[0], padding[0])).contiguous()
    n, c, *size = x.shape
    shape, strides = _blocks(n, c, size, kernel, dilation, stride, "unfold")
    made = x.as_strided(shape, strides).reshape((n, c * math.prod(kernel), shape[4] * shape[5]))
    return made if input.dim() == 4 else made.squeeze(0)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """unfold's adjoint: columns (N, C * kernel, places) added up where their blocks lie, (N, C, *output_size); without N, too."""
    kernel, dilation, padding, stride = _block_arguments("fold", kernel_size, dilation, padding, stride)
    if input.dim() not in (2, 3) or 0 in input.shape[-2:] or input.shape[-2] % math.prod(kernel):
        raise RuntimeError(f"fold: expected a 2D or 3D input with a dimension of channels divisible by {math.prod(kernel)}, got {list(input.shape)}")
    x = input if input.dim() == 3 else input.unsqueeze(0)
    n, c = x.size(0), x.size(1) // math.prod(kernel)
    size = [o + 2 * p for o, p in zip(_pair(output_size), padding)]
    shape, strides = _blocks(n, c, size, kernel, dilation, stride, "fold")
    if x.size(2) != shape[4] * shape[5]:
        raise RuntimeError(f"fold: expected {shape[4] * shape[5]} sliding blocks ({shape[4]} by {shape[5]}) for output_size={tuple(_pair(output_size))}, got {x.size(2)}")
    made = _rows["strided_add"](x.reshape(shape), (n, c, *size), shape, strides, 0)
    made = made[:, :, padding[0]:size[0] - padding[0], padding[1]:size[1] - padding[1]]
    return made if input.dim() == 3 else made.squeeze(0)


# ---- normalisation ----

def _several_values(size):
    if size[0] * math.prod(size[2:]) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {size}")


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05):
    if training:
        _several_values(input.shape)
    if training and eps <= 0.0:
        raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    if eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    return _rows["batch_norm"](input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05):
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {input.shape}")
    return _rows["instance_norm"](input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    return _rows["layer_norm"](input, normalized_shape, weight, bias, eps, True)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    return _rows["rms_norm"](input, normalized_shape, weight, eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05):
    if input.dim() < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.dim()}")
    n, c, *rest = input.shape
    if n * c // num_groups * math.prod(rest) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {[n * c // num_groups, num_groups, *rest]}")
    return _rows["group_norm"](input, num_groups, weight, bias, eps, True)


def local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0):
    if input.dim() < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.dim()} dimensions)")
    if input.numel() == 0:
        return input
    n, c = input.shape[:2]
    squares = (input * input).reshape((n, 1, c, -1))
    means = avg_pool2d(pad(squares, (0, 0, size // 2, (size - 1) // 2)), (size, 1), 1).reshape(input.shape)
    return input / means.mul(alpha).add(k).pow(beta)


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    length = _functions.norm(input, p, dim, True).clamp_min(eps).expand_as(input)
    return _rows["div"](input, length, out=out)


# ---- embeddings ----

def _shorten(weight, indices, max_norm, norm_type):
    """Rows that the indices name and that are longer than max_norm, made that long in place."""
    with no_grad():
        indices = indices.reshape(-1)
        lines = weight[indices]
        length = lines.norm(norm_type, 1, True)
        weight[indices] = _rows["where"](length > max_norm, lines * (max_norm / (length + 1e-7)), lines)


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    n = weight.size(0)
    if padding_idx is None:
        padding_idx = -1
    elif not -n <= padding_idx < n:
        raise AssertionError("Padding_idx must be within num_embeddings")
    elif padding_idx < 0:
        padding_idx += n
    if max_norm is not None:
        _shorten(weight, input, max_norm, norm_type)
    return _rows["embedding"](weight, input, padding_idx, scale_grad_by_freq, sparse)


# ---- losses ----

_REDUCTIONS = {"none": 0, "mean": 1, "sum": 2}


def _legacy(size_average, reduce):
    """What reduction's two older arguments mean."""
    reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
    warnings.warn(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=4)
    return reduction


def _number(reduction, size_average=None, reduce=None):
    if size_average is not None or reduce is not None:
        reduction = _legacy(size_average, reduce)
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _REDUCTIONS[reduction]


def _reduced(loss, number):
    return loss if number == 0 else loss.mean() if number == 1 else loss.sum()


def _same_shape(input, target):
    """Both in their common shape; a warning where they had two."""
    if input.shape == target.shape:
        return input, target
    warnings.warn(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely lead to incorrect results due to "
                  "broadcasting. Please ensure they have the same size.", stacklevel=3)
    return _functions.broadcast_tensors(input, target)


def _weighted(loss, weight, input, number, by_weight=True):
    if weight.shape != input.shape:
        raise ValueError("Weights and input must have the same size.")
    loss = loss * weight
    return loss.sum() / weight.sum() if number == 1 and by_weight else _reduced(loss, number)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0):
    return _rows["cross_entropy_loss"](input, target, weight, _number(reduction, size_average, reduce), ignore_index, label_smoothing)


def linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean", ignore_index=None, label_smoothing=0.0, options=None):
    """Cross entropy of linear(input, linear_weight, linear_bias); linear_weight (C, *, in_features) gives logits (N, C, *). options: by pieces of the batch."""
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    *batch, features = input.shape
    *out, last = linear_weight.shape
    if features != last:
        raise RuntimeError(f"expected equal input and linear_weight last dimensions (in_features), got {features} and {last}, respectively")
    if linear_bias is not None and list(linear_bias.shape) != out:
        raise RuntimeError(f"expected linear_bias shape {tuple(out)}, got {tuple(linear_bias.shape)}")
    if len(out) > 1 and not batch:
        raise RuntimeError(f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, (N, {features}), got {tuple(input.shape)}")
    if ignore_index is not None and list(target.shape) == batch + out:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignore_index = -100 if ignore_index is None else ignore_index
    if options is not None and input.numel():
        if reduction in _REDUCTIONS and label_smoothing == 0.0 and target.dtype is _C.int64 and len(out) == 1:
            from .modules.linear_cross_entropy import chunked
            loss = chunked(input.reshape((-1, features)), linear_weight, target.reshape(-1), linear_bias, weight, reduction, ignore_index, options)
            return loss.squeeze(0) if not batch and reduction == "none" else loss
        warnings.warn("linear_cross_entropy: ``options`` ignored; the chunked path needs reduction in {'mean','sum','none'}, label_smoothing == 0, target.dtype == int64, "
                      "out_features == ().", stacklevel=2)
    logits = linear(input, linear_weight.reshape((-1, features)), None if linear_bias is None else linear_bias.reshape(-1)).reshape((*batch, *out))
    return cross_entropy(logits, target, weight, None, ignore_index, None, reduction, label_smoothing)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    return _rows["nll_loss_nd"](input, target, weight, _number(reduction, size_average, reduce), ignore_index)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    number = _number(reduction, size_average, reduce)
    x, y = _same_shape(input, target)
    return _rows["mse_loss"](x, y, number) if weight is None else _weighted((x - y).pow(2), weight, input, number)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    number = _number(reduction, size_average, reduce)
    x, y = _same_shape(input, target)
    return _rows["l1_loss"](x, y, number) if weight is None else _weighted((x - y).abs(), weight, input, number)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    number = _number(reduction, size_average, reduce)
    x, y = _same_shape(input, target)
    return _rows["l1_loss"](x, y, number) if beta == 0.0 else _rows["smooth_l1_loss"](x, y, number, beta)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    number = _number(reduction)
    x, y = _same_shape(input, target)
    return _rows["huber_loss"](x, y, number, delta) if weight is None else _weighted(_rows["huber_loss"](x, y, 0, delta), weight, input, number, False)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    number = _number(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise ValueError(f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. Please ensure they have the same size.")
    if weight is not None:
        weight = weight.expand(_functions.broadcast_shapes(target.shape, weight.shape))
    return _rows["binary_cross_entropy"](input, target, weight, number)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
    number = _number(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    return _rows["binary_cross_entropy_with_logits"](input, target, weight, pos_weight, number)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    by_batch = reduction == "batchmean" and size_average is None and reduce is None
    if reduction == "mean" and size_average is None and reduce is None:
        warnings.warn("reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides only by the batch size, and aligns with "
                      "the KL div math definition.", stacklevel=2)
    loss = _rows["kl_div"](input, target, 2 if by_batch else _number(reduction, size_average, reduce), log_target=log_target)
    return loss / input.size(0) if by_batch and input.dim() else loss


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction="mean"):
    return _rows["poisson_nll_loss"](input, target, log_input, full, eps, _number(reduction, size_average, reduce))


def gaussian_nll_loss(input, target, var, full=False, eps=1e-06, reduction="mean"):
    if isinstance(var, float):
        var = _creation.full_like(input, var)
    if bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if var.shape == input.shape[:-1]:
            var = var.unsqueeze(-1)
        elif var.dim() != input.dim() or [v for x, v in zip(input.shape, var.shape) if x != v] != [1]:
            raise ValueError("var is of incorrect size")
    if reduction not in _REDUCTIONS:
        raise ValueError(f"{reduction} is not valid")
    var = var.clone()
    with no_grad():
        var.clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    return _reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, _REDUCTIONS[reduction])


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    number = _number(reduction, size_average, reduce)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError("margin_ranking_loss : All input tensors should have same dimension but got sizes: "
                           f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} ")
    return _rows["margin_ranking_loss"](input1, input2, target, margin, number)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    return _rows["hinge_embedding_loss"](input, target, margin, _number(reduction, size_average, reduce))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return _rows["soft_margin_loss"](input, target, _number(reduction, size_average, reduce))


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    return _rows["cosine_embedding_loss"](input1, input2, target, margin, _number(reduction, size_average, reduce))


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    number = _number(reduction, size_average, reduce)
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    loss = loss if weight is None else loss * weight
    return _reduced(loss.sum(-1) / input.size(-1), number)


def _positive_margin(margin):
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, size_average=None, reduce=None, reduction="mean"):
    number = _number(reduction, size_average, reduce)
    _positive_margin(margin)
    return _rows["triplet_margin_loss"](anchor, positive, negative, margin, p, eps, swap, number)


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
    number = _number(reduction)
    _positive_margin(margin)
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError("The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
                           f"anchor {anchor.dim()}D, positive {positive.dim()}D, and negative {negative.dim()}D inputs")
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = _rows["minimum"](far, distance(positive, negative))
    return _reduced((margin + near - far).clamp_min(0), number)


# ---- attention ----

def _expect(true, text):
    if not true:
        raise AssertionError(text)


def _as_float_mask(mask, name, dtype):
    """True of a bool mask, which hides, as -inf of one that is added."""
    if mask is None or mask.is_floating_point():
        return mask
    _expect(mask.dtype is _C.bool, f"only bool and floating types of {name} are supported")
    return _creation.zeros(mask.shape, dtype=dtype).masked_fill_(mask, -math.inf)


def _check_attention_shapes(query, key, value, key_padding_mask, attn_mask, num_heads):
    n = query.dim()
    _expect(n in (2, 3), f"query should be unbatched 2D or batched 3D tensor but received {n}-D query tensor")
    word = f"batched ({n}-D)" if n == 3 else f"unbatched ({n}-D)"
    _expect(key.dim() == n and value.dim() == n,
            f"For {word} `query`, expected `key` and `value` to be {n}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively")
    if key_padding_mask is not None:
        _expect(key_padding_mask.dim() == n - 1, f"For {word} `query`, expected `key_padding_mask` to be `None` or {n - 1}-D but found {key_padding_mask.dim()}-D tensor instead")
    if attn_mask is not None:
        _expect(attn_mask.dim() in (2, 3), f"For {word} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.dim()}-D tensor instead")
        if n == 2 and attn_mask.dim() == 3:
            expected = (num_heads, query.size(0), key.size(0))
            _expect(tuple(attn_mask.shape) == expected, f"Expected `attn_mask` shape to be {expected} but got {tuple(attn_mask.shape)}")


def _project(query, key, value, weight, bias):
    """linear() of all three by one weight (3E, E), in as few products as the arguments allow."""
    if key is value and query is key:
        return linear(query, weight, bias).chunk(3, -1)
    e = query.size(-1)
    if key is value:
        w, b = weight.split([e, 2 * e]), (None, None) if bias is None else bias.split([e, 2 * e])
        return linear(query, w[0], b[0]), *linear(key, w[1], b[1]).chunk(2, -1)
    w, b = weight.chunk(3), (None,) * 3 if bias is None else bias.chunk(3)
    return linear(query, w[0], b[0]), linear(key, w[1], b[1]), linear(value, w[2], b[2])


def _heads(x, batch_heads, head_dim):
    return x.reshape((x.size(0), batch_heads, head_dim)).transpose(0, 1)


def _static(x, name, batch_heads, head_dim):
    _expect(x.size(0) == batch_heads, f"expecting {name}.size(0) of {batch_heads}, but got {x.size(0)}")
    _expect(x.size(2) == head_dim, f"expecting {name}.size(2) of {head_dim}, but got {x.size(2)}")
    return x


def _widen(mask):
    """Room for one key more, which is seen."""
    return None if mask is None else pad(mask, (0, 1))


def _check_mask_shape(mask, tgt_len, src_len, batch_heads):
    expected = (tgt_len, src_len) if mask.dim() == 2 else (batch_heads, tgt_len, src_len)
    if tuple(mask.shape) != expected:
        raise RuntimeError(f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {expected}.")
    return mask.unsqueeze(0) if mask.dim() == 2 else mask


def multi_head_attention_forward(query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn, dropout_p,
                                 out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None,
                                 use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None, static_v=None,
                                 average_attn_weights=True, is_causal=False):
    """query (L, N, E), key and value (S, N, E), or all without N -> (L, N, E) and the weights (N, L, S), or (N, heads, L, S) where they are not averaged, or None."""
    _check_attention_shapes(query, key, value, key_padding_mask, attn_mask, num_heads)
    batched = query.dim() == 3
    if not batched:
        same_key, same_value = key is query, value is key
        query = query.unsqueeze(1)
        key = query if same_key else key.unsqueeze(1)
        value = key if same_value else value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    (tgt_len, n, embed_dim), src_len = query.shape, key.size(0)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint. You may use the Transformer module method `generate_square_subsequent_mask` to create this mask.")
    key_padding_mask = _as_float_mask(key_padding_mask, "key_padding_mask", query.dtype)
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    else:
        attn_mask = _as_float_mask(attn_mask, "attn_mask", query.dtype)
        is_causal = is_causal and key_padding_mask is None
    _expect(embed_dim == embed_dim_to_check, f"was expecting embedding dimension of {embed_dim_to_check}, but got {embed_dim}")
    head_dim, batch_heads = embed_dim // num_heads, n * num_heads
    _expect(head_dim * num_heads == embed_dim, f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    if use_separate_proj_weight:
        _expect(key.shape[:2] == value.shape[:2], f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}")
        for name, w in (("q", q_proj_weight), ("k", k_proj_weight), ("v", v_proj_weight)):
            _expect(w is not None, f"use_separate_proj_weight is True but {name}_proj_weight is None")
        b = (None,) * 3 if in_proj_bias is None else in_proj_bias.chunk(3)
        q, k, v = linear(query, q_proj_weight, b[0]), linear(key, k_proj_weight, b[1]), linear(value, v_proj_weight, b[2])
    else:
        _expect(key.shape == value.shape, f"key shape {key.shape} does not match value shape {value.shape}")
        _expect(in_proj_weight is not None, "use_separate_proj_weight is False but in_proj_weight is None")
        q, k, v = _project(query, key, value, in_proj_weight, in_proj_bias)
    if attn_mask is not None:
        attn_mask = _check_mask_shape(attn_mask, tgt_len, src_len, batch_heads)
    _expect((bias_k is None) == (bias_v is None), "bias_k and bias_v go together: one is set but the other is None")
    if bias_k is not None:
        _expect(static_k is None, "bias cannot be added to static key.")
        _expect(static_v is None, "bias cannot be added to static value.")
        k, v = _rows["cat"]([k, bias_k.repeat(1, n, 1)]), _rows["cat"]([v, bias_v.repeat(1, n, 1)])
        attn_mask, key_padding_mask = _widen(attn_mask), _widen(key_padding_mask)
    q = _heads(q, batch_heads, head_dim)
    k = _heads(k, batch_heads, head_dim) if static_k is None else _static(static_k, "static_k", batch_heads, head_dim)
    v = _heads(v, batch_heads, head_dim) if static_v is None else _static(static_v, "static_v", batch_heads, head_dim)
    if add_zero_attn:
        nothing = k.new_zeros((batch_heads, 1, head_dim))
        k, v = _rows["cat"]([k, nothing], 1), _rows["cat"]([v, nothing], 1)
        attn_mask, key_padding_mask = _widen(attn_mask), _widen(key_padding_mask)
    src_len = k.size(1)
    if key_padding_mask is not None:
        _expect(tuple(key_padding_mask.shape) == (n, src_len), f"expecting key_padding_mask shape of {(n, src_len)}, but got {tuple(key_padding_mask.shape)}")
        hidden = key_padding_mask.reshape((n, 1, 1, src_len)).expand((-1, num_heads, -1, -1)).reshape((batch_heads, 1, src_len))
        attn_mask = hidden if attn_mask is None else attn_mask + hidden
    p = dropout_p if training else 0.0
    if need_weights:
        q = q * math.sqrt(1.0 / head_dim)
        scores = _rows["bmm"](q, k.transpose(-2, -1)) if attn_mask is None else _rows["baddbmm"](attn_mask, q, k.transpose(-2, -1))
        weights = dropout(_rows["softmax"](scores, -1), p) if p > 0.0 else _rows["softmax"](scores, -1)
        mixed = _rows["bmm"](weights, v).transpose(0, 1).reshape((tgt_len, n, embed_dim))
        weights = weights.reshape((n, num_heads, tgt_len, src_len))
        weights = weights.mean(1) if average_attn_weights else weights
        weights = weights if batched else weights.squeeze(0)
    else:
        if attn_mask is not None:
            attn_mask = attn_mask.unsqueeze(0) if attn_mask.size(0) == 1 else attn_mask.reshape((n, num_heads, -1, src_len))
        split = [x.reshape((n, num_heads, -1, head_dim)) for x in (q, k, v)]
        mixed = scaled_dot_product_attention(*split, attn_mask, p, is_causal).permute((2, 0, 1, 3)).reshape((tgt_len, n, embed_dim))
        weights = None
    made = linear(mixed, out_proj_weight, out_proj_bias)
    return made if batched else made.squeeze(1), weights
