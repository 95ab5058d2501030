"""Batch normalisation, and what instance normalisation shares with it."""
from ... import _C
from ..._creation import empty, ones, tensor, zeros
from .. import functional as F, init
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter
from .lazy import LazyModuleMixin
from .module import Module


def _check_dims(input, dims):
    if input.dim() not in dims:
        raise ValueError(f"expected {' or '.join(f'{d}D' for d in dims)} input (got {input.dim()}D input)")


class _NormBase(Module):
    _version = 2
    _dims = ()      # what inputs may have

    def __init__(self, num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        super().__init__()
        own = {"device": device, "dtype": dtype}
        self.num_features, self.eps, self.momentum, self.affine, self.track_running_stats = num_features, eps, momentum, affine, track_running_stats
        self.register_parameter("weight", Parameter(empty(num_features, **own)) if affine else None)
        self.register_parameter("bias", Parameter(empty(num_features, **own)) if affine and bias else None)
        self.register_buffer("running_mean", zeros(num_features, **own) if track_running_stats else None)
        self.register_buffer("running_var", ones(num_features, **own) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", tensor(0, dtype=_C.int64, device=device) if track_running_stats else None)
        self.reset_parameters()

    def reset_running_stats(self):
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input):
        _check_dims(input, self._dims)

    def extra_repr(self):
        return (f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, bias={self.bias is not None}, "
                f"track_running_stats={self.track_running_stats}")

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
        if local_metadata.get("version", 0) < 2 and self.track_running_stats:
            state_dict.setdefault(prefix + "num_batches_tracked", tensor(0, dtype=_C.int64) if self.num_batches_tracked is None else self.num_batches_tracked)
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class _BatchNorm(_NormBase):
    def forward(self, input):
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                factor = 1.0 / float(self.num_batches_tracked)
        of_batch = self.training or (self.running_mean is None and self.running_var is None)
        kept = not self.training or self.track_running_stats
        return F.batch_norm(input, self.running_mean if kept else None, self.running_var if kept else None, self.weight, self.bias, of_batch, factor, self.eps)


class BatchNorm1d(_BatchNorm):
    _dims = (2, 3)


class BatchNorm2d(_BatchNorm):
    _dims = (4,)


class BatchNorm3d(_BatchNorm):
    _dims = (5,)


class _LazyNormBase(LazyModuleMixin, _NormBase):
    """Takes num_features from the first input."""

    def __init__(self, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True):
        own = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **own, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = UninitializedParameter(**own)
            if bias:
                self.bias = UninitializedParameter(**own)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**own)
            self.running_var = UninitializedBuffer(**own)
            self.num_batches_tracked = tensor(0, dtype=_C.int64, device=device)

    def reset_parameters(self):
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input):
        if not self.has_uninitialized_params():
            return
        self.num_features = input.shape[1]
        members = (self.weight, self.bias) if self.affine else ()
        for x in (*members, *((self.running_mean, self.running_var) if self.track_running_stats else ())):
            if x is not None:
                x.materialize((self.num_features,))
        self.reset_parameters()


class LazyBatchNorm1d(_LazyNormBase, _BatchNorm):
    cls_to_become, _dims = BatchNorm1d, BatchNorm1d._dims


class LazyBatchNorm2d(_LazyNormBase, _BatchNorm):
    cls_to_become, _dims = BatchNorm2d, BatchNorm2d._dims


class LazyBatchNorm3d(_LazyNormBase, _BatchNorm):
    cls_to_become, _dims = BatchNorm3d, BatchNorm3d._dims
