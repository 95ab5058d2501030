"""Every pair of dtypes as a vector and a 0-d tensor, and every dtype with every kind of number."""
from freeze import *


def cases():
    pairs = [(s, t) for s in ([5], []) for t in ([5], [])]
    for a in ALL:
        for b in ALL:
            for s, t in pairs:
                for name in ["add.Tensor", "sub.Tensor", "mul.Tensor", "div.Tensor", "lt.Tensor", "eq.Tensor"]:
                    if a != b or s != t:
                        case(name, T(f"{a}.mild", 3, s), T(f"{b}.mild", 8, t))
                if a != b:
                    case("where.self", T("bool.any", 0, [5]), T(f"{a}.mild", 3, s), T(f"{b}.mild", 8, t))
        for s in ([5], []):
            for number in [True, 2, -1, 2.5, 300]:
                for base in ["add", "sub", "mul", "div", "lt", "eq"]:
                    case(base + ".Scalar", T(f"{a}.mild", 3, s), number)
        for name in ["add.Tensor", "div.Tensor", "ge.Tensor"]:      # what int64 and float32 do to large numbers
            case(name, T("i64.any", 0, [30]), T(f"{a}.any", 3, [30]))
            case(name, T(f"{a}.any", 0, [30]), T("i64.any", 3, []))
