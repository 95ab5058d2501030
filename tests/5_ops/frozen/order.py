"""Sorting, and elements by their rank."""
from freeze import *

SHAPES = [(1, [2, 3, 4], None), (1, [3, 4], [1, 3]), (2, [7], None), (0, [], None), (2, [3, 4], [4, 1]), (0, [2, 0], None), (5, [5, 1], None)]


def shaped(name, calls, pool, **how):
    def of(d):
        shapes = SHAPES if d == "f32" else SHAPES[:4] if d in FLOATS + HALVES else SHAPES[1:4]
        return [[T(pool(d), *s)] + list(c) for s in shapes for c in calls[:None if d == "f32" else 2]]
    over(name, of, **how)


def cases():
    distinct, few = lambda d: f"{d}.distinct", lambda d: f"{d}.few"
    for d in EVERY:
        low, n = (0 if d[0] == "u" and d != "u8" else 1 if d == "u8" else -100), 64
        values = random.Random("distinct " + d).sample(range(low, 120), n)
        pool(distinct(d), [bool(v % 2) for v in values] if d == "bool" else [v / 8 if d in FLOATS + HALVES else v for v in values])
        pool(few(d), lambda r: [r.randint(0, 3) for _ in range(60)])
    order = [(-1, False), (0, True), (2, False)]
    for name in ("sort", "argsort"):
        shaped(name, order, distinct, dtypes=[d for d in EVERY if d != "bool"])
        shaped(name + ".stable", [(True,) + o for o in order[:: 1 if name == "sort" else -1]], any_of)
        case(name + ".stable", T("f64.mild", 0, [100, 3]), True, 0, False)
        case(name + ".stable", T("u8.any", 0, [120]), True, -1, True)
    case("argsort.stable", T("f32.any", 0, [1030]), True)
    case("argsort.stable", T("i64.any", 0, [100]), True, 0, True)
    shaped("msort", [()], any_of)
    shaped("topk", [(2, -1), (1, 0, False), (0, -1), (2, 0, True, True), (9, -1)], distinct)
    shaped("topk", [(1, -1, False)], distinct)
    for n, k in ((64, 3), (64, 8), (64, 9), (64, 64), (40, 5)):
        case("topk", T("f32.distinct", 0, [n]), k)
        case("topk", T("f64.distinct", 0, [n]), k, 0, False)
    case("topk", T("f32.normal", 0, [2200]), 20)
    shaped("kthvalue", [(1, -1), (2, 0, True), (2, -1), (5, 0)], distinct)
    case("kthvalue", T("f32.normal", 0, [2200]), 700)
    for name in ("median", "nanmedian"):
        shaped(name, [()], mild_of)
        shaped(name + ".dim", [(-1, False), (0, True), (2, False)], distinct)
        for offset in range(0, 60, 4):
            case(name, T("f32.sparse", offset + 1, [9]))
            case(name + ".dim", T("f32.sparse", offset, [9]), 0)
        case(name, T("f32.normal", 0, [2200]))
    shaped("mode", [(-1, False), (0, True), (2, False)], few)
    case("mode", T("i64.to7", 0, [15]), 0)
