"""Normalisation, and what goes by norms."""
from freeze import *

F = torch.nn.functional


def cases():
    for d in FLOATS + HALVES:
        pool(f"{d}.weights", lambda r: [r.choice([-1, 1]) * r.uniform(0.25, 2) for _ in range(24)])
        pool(f"{d}.deviations", lambda r: [r.uniform(0.3, 2) for _ in range(24)])
    layers()
    groups()
    batches()
    norms()


how = dict(magnitude=lambda x, *_: 4)


def of(d):
    """Terms of halves cancel, and PyTorch rounds some of them."""
    return dict(magnitude=lambda *_: {"f16": 500, "bf16": 4000}.get(d, 4))


large = dict(magnitude=lambda *_: 40)
ALL3 = [True, True, True]


def layers():
    for d in FLOATS + HALVES:
        how = of(d)
        x = lambda *shape: T(f"{d}.mild", 1, *shape)
        w, b = (lambda *shape: T(f"{d}.weights", 0, *shape)), (lambda *shape: T(f"{d}.weights", 9, *shape))
        for name in ("native_layer_norm", "layer_norm"):
            case(name, x([3, 5]), [5], w([5]), b([5]), 1e-5, **how)
            case(name, x([2, 3, 4], [1, 8, 2]), [3, 4], w([3, 4]), None, 0.1, **how)
            case(name, x([2, 9]), [9], None, None, 1e-5, **how)
        if d == "f32":
            case("native_layer_norm", x([2, 19]), [19], w([19]), T(f"{d}.weights", 3, [19]), 1e-5, **how)
            case("native_layer_norm", x([5]), [5], w([5], [2]), None, 1e-5, **how)
            case("native_layer_norm", x([0, 5]), [5], w([5]), None, 1e-5, **how)
            case("native_layer_norm", T(f"{d}.positive", 0, [3, 20]), [20], None, None, 1e-5, **how)
            case("layer_norm", T(f"{d}.sparse", 8, [4, 8]), [8], None, None, 1e-5, **how)
            m, r = T(f"{d}.weights", 3, [3, 1]), T(f"{d}.deviations", 0, [3, 1])
            for mask in (ALL3,):
                case("native_layer_norm_backward", x([3, 7]), T(f"{d}.mild", 30, [3, 7]), [7], m, r, w([7]), b([7]), mask, **large)
            case("native_layer_norm_backward", x([3, 2, 2], [1, 6, 3]), T(f"{d}.mild", 30, [3, 2, 2]), [2, 2], m, r, w([2, 2]), b([2, 2]), ALL3, **large)
            case("_fused_rms_norm_backward", x([3, 7]), T(f"{d}.mild", 30, [3, 7]), [7], r, w([7]), [True, True], **large)
        case("rms_norm", x([3, 5]), [5], w([5]), 1e-5, **how)
        case("rms_norm", x([2, 3, 4], [1, 8, 2]), [3, 4], None, None, **how)
        if d in FLOATS:
            case("_fused_rms_norm", x([2, 19]), [19], w([19]), 0.1, **how)
            pool(f"{d}.tiny", [1e-4, -2e-4, 3e-4, 0.0])
            case("rms_norm", T(f"{d}.tiny", 0, [4]), [4], None, None, **how)
    case("native_layer_norm", T("bf16.mild", 1, [3, 5]), [5], T("f32.weights", 0, [5]), T("f32.weights", 5, [5]), 1e-5, **how)
    for name in ("layer_norm", "rms_norm"):
        case(name, T("i64.mild", 0, [2, 3]), [3])
        if name == "layer_norm":
            case(name, T("c64.mild", 0, [2, 3]), [3])
        case(name, T("f32.mild", 0, [2, 3]), [2])
        case(name, T("f32.mild", 0, [2, 3]), [])
        case(name, T("f32.mild", 0, [2, 3]), [3], T("f32.mild", 0, [2]))


def groups():
    for d in FLOATS + HALVES:
        how = of(d)
        x = lambda *shape: T(f"{d}.mild", 1, *shape)
        w, b = T(f"{d}.weights", 0, [6]), T(f"{d}.weights", 9, [6])
        case("native_group_norm", x([2, 6, 4]), w, b, 2, 6, 4, 3, 1e-5, **how)
        case("group_norm", x([2, 6, 2, 2], [24, 1, 12, 6]), 2, w, b, 1e-5, **how)
        case("group_norm", x([3, 6]), 3, w, None, 0.1, **how)
        case("group_norm", x([2, 6, 3]), 1, None, None, 1e-5, **how)
        if d in FLOATS:
            m, r = T(f"{d}.weights", 3, [2, 3]), T(f"{d}.deviations", 0, [2, 3])
            for mask in (ALL3,):
                case("native_group_norm_backward", x([2, 6, 4]), T(f"{d}.mild", 70, [2, 6, 4]), m, r, w, 2, 6, 4, 3, mask, **large)
            if d == "f64":
                continue
            case("native_group_norm", x([2, 6, 17]), w, None, 2, 6, 17, 6, 1e-5, **how)
    case("group_norm", T("f32.mild", 0, [2, 6]), 4)
    case("group_norm", T("f32.mild", 0, [2, 6]), 0)
    case("group_norm", T("f32.mild", 0, [6]), 3)
    case("group_norm", T("i64.mild", 0, [2, 6]), 3)


