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
    equals()


# Medians of three that cut off two elements at a time, so that sorting, or selecting the 40th, ends in a heap.
SLOW_TO_SORT = """23 0 26 1 30 2 25 3 28 4 24 5 32 6 23 7 27 8 22 9 29 10 12 11 31 30 29 28 27 26 25 24 0 1 2 3 4 5 6 7 8 9 10 11 22 20 21 19 20 18 19 17 18 16
17 15 16 14 15 13 14 12 13 21"""
SLOW_TO_SELECT = "16 0 14 1 15 2 13 3 14 4 12 5 13 6 15 7 32 8 32 9 32 10 32 11 19 18 17 17 18 16 19 12 0 1 2 3 4 5 6 7 8 9 10 11" + 20 * " 32"


def equals():
    """Which of equal elements comes first."""
    ties, real = lambda d: f"{d}.ties", [d for d in EVERY if d not in COMPLEX + EIGHTHS]
    for d in real:
        some = lambda r, d=d: r.choice([0.0, -0.0, 1.0, 2.0, -1.5, math.nan]) if d in FLOATS + HALVES else r.randint(0, 1 if d == "bool" else 4)
        pool(ties(d), lambda r: [some(r) for _ in range(60)])
        for k, n in enumerate((17, 40)):
            case("argsort", T(ties(d), k, [n]), 0, k == 1)
        for n in (16, 17, 40, 60):
            case("mode", T(ties(d), 0, [n]), 0)
            if d not in ("bool", "u16", "u32", "u64"):
                case("kthvalue", T(ties(d), 0, [n]), n // 2, 0)
                case("topk", T(ties(d), 0, [n]), n // 6 + 1, 0, n % 2 == 0, n != 40)
    pool("u8.ties_far", lambda r: [r.randint(0, 9) for _ in range(700)])
    case("argsort", T("u8.ties_far", 0, [700]))
    case("argsort", T("u8.ties_far", 0, [2, 175], [1, 2]), 1, True)
    case("mode", T("u8.ties_far", 0, [2, 350]), 1)
    for k in (1, 350, 700):
        case("kthvalue", T("u8.ties_far", 0, [700]), k, 0)
    for k in (10, 11, 90):
        for largest in (True, False):
            case("topk", T("u8.ties_far", 0, [700]), k, 0, largest, largest)
    pool("u8.slow_to_sort", [int(x) for x in SLOW_TO_SORT.split()])
    pool("u8.slow_to_select", [int(x) for x in SLOW_TO_SELECT.split()])
    case("argsort", T("u8.slow_to_sort", 0, [64]))
    case("mode", T("u8.slow_to_sort", 0, [64]))
    case("topk", T("u8.slow_to_select", 0, [64]), 40, 0, False, False)
    case("topk", T("u8.slow_to_select", 0, [64]), 40, 0, False, True)
    pool("f32.no_number", [math.nan] * 30)
    case("nanmedian.dim", T("f32.no_number", 0, [2, 15]), 1)
