"""Complex numbers: their parts and makers."""
from freeze import *


def cases():
    copies("conj_physical")
    for d in EVERY:
        x = lambda size, stride=None: T(any_of(d), 2, size, stride)
        case("real", x([2, 3], [1, 2]))
        case("imag", x([2, 3]))
        case("conj_physical", x([9]))
        case("conj_physical", x([2, 3], [1, 2]))
        case("view_as_real", x([2, 3]))
        if d != "f16":      # its complex type is none of ours
            case("complex", T(mild_of(d), 0, [3, 4]), T(mild_of(d), 20, [4]))
            case("polar", T(mild_of(d), 0, [3, 4]), T(mild_of(d), 20, [4]))
            case("view_as_complex", x([3, 2]))
    for d in COMPLEX:
        for name in ["real", "imag", "view_as_real", "conj_physical"]:
            for size, stride in [([4], [2]), ([], None), ([0, 3], None), ([3, 4], [0, 1]), ([2, 3, 2], [1, 4, 2])]:
                case(name, T(any_of(d), 2, size, stride))
    for d in FLOATS:
        for size, stride in [([3, 2], [4, 1]), ([2], None), ([0, 2], None), ([3], None), ([2, 2], [3, 1]), ([2, 3, 2], [2, 4, 1]), ([], None)]:
            case("view_as_complex", T(any_of(d), 2, size, stride))
        for name in ["complex", "polar"]:
            case(name, T(any_of(d) if name == "complex" else mild_of(d), 0, [9]), T(mild_of(d), 20, [9]))
            case(name, T(mild_of(d), 0, []), T(mild_of(d), 20, [3, 2], [1, 3]))
            case(name, T(mild_of(d), 0, [2, 0]), T(mild_of(d), 20, [1]))
            case(name, T(mild_of(d), 0, []), T(mild_of(d), 20, []))
            case(name, T(mild_of(d), 0, [3]), T(mild_of(d), 20, [2]))
    case("complex", T("f32.mild", 0, [3]), T("f64.mild", 20, [3]))