def batches():
    def running(x, w, b, mean, var, momentum, which):
        mean, var = mean.clone(), var.clone()
        y = torch.batch_norm(x, w, b, mean, var, True, momentum, 1e-5, False)
        return [y, mean, var][which]

    def running_instance(x, mean, var, momentum, which):
        mean, var = mean.clone(), var.clone()
        y = torch.instance_norm(x, None, None, mean, var, True, momentum, 1e-5, False)
        return [y, mean, var][which]

    ask("batch_norm_running", running, row=False)
    ask("instance_norm_running", running_instance, row=False)
    for d in FLOATS + HALVES:
        how = of(d)
        x = lambda *shape: T(f"{d}.mild", 1, *shape)
        w, b, m, v = T(f"{d}.weights", 0, [3]), T(f"{d}.weights", 9, [3]), T(f"{d}.weights", 4, [3]), T(f"{d}.deviations", 0, [3])
        for shape in ([4, 3], [2, 3, 5]) + (([2, 3, 2, 2],) if d in FLOATS else ()):
            case("native_batch_norm", x(shape), w, b, None, None, True, 0.1, 1e-5, **how)
        case("batch_norm", x([4, 3]), w, b, m, v, False, 0.1, 1e-5, False, **how)
        case("batch_norm", x([2, 3, 4], [12, 1, 3]), w, None, None, None, True, 0.1, 0.2, False, **how)
        for which in (0, 1, 2):
            case("batch_norm_running", x([4, 3]), w, b, m, v, 0.3, which, **how)
            if d in FLOATS:
                case("instance_norm_running", x([2, 3, 4]), m, v, 0.3, which, **how)
        case("instance_norm", x([2, 3, 4]), w, b, None, None, True, 0.1, 1e-5, False, **how)
        if d in FLOATS:
            case("native_batch_norm", x([2, 3, 20]), w, None, None, None, True, 0.1, 1e-5, **how)
            case("native_batch_norm", x([2, 3, 4]), None, b, m, v, False, 0.1, 1e-5, **how)
            if d == "f64":
                continue
            case("native_batch_norm", T(f"{d}.any", 0, [4, 3]), w, b, m, v, False, 0.1, 1e-5, **how)
            case("instance_norm", x([2, 3, 4]), w, b, m, v, False, 0.1, 1e-5, False, **how)
            g = T(f"{d}.mild", 80, [2, 3, 4])
            for mask in (ALL3,):
                case("native_batch_norm_backward", g, x([2, 3, 4]), w, m, v, m, v, True, 1e-5, mask, **large)
                case("native_batch_norm_backward", g, x([2, 3, 4]), w, m, v, m, v, False, 1e-5, mask, **large)
            case("native_batch_norm_backward", T(f"{d}.mild", 80, [2, 3, 18]), x([2, 3, 18]), w, None, None, m, v, True, 1e-5, ALL3, **large)
    case("native_batch_norm", T("bf16.mild", 1, [4, 3]), T("f32.weights", 0, [3]), T("f32.weights", 5, [3]), None, None, True, 0.1, 1e-5, **how)
    case("batch_norm", T("f32.mild", 0, [4, 3]), None, None, None, None, False, 0.1, 1e-5, False)
    case("batch_norm", T("f32.mild", 0, [4, 3]), T("f32.mild", 0, [4]), None, None, None, True, 0.1, 1e-5, False)
    case("batch_norm", T("i64.mild", 0, [4, 3]), None, None, None, None, True, 0.1, 1e-5, False)


def norms():
    ask("normalize", lambda x, p, dim, eps: F.normalize(x, p, dim, eps), row=False)
    for d in FLOATS + HALVES:
        how = of(d)
        x = lambda *shape: T(f"{d}.mild", 1, *shape)
        y = lambda *shape: T(f"{d}.mild", 40, *shape)
        case("normalize", x([3, 4]), 2.0, 1, 1e-12)
        case("cosine_similarity", x([3, 4]), y([3, 4]), 1, 1e-8, **how)
        case("pairwise_distance", x([3, 4]), y([3, 4]), 2.0, 1e-6, False, **how)
        if d in HALVES:
            continue
        case("normalize", x([3, 4], [1, 3]), 1.0, 0, 1e-12)
        case("normalize", x([3, 4]), 3.0, -1, 9.0)
        case("cosine_similarity", x([2, 3, 4]), y([3, 1]), 0, 1e-8, **how)
        case("cosine_similarity", x([4]), y([2, 4]), -1, 30.0, **how)
        case("pairwise_distance", x([3, 4]), y([4]), 1.0, 0.25, True, **how)
        case("pairwise_distance", x([4]), y([4]), INF, 1e-6, False, **how)
        case("pairwise_distance", x([2, 3, 4]), y([3, 4]), 3.0, 1e-6, False, **how)
    case("cosine_similarity", T("i64.mild", 0, [4]), T("f32.mild", 0, [4]), 0)
    case("cosine_similarity", T("i64.mild", 0, [4]), T("i64.mild", 0, [4]), 0)
    case("cosine_similarity", T("f32.mild", 0, [4]), T("f32.mild", 0, [3]), 0)
