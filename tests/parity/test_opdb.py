"""A sample of PyTorch's operator database through both modules: results in three dtypes, gradients in float64."""
import itertools
import warnings

import pytest
import rustorch
import torch
from both import check, find, to_rust
from torch.testing._internal.common_methods_invocations import op_db

warnings.filterwarnings("ignore")
N_SAMPLES = 12

# Ops that draw, whose results lie in other order among equals, or whose samples no name of one form takes are left out.
OPS = """
_softmax_backward_data abs acos acosh add addcdiv addcmul addmm addmv addr all allclose amax amin aminmax angle any arange argmax argmin argsort argwhere
as_strided asin asinh atan atan2 atanh atleast_1d atleast_2d atleast_3d baddbmm bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
bitwise_xor block_diag bmm broadcast_shapes broadcast_tensors broadcast_to bucketize cartesian_prod cat ceil cholesky chunk clamp clamp_max clamp_min clone
column_stack combinations complex conj conj_physical constant_pad_nd copysign cos cosh count_nonzero cummax cummin cumprod cumsum deg2rad diag diag_embed
diagflat diagonal digamma dot dsplit dstack eq equal erf erfc erfinv exp exp2 expand expand_as expm1 eye fft.fft fft.fft2 fft.fftn fft.fftshift fft.hfft
fft.hfft2 fft.hfftn fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.ihfft fft.ihfft2 fft.ihfftn fft.irfft fft.irfft2 fft.irfftn fft.rfft fft.rfft2 fft.rfftn
fill flatten flip fliplr flipud floor floor_divide fmax fmin fmod frac full full_like gather gcd ge gt heaviside hsplit hstack hypot index_add index_copy
index_fill index_put index_select inner isclose isfinite isinf isnan isneginf isposinf kron lcm ldexp le lerp lgamma linalg.cholesky linalg.cholesky_ex
linalg.det linalg.diagonal linalg.inv linalg.inv_ex linalg.lu_solve linalg.multi_dot linalg.norm linalg.slogdet linalg.solve linalg.solve_ex
linalg.solve_triangular linalg.vector_norm linspace log log10 log1p log2 log_softmax logaddexp logaddexp2 logcumsumexp logdet logical_and logical_not
logical_or logical_xor logit logspace logsumexp lt lu_solve masked_fill masked_scatter masked_select matmul maximum mean median minimum mm movedim msort mul
mv nan_to_num nanmedian nansum narrow native_batch_norm native_layer_norm ne neg nextafter nn.functional.adaptive_avg_pool1d nn.functional.adaptive_avg_pool2d
nn.functional.adaptive_avg_pool3d nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool2d nn.functional.adaptive_max_pool3d
nn.functional.avg_pool1d nn.functional.avg_pool2d nn.functional.avg_pool3d nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits
nn.functional.celu nn.functional.channel_shuffle nn.functional.conv1d nn.functional.conv2d nn.functional.conv3d nn.functional.conv_transpose1d
nn.functional.conv_transpose2d nn.functional.cosine_embedding_loss nn.functional.cosine_similarity nn.functional.cross_entropy nn.functional.elu
nn.functional.gaussian_nll_loss nn.functional.gelu nn.functional.glu nn.functional.group_norm nn.functional.hardshrink nn.functional.hardsigmoid
nn.functional.hardswish nn.functional.hardtanh nn.functional.hinge_embedding_loss nn.functional.huber_loss nn.functional.instance_norm nn.functional.kl_div
nn.functional.l1_loss nn.functional.layer_norm nn.functional.leaky_relu nn.functional.linear nn.functional.linear_cross_entropy
nn.functional.local_response_norm nn.functional.logsigmoid nn.functional.margin_ranking_loss nn.functional.max_pool1d nn.functional.max_pool2d
nn.functional.max_pool3d nn.functional.max_unpool1d nn.functional.max_unpool2d nn.functional.max_unpool3d nn.functional.mish nn.functional.mse_loss
nn.functional.multilabel_soft_margin_loss nn.functional.nll_loss nn.functional.normalize nn.functional.pairwise_distance nn.functional.pixel_shuffle
nn.functional.pixel_unshuffle nn.functional.poisson_nll_loss nn.functional.prelu nn.functional.relu nn.functional.relu6 nn.functional.rms_norm
nn.functional.selu nn.functional.silu nn.functional.smooth_l1_loss nn.functional.soft_margin_loss nn.functional.softmin nn.functional.softplus
nn.functional.softshrink nn.functional.softsign nn.functional.tanhshrink nn.functional.threshold nn.functional.triplet_margin_loss nonzero norm ones ones_like
outer permute polar positive pow prod put rad2deg ravel real reciprocal remainder repeat repeat_interleave reshape reshape_as resize_as_ resolve_conj
resolve_neg roll rot90 round rsqrt rsub scalar_tensor scatter scatter_add searchsorted select sgn sigmoid sign signbit sin sinc sinh slice softmax sort split
split_with_sizes sqrt square squeeze stack std std_mean sub sum t take take_along_dim tan tanh tensor_split tensordot tile transpose tril tril_indices triu
triu_indices true_divide trunc unbind unflatten unfold unravel_index unsqueeze var var_mean vdot view view_as view_as_complex vsplit vstack xlogy zeros
zeros_like
""".split()

