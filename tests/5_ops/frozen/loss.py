"""Losses."""
from freeze import *

F = torch.nn.functional
KINDS = ["none", "mean", "sum"]


def cases():
    total = lambda x, *_: finite_max(x.reshape(-1).abs().sum()) if x.numel() else 0
    pool("i64.to4", lambda r: [r.randint(0, 3) for _ in range(40)])
    for d in FLOATS + HALVES:
        pool(f"{d}.weight", [0.5, 1.25, 2.0, 0.75, 1.0, 0.25, 3.0])
        pool(f"{d}.open", lambda r: [r.uniform(0.05, 0.95) for _ in range(40)])
    classes(total)
    numbers(total)
    pairs(total)


def classes(total):
    for name in ("nll_loss_nd", "cross_entropy_loss"):
        for d in FLOATS + HALVES:
            x = lambda *shape: T(f"{d}.mild", 1, *shape)
            w = T(f"{d}.weight", 0, [7])
            t = lambda *shape: T("i64.to7", 0, *shape)
            some = T("i64.ignored", 0, [6])
            for reduction in (0, 1, 2):
                how = dict(magnitude=total)
                case(name, x([6, 7]), some, w, reduction, -100, **how)
                case(name, x([6, 7], [1, 6]), t([6], [2]), None, reduction, 3, **how)
                if d in HALVES or (d == "f64" and reduction != 1):
                    continue
                case(name, x([7], [2]), t([]), w, reduction, -100, **how)
                case(name, x([0, 7]), t([0]), None, reduction, -100, **how)
                case(name, x([1, 7]), T("i64.ignored", 1, [1]), w, reduction, -100, **how)
                case(name, x([2, 7, 3]), t([2, 3]), w, reduction, 2, **how)
                case(name, x([2, 7, 2, 2], [28, 1, 14, 7]), t([2, 2, 2]), None, reduction, -100, **how)
                case(name, x([1, 1]), T("i64.zero", 0, [1]), None, reduction, -100, **how)
                case(name, x([6, 3]), t([6]), None, reduction, -100, **how)       # a class too many
                case(name, x([6, 7]), t([5]), None, reduction, -100, **how)
        case(name, T("i64.mild", 0, [2, 3]), T("i64.to3", 0, [2]), None, 1, -100)
        case(name, T("c64.mild", 0, [2, 3]), T("i64.to3", 0, [2]), None, 1, -100)
        case(name, T("f32.mild", 0, [2, 3]), T("i64.to3", 0, [2]), T("f32.weight", 0, [2]), 1, -100)
        case(name, T("f32.mild", 0, [2, 3]), T("u8.mild", 0, [2]), None, 1, -100)
        case(name, T("f32.mild", 0, [2, 3]), T("f32.mild", 0, [2]), None, 1, -100)
    for d in ["f32"]:
        name, how = "cross_entropy_loss", dict(magnitude=total)
        x = lambda *shape: T(f"{d}.mild", 1, *shape)
        w = T(f"{d}.weight", 0, [7])
        for reduction in (0, 1, 2):
            for weight in (None, w):
                case(name, x([4, 7]), T("i64.ignored", 0, [4]), weight, reduction, -100, 0.1, **how)
                case(name, x([4, 7]), T(f"{d}.open", 0, [4, 7]), weight, reduction, -100, 0.0, **how)
                case(name, x([2, 7, 2]), T(f"{d}.open", 0, [2, 7, 2], [1, 4, 2]), weight, reduction, -100, 0.3, **how)
            case(name, x([2, 7, 2]), T("i64.to7", 0, [2, 2]), w, reduction, 1, 0.25, **how)
            case(name, x([7]), T("i64.to7", 0, []), w, reduction, -100, 0.5, **how)
            case(name, x([7]), T(f"{d}.open", 0, [7]), w, reduction, -100, 0.0, **how)
            case(name, x([0, 7]), T(f"{d}.open", 0, [0, 7]), None, reduction, -100, 0.0, **how)
        case(name, T(f"{d}.positive", 0, [6, 9]), T("i64.to7", 0, [6]), None, 0, -100, 0.0, magnitude=lambda x, *_: finite_max(x) / 10)
        case(name, T(f"{d}.sparse", 0, [9, 8]), T("i64.to7", 0, [9]), None, 0, -100, 0.0, **how)
        case(name, x([9, 40]), T("i64.to7", 0, [9]), None, 0, -100, 0.0, **how)
    case(name, T("f32.mild", 0, [2, 3]), T("i64.to3", 0, [2]), None, 1, -100, 1.5)
    case(name, T("f32.mild", 0, [2, 3]), T("i64.to3", 0, [2, 3]), None, 1, -100, 0.0)
    case(name, T("f32.mild", 0, [2, 3]), T("f32.open", 0, [2, 3]), None, 1, 1, 0.0)


