"""Dropout. A strided input is drawn along its memory; PyTorch's result keeps such strides, so these cases turn a contiguous one inside."""
from freeze import *

NAMES = ["dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout"]
TURNS = [lambda x: x.transpose(0, 1), lambda x: x.permute(2, 0, 1), lambda x: x[:, ::2], lambda x: x[:1].expand(3, *x.shape[1:]), lambda x: x.permute(1, 2, 0)[:, :, :1]]


def cases():
    F = torch.nn.functional
    ask("dropout_turned", lambda x, how, p: torch.dropout(TURNS[how](x), p, True), row=False)
    ask("alpha_dropout_turned", lambda x, how, p: torch.alpha_dropout(TURNS[how](x), p, True), row=False)
    ask("dropout_", lambda x, p, train: torch.dropout_(x.clone(), p, train), row=False)
    ask("bernoulli.p", lambda x, p: torch.clone(x).bernoulli_(p))      # PyTorch's own lays out its result anew
    for k in (1, 2, 3):
        ask(f"dropout{k}d", lambda x, p, train, f=getattr(F, f"dropout{k}d"): f(x, p, train), row=False)
    for name in NAMES:
        for d in FLOATS + HALVES:
            x = lambda size: T(f"{d}.mild", 1, size)
            for size in ([3, 4, 2], [2, 5], [40], [], [0, 3]) if d == "f32" else ([3, 4, 2], [2, 5]):
                for p in (0.5, 0.9) if size == [3, 4, 2] and d == "f32" else (0.3,):
                    case(name, x(size), p, True, seed=7)
            case(name, x([2, 5]), 0.0, True, seed=7)
            case(name, x([2, 5]), 0.5, False, seed=7)
            case(name, T(f"{d}.any", 0, [2, 5]), 1.0, True, seed=7)
            if d == "f32":
                case(name, T(f"{d}.any", 0, [4, 10]), 0.4, True, seed=8)
        for d in EIGHTHS + COMPLEX + WHOLE + ["bool"]:
            case(name, T(f"{d}.mild", 0, [2, 3]), 0.5, True, seed=1)
        case(name, T("i64.mild", 0, [2, 3]), 1.0, True, seed=1)
        case(name, T("bool.mild", 0, [2, 3]), 1.0, True, seed=1)
        case(name, T("f32.mild", 0, [2, 3]), 1.5, True, seed=1)
        case(name, T("f32.mild", 0, [2, 3]), -0.1, False, seed=1)
    for d in ("f32", "f64", "f16"):
        for how in range(len(TURNS)):
            case("dropout_turned", T(f"{d}.mild", 0, [3, 4, 5]), how, 0.5, seed=2)
        case("alpha_dropout_turned", T(f"{d}.mild", 0, [3, 4, 5]), 1, 0.5, seed=2)
        case("dropout_", T(f"{d}.mild", 0, [3, 4]), 0.5, True, seed=3)
        for k, sizes in ((1, ([2, 3, 4], [3, 4])), (2, ([2, 3, 2, 2], [2, 3, 4])), (3, ([2, 3, 1, 2, 2], [3, 1, 2, 2]))):
            for size in sizes:
                case(f"dropout{k}d", T(f"{d}.mild", 0, size), 0.5, True, seed=4)
    case("dropout1d", T("f32.mild", 0, [4]), 0.5, True, seed=4)
    for d in EVERY:
        for p in (0.3, 0.0, 1.0) if d in ("f32", "f64", "bool") else (0.6,):
            case("bernoulli.p", T(f"{d}.mild", 0, [17]), p, seed=5)
    for shape in (([], None), ([0], None), ([3, 4], [1, 3]), ([5], [2]), ([2, 3, 2], [1, 4, 2])):
        case("bernoulli.p", T("f32.mild", 0, *shape), 0.5, seed=6)
    case("bernoulli.p", T("f32.mild", 0, [3]), 1.5, seed=6)
