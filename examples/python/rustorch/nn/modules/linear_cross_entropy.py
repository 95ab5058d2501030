"""linear_cross_entropy by pieces of the batch: the logits of all rows never stand in memory together."""
import dataclasses

from ... import _C
from ...autograd.function import Function, once_differentiable
from ...autograd.guards import enable_grad

_rows = _C._functions


@dataclasses.dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How the pieces are cut: batch_chunk_size rows each, or as many as chunking_method finds; sums are kept in acc_dtype."""
    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: _C.dtype | None = None

    def __post_init__(self):
        if self.acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = self.chunking_method.partition(":")
            if name != "aspect_ratio" or (colon and not (factor.isdigit() and int(factor) > 0)):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in (None, _C.float16, _C.bfloat16, _C.float32, _C.float64):
            raise ValueError(f"acc_dtype must be one of {{None, torch.float16, torch.bfloat16, torch.float32, torch.float64}}, got {self.acc_dtype!r}.")

    def _half(self, dtype):
        return dtype in (_C.float16, _C.bfloat16)

    def _chunk_size(self, n, in_features, num_classes, dtype):
        method, own = self.chunking_method, self.batch_chunk_size
        if method == "auto":
            method = None if own is not None else "aspect_ratio" if self._half(dtype) else "aspect_ratio:2"
        if method is None:
            return min(own or n, n)
        rows = -(-n // -(-num_classes // in_features))      # as many as make the logits no larger than the input
        found = min((1 << (rows - 1).bit_length()) // int(method.partition(":")[2] or 1), n)
        if own is not None and own != found:
            raise ValueError(f"batch_chunk_size (={own}) and chunking_method ('{method}') give different chunk sizes ({own} vs {found}); pass only one.")
        return max(1, found)

    def _sum_dtype(self, dtype):
        return self.acc_dtype or (_C.float32 if self.acc_policy == "auto" and self._half(dtype) else dtype)


def _loss(x, weight, bias, target, class_weight, number, ignore_index):
    return _rows["cross_entropy_loss"](_rows["linear"](x, weight, bias), target, class_weight, number, ignore_index, 0.0)


class _ByPieces(Function):
    """Losses of rows x (N, F) with their gradients. number is cross_entropy_loss's reduction: each row's own (0) or their sum (2)."""

    @staticmethod
    def forward(ctx, x, weight, bias, target, class_weight, number, ignore_index, size, dtype):
        ctx.given = (target, class_weight, number, ignore_index, size, dtype)
        ctx.has_bias = bias is not None
        wide = [None if t is None else t.to(dtype) for t in (weight, bias, class_weight)]
        if number == 0:
            ctx.save_for_backward(x, weight, *([bias] if ctx.has_bias else []))
            parts = [_loss(a.to(dtype), wide[0], wide[1], t, wide[2], 0, ignore_index) for a, t in zip(x.split(size), target.split(size))]
            return _rows["cat"](parts).to(x.dtype)
        loss, gradients = _ByPieces._run(ctx, x, weight, bias, None)
        ctx.save_for_backward(*(g for g in gradients if g is not None))
        return loss

    @staticmethod
    def _run(ctx, x, weight, bias, grad):
        """The sum of the losses, or of the losses times grad, and its gradients by x, weight and bias."""
        target, class_weight, _, ignore_index, size, dtype = ctx.given
        fixed = [t.detach().to(dtype).requires_grad_(on) if t is not None else None for t, on in zip((weight, bias), ctx.needs_input_grad[1:3])]
        class_weight = None if class_weight is None else class_weight.to(dtype)
        total, of_x = 0.0, []
        for k, (a, t) in enumerate(zip(x.split(size), target.split(size))):
            a = a.detach().to(dtype).requires_grad_(ctx.needs_input_grad[0])
            with enable_grad():
                loss = _loss(a, *fixed, t, class_weight, 2 if grad is None else 0, ignore_index)
                loss = loss if grad is None else (loss * grad[k * size:(k + 1) * size].to(dtype)).sum()
            wanted = [v for v in (a, *fixed) if v is not None and v.requires_grad]
            if wanted:
                _C._backward((loss,), None, tuple(wanted), False, False)
            total = total + loss.detach()
            of_x.append(a.grad)
        found = [_rows["cat"](of_x).to(x.dtype) if ctx.needs_input_grad[0] else None]
        found += [v.grad.to(t.dtype) if v is not None and v.requires_grad else None for v, t in zip(fixed, (weight, bias))]
        return total.to(x.dtype), found

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        if ctx.given[2] == 0:
            x, weight, *bias = ctx.saved_tensors
            _, found = _ByPieces._run(ctx, x, weight, bias[0] if bias else None, grad)
        else:
            kept = iter(ctx.saved_tensors)
            found = [next(kept) * grad if on else None for on in ctx.needs_input_grad[:3]]
        return *found, *(None,) * 6


def chunked(x, weight, target, bias, class_weight, reduction, ignore_index, options):
    """x (N, F), weight (C, F), target (N) of class numbers."""
    size, dtype = options._chunk_size(x.size(0), x.size(1), weight.size(0), x.dtype), options._sum_dtype(x.dtype)
    loss = _ByPieces.apply(x, weight, bias, target, class_weight, 0 if reduction == "none" else 2, ignore_index, size, dtype)
    if reduction != "mean":
        return loss
    counted = target != ignore_index
    return loss / (counted.sum() if class_weight is None else (class_weight[target.where(counted, 0)] * counted).sum())