def each(name, *more, total, pool=mild_of, target=None, dtypes=FLOATS + HALVES):
    """A loss of two tensors over reductions, dtypes and shapes."""
    target = target or pool
    for d in dtypes:
        for reduction in (0, 1, 2):
            args = [T(pool(d), 1, [3, 4]), T(target(d), 15, [3, 4])]
            case(name, *args, *[reduction if m is RED else m for m in more], magnitude=total)
            if d != "f32":
                continue
            for x, y in (([3, 4], [1, 3]), ([3, 4], None)), (([], None), ([], None)), (([0, 3], None), ([0, 3], None)), (([3], [2]), ([2, 1], None)):
                case(name, T(pool(d), 1, *x), T(target(d), 5, *(y if y[0] != [3, 4] or y[1] is None else y)) if y[0] != [1, 3] else T(target(d), 5, [3, 4], [1, 3]),
                     *[reduction if m is RED else m for m in more], magnitude=total)


RED = object()


def numbers(total):
    for name, more in (("mse_loss", [RED]), ("l1_loss", [RED]), ("smooth_l1_loss", [RED, 0.7]), ("huber_loss", [RED, 1.3])):
        each(name, *more, total=total)
        for d in EIGHTHS + COMPLEX + WHOLE + ["bool"]:
            case(name, T(f"{d}.mild", 1, [3, 4]), T(f"{d}.mild", 15, [3, 4]), *[0 if m is RED else m for m in more], magnitude=lambda *_: 9)
        case(name, T("f32.mild", 1, [4]), T("f64.mild", 1, [4]), *[0 if m is RED else m for m in more], magnitude=lambda *_: 9)
        case(name, T("f32.any", 1, [40]), T("f32.any", 30, [40]), *[0 if m is RED else m for m in more])
        case(name, T("f32.mild", 1, [3]), T("f32.mild", 1, [4]), *[0 if m is RED else m for m in more])
    case("smooth_l1_loss", T("f32.mild", 1, [8]), T("f32.mild", 20, [8]), 0, 0.0)
    case("smooth_l1_loss", T("f32.mild", 1, [8]), T("f32.mild", 20, [8]), 0, -1.0)
    case("huber_loss", T("f32.mild", 1, [8]), T("f32.mild", 20, [8]), 0, 0.0)
    open_of = lambda d: f"{d}.open"
    large = lambda *_: 5
    for d in FLOATS + HALVES:
        for reduction in (0, 1, 2):
            x, t = T(f"{d}.open", 0, [3, 4]), T(f"{d}.open", 20, [3, 4])
            case("binary_cross_entropy", x, t, None, reduction, magnitude=large)
            if d in FLOATS:      # in halves PyTorch rounds at every step
                case("binary_cross_entropy", x, t, T(f"{d}.weight", 1, [4]), reduction, magnitude=large)
            m = T(f"{d}.mild", 1, [3, 4])
            if d in FLOATS or reduction:
                case("binary_cross_entropy_with_logits", m, t, None, None, reduction, magnitude=large)
            case("binary_cross_entropy_with_logits", m, t, T(f"{d}.weight", 1, [4]), T(f"{d}.weight", 2, [3, 1]), reduction, magnitude=lambda *_: 12)
            for log_target in (False, True):
                case("kl_div", m, t, reduction, log_target, magnitude=large)
    pool("f32.ends", [0.0, 1.0, 0.5, 1e-30, 1 - 2.0**-24, 0.0, 1.0, 0.25])
    case("binary_cross_entropy", T("f32.ends", 0, [8]), T("f32.open", 0, [8]), None, 0)
    case("binary_cross_entropy", T("f32.ends", 0, [2, 4], [1, 2]), T("f32.ends", 0, [2, 4]), None, 0)
    case("binary_cross_entropy", T("f32.mild", 0, [4]), T("f32.open", 0, [4]), None, 0)
    case("binary_cross_entropy", T("f32.open", 0, [4]), T("f64.open", 0, [4]), None, 0)
    case("binary_cross_entropy", T("i64.mild", 0, [4]), T("i64.mild", 0, [4]), None, 0)
    case("binary_cross_entropy", T("f32.open", 0, [0]), T("f32.open", 0, [0]), None, 1)
    case("binary_cross_entropy", T("f32.open", 0, []), T("f32.open", 1, []), None, 1)
    pool("f32.far", [0.0, -0.0, INF, NAN, 3e38, -3e38, 88.5, -103.5, 17.0, -17.0, 1e-40, -1e-6, 5e3, -5e3])
    case("binary_cross_entropy_with_logits", T("f32.far", 0, [14]), T("f32.open", 0, [14]), None, None, 0, magnitude=lambda *_: 5)
    case("binary_cross_entropy_with_logits", T("f32.mild", 0, [3, 4], [1, 3]), T("f32.open", 0, [4]), None, None, 0, magnitude=large)
    case("binary_cross_entropy_with_logits", T("i64.mild", 0, [4]), T("i64.mild", 0, [4]), None, None, 0)
    case("kl_div", T("f32.mild", 0, [8]), T("f32.ends", 0, [8]), 0, False)
    case("kl_div", T("f32.mild", 0, [3, 4]), T("f32.open", 0, [4]), 1, False, magnitude=large)
    for reduction in (0, 1, 2):
        for log_input in (True, False):
            for full in (True, False):
                case("poisson_nll_loss", T("f64.open", 0, [3, 4]), T("i64.mild", 0, [3, 4]) if not full else T("f64.mild", 0, [3, 4]), log_input, full, 1e-8,
                     reduction, magnitude=lambda *_: 9)
    ask("gaussian_nll_loss", lambda x, t, v, k, full, eps: F.gaussian_nll_loss(x, t, v, full=full, eps=eps, reduction=KINDS[k]), row=False)
    ask("multilabel_soft_margin_loss", lambda x, t, w, k: F.multilabel_soft_margin_loss(x, t, w, reduction=KINDS[k]), row=False)
    ask("kl_div_batch", lambda x, t: F.kl_div(x, t, reduction="batchmean"), row=False)
    case("kl_div_batch", T("f32.mild", 0, [3, 4]), T("f32.open", 0, [3, 4]), magnitude=large)
    for reduction in (0, 1, 2):
        for v in ([3, 4], [3, 1], [3], [1, 4]):
            case("gaussian_nll_loss", T("f32.mild", 0, [3, 4]), T("f32.mild", 20, [3, 4]), T("f32.open", 0, v), reduction, reduction == 1, 0.3, magnitude=lambda *_: 50)
        case("multilabel_soft_margin_loss", T("f32.mild", 0, [3, 4]), T("f32.open", 0, [3, 4]), T("f32.weight", 0, [4]), reduction, magnitude=large)
    case("gaussian_nll_loss", T("f32.mild", 0, [3, 4]), T("f32.mild", 20, [3, 4]), T("f32.mild", 0, [3, 4]), 0, False, 0.3)
    case("gaussian_nll_loss", T("f32.mild", 0, [3, 4]), T("f32.mild", 20, [3, 4]), T("f32.open", 0, [2, 4]), 0, False, 0.3)