DTYPES = (torch.float32, torch.float64, torch.int64)
ENTRIES = {}
for _op in op_db:
    if not _op.variant_test_name:
        ENTRIES.setdefault(_op.name, _op)


def samples(op, dtype, requires_grad):
    torch.manual_seed(0)
    return itertools.islice(op.sample_inputs("cpu", dtype, requires_grad=requires_grad), N_SAMPLES)


def leaves(values):
    for v in values.values() if isinstance(values, dict) else values:
        if isinstance(v, (torch.Tensor, rustorch.Tensor)):
            if v.requires_grad:
                yield v
        elif isinstance(v, (list, tuple, dict)):
            yield from leaves(v)


def differentiable(result):
    results = result if isinstance(result, (list, tuple)) else [result]
    return [r for r in results if isinstance(r, (torch.Tensor, rustorch.Tensor)) and r.requires_grad]


def here(name):
    """The package's function; a method, where PyTorch has that alone; or the row itself."""
    return find(rustorch, name) or find(rustorch.Tensor, name) or rustorch._C._functions.get(name)


@pytest.mark.parametrize("name", OPS)
def test_results(name):
    op, function = ENTRIES[name], here(name)
    assert function is not None
    n = 0
    for dtype in DTYPES:
        if dtype not in op.supported_dtypes("cpu"):
            continue
        for s in samples(op, dtype, False):
            args, kwargs = to_rust([s.input, *s.args]), to_rust(s.kwargs)
            check(op(s.input, *s.args, **s.kwargs), function(*args, **kwargs), f"{name}{s.args}{s.kwargs}")
            n += 1
    assert n


@pytest.mark.parametrize("name", [name for name in OPS if ENTRIES[name].supports_autograd])
def test_gradients(name):
    op, function = ENTRIES[name], here(name)
    for s in samples(op, torch.float64, True):
        given = [s.input, *s.args], s.kwargs
        rust = to_rust(given[0]), to_rust(given[1])
        wanted, made = differentiable(op(*given[0], **given[1])), differentiable(function(*rust[0], **rust[1]))
        assert len(wanted) == len(made)
        x, rust_x = [*leaves(given[0]), *leaves(given[1])], [*leaves(rust[0]), *leaves(rust[1])]
        if not x or not wanted:
            continue
        g = [torch.randn(y.shape, dtype=y.dtype) for y in wanted]
        want = torch.autograd.grad(wanted, x, g, allow_unused=True)
        got = rustorch.autograd.grad(made, rust_x, to_rust(g), allow_unused=True)
        check([torch.zeros_like(a) if d is None else d for a, d in zip(x, want)],
              [rustorch.zeros_like(a) if d is None else d for a, d in zip(rust_x, got)], f"gradients of {name}{s.args}{s.kwargs}")
