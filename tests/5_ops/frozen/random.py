"""Random numbers."""
from freeze import *


def cases():
    for d in EVERY:
        x = lambda size, stride=None: T(f"{d}.any", 0, size, stride)
        shapes = [([], None), ([3, 4], [1, 3]), ([17], None)]
        if d in FLOATS:
            shapes = [([], None), ([1], None), ([0], None), ([2, 0], None), ([15], None), ([16], None), ([17], None), ([4, 8], None), ([3, 4], [1, 3]),
                      ([5], [2]), ([40], None), ([6, 6], [1, 6])]
        for size, stride in shapes:
            if not case("uniform", x(size, stride), seed=3):
                break
            case("uniform", x(size, stride), -2.5, 1.0, seed=4)
            case("normal_functional", x(size, stride), seed=3, magnitude=lambda *_: 4)
            case("normal_functional", x(size, stride), 1.5, 0.25, seed=4, magnitude=lambda *_: 4)
        case("normal_functional", x([4]), 0.0, -1.0, seed=0)
        case("uniform", x([4]), 2.0, 1.0, seed=0)
        if d in FLOATS:
            case("normal_functional", x([4]), 0.0, 0.0, seed=0, magnitude=lambda *_: 4)
    short = lambda d: [T(f"{d}.any", 0, [9]), T(f"{d}.any", 0, [2, 3], [1, 2]), T(f"{d}.any", 0, [0])]
    for name, numbers in (("random", [()]), ("random.from", [(-3, 5), (0, 2), (1, None), (-(1 << 63), None), (2, 2), (0, 1 << 40), (70000, 70003)]),
                          ("random.to", [(2,), (100,), (129,), (0,)]), ("exponential", [(), (2.5,), (0.0,)]), ("geometric", [(0.25,), (1.0,), (0.001,)]),
                          ("cauchy", [(), (0.5, 2.0), (0.0, 0.0)]), ("log_normal", [(), (0.5, 0.25), (0.0, 0.0)])):
        over(name, lambda d: [[x, *n] for x in (short(d) if d in ("f32", "i64") else short(d)[:1]) for n in numbers], EVERY, seed=5)
    for d in EVERY:
        base = [0.05, 0.1, 0.5, 0.9, 0.25, 0.75, 0.99, 0.3, 0.6, 0.01, 0.4, 0.2]
        few, many, large = f"{d}.share", f"{d}.shape", f"{d}.tries"
        if d not in FLOATS + HALVES:
            continue
        for p, values in ((few, base), (many, [12 * x for x in base]), (large, [0, 1, 3, 7, 10, 20, 33, 50, 77, 100, 200, 1000])):
            pool(p, values)
        for size, stride in [([12], None), ([3, 4], [1, 3]), ([], None), ([0, 2], None)][:4 if d in FLOATS else 1]:
            t = lambda pool: T(pool, 0, size, stride)
            for name, args in (("bernoulli", [t(few)]), ("bernoulli.Tensor", [t(large), t(few)]), ("poisson", [t(many)]), ("poisson", [t(large)]), ("binomial", [t(large), t(few)]), ("_standard_gamma", [t(many)])):
                if not (name == "bernoulli.Tensor" and stride):
                    case(name, *args, seed=6)
        for size, stride in [([12], None), ([3, 4], [1, 3]), ([], None), ([0, 2], None)][:4 if d in FLOATS else 1]:      # strided halves PyTorch rounds after every step
            t = lambda pool: T(pool, 0, size, stride)
            near = dict(seed=8, magnitude=lambda *_: 12)
            case("normal.Tensor_float", t(many), 0.5, **near)
            case("normal.float_Tensor", 1.5, t(few), **near)
            case("normal.Tensor_Tensor", t(many), t(few), **near)
        case("normal.Tensor_Tensor", T(many, 0, [3, 4]), T(few, 0, [4]), seed=8, magnitude=lambda *_: 12)
        for size, stride in (([12], None), ([3, 4], None), ([4, 3], [1, 4])):
            for n, replace in ((1, False), (3, False), (2, True), (15, True)):
                case("multinomial", T(few, 0, size, stride), n, replace, seed=7)