def pairs(total):
    pool("f32.sign", [1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 0.5])
    pool("i64.sign", [1, -1, -1, 1, 1, -1, 1, -1, 1, 1, -1, -1])
    a, b = T("f32.mild", 1, [3, 4]), T("f32.mild", 20, [3, 4])
    how = dict(magnitude=lambda *_: 9)
    for k in (0, 1, 2):
        case("margin_ranking_loss", a, b, T("i64.sign", 0, [3, 4]), 0.5, k, **how)
        case("margin_ranking_loss", a, b, T("f32.sign", 0, [4]), 0.0, k, **how)
        case("hinge_embedding_loss", a, T("i64.sign", 0, [3, 4]), 1.5, k, **how)
        case("hinge_embedding_loss", T("f32.mild", 1, [8]), T("f32.sign", 0, [8]), 1.0, k, **how)
        case("soft_margin_loss", a, T("i64.sign", 0, [3, 4]), k, **how)
        case("cosine_embedding_loss", a, b, T("i64.sign", 0, [3]), 0.2, k)
        case("cosine_embedding_loss", T("f32.mild", 1, [4]), T("f32.mild", 9, [4]), T("i64.sign", 1, []), -0.5, k)
        for swap in (False, True):
            case("triplet_margin_loss", a, b, T("f32.mild", 40, [3, 4]), 1.0, 2.0, 1e-6, swap, k, **how)
            case("triplet_margin_loss", T("f64.mild", 0, [5]), T("f64.mild", 9, [5]), T("f64.mild", 20, [5]), 2.5, 1.0, 1e-6, swap, k, **how)
    case("cosine_embedding_loss", a, b, T("i64.sign", 0, [3, 4]), 0.2, 0)
    case("triplet_margin_loss", a, b, T("f32.mild", 40, [4]), 1.0, 2.0, 1e-6, False, 0)
    case("triplet_margin_loss", a, b, T("f32.mild", 40, [3, 4]), 0.0, 2.0, 1e-6, False, 0)
