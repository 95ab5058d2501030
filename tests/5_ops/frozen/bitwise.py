"""Bits, shifts, common divisors."""
from freeze import *

SHIFTS = ["bitwise_left_shift", "bitwise_right_shift"]


def cases():
    unary("bitwise_not")
    for name in ["bitwise_and", "bitwise_or", "bitwise_xor"]:
        binary(name + ".Tensor", mixed=[("u8", "i8"), ("bool", "i32"), ("i16", "u8"), ("f32", "i64")])
    for name in SHIFTS + ["gcd", "lcm"]:
        tensor = name + ".Tensor" if name in SHIFTS else name
        for d in EVERY:
            ends = name in SHIFTS or d[0] == "u"      # the least numbers have no size in their type, and PyTorch's divisors of them are odd
            case(tensor, T(any_of(d) if ends else mild_of(d), 0, [20]), T(mild_of(d), 5, [20]))
            if d in WHOLE:
                case(tensor, T(mild_of(d), 0, [2, 3], [1, 2]), T(mild_of(d), 5, [3]))
                case(tensor, T(any_of(d) if ends else mild_of(d), 0, [20]), T(any_of(d) if ends else mild_of(d), 7, [20]))
        case(tensor, T("u8.mild", 0, [9]), T("i8.mild", 5, [9]))
        case(tensor, T("i16.mild", 0, [9]), T("u8.mild", 5, []))
        case(tensor, T("i64.mild", 0, [2, 0]), T("i64.mild", 5, [1]))
        case(tensor, T("i64.mild", 0, []), T("i64.mild", 5, []))
    for name in ["bitwise_and", "bitwise_or", "bitwise_xor"] + SHIFTS:
        for d in EVERY:
            for number in [3, True, -1, 70] if d in WHOLE else [3, True]:
                case(name + (".Tensor_Scalar" if name in SHIFTS else ".Scalar"), T(any_of(d), 0, [9]), number)
                case(name + ".Scalar_Tensor", number, T(mild_of(d), 0, [9]))
        case(name + (".Tensor_Scalar" if name in SHIFTS else ".Scalar"), T("i64.any", 0, [9]), 2.5)
