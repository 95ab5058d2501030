"""Comparisons."""
from freeze import *

COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]


def cases():
    for name in COMPARISONS:
        binary_at_length(name + ".Tensor", ALL)
        binary_at_length(name + ".Tensor", ["i64", "u8"], pool=lambda d: f"{d}.mild")
        binary(name + ".Tensor", dtypes=[d for d in EVERY if d not in ALL])
        for d in EVERY:
            if d in ALL:
                unary_at_length(name + ".Scalar", [d], 1)
            for number in [0, -1, 2.5, 0.1, True, INF, NAN, 300, 2**40] if d in ALL else [1, 2.5, True]:
                case(name + ".Scalar", T(f"{d}.any", 0, [23 if d in ALL else 9]), number)
        for d in COMPLEX:
            case(name + ".Scalar", T(any_of(d), 0, [9]), 1 + 2j)
