"""Views."""
from freeze import *

FLATTENED = [  # size, strides
    ([2, 3, 4], None), ([2, 3, 4], [1, 8, 2]), ([3, 4], None), ([], None), ([2, 0, 3], None), ([1], None), ([2, 3, 4], [0, 4, 1]),
]
EXPANDED = [  # size, to what
    ([3, 1], [3, 4]), ([3, 1], [2, 3, 4]), ([4], [3, -1]), ([], [2, 3]), ([], []), ([1], [0]), ([0], [2, 0]), ([1, 3], [-1, 3]), ([1], [5]),
    ([3, 4], [3, 4]), ([3], [4]), ([2, 3], [3]), ([4], [-1, 4]), ([2, 1, 3], [2, 5, 3]), ([3], [2, -2]), ([1, 1], [1, 1, 1]),
]


def cases():
    for d in ["f32", "u8"]:      # views move no elements: one type of each width will do, and copies are another family's
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        for name in ["reshape", "view"]:
            for to in ([12], [4, 3], [2, -1], [2, 2, 3], [1, 3, 1, 4], [-1], [5, 2], [-1, 5], [3, 4]):
                case(name, x([3, 4]), to)
                case(name, x([4, 3], [1, 4]), to)
            for to in ([2, 12], [6, 4], [24], [2, 3, 2, 2], [3, 2, 4], [2, 3, 4, 1], [8, 3]):
                case(name, x([2, 3, 4]), to)
                case(name, x([2, 3, 4], [12, 4, 1]), to)
                case(name, x([2, 3, 4], [1, 8, 2]), to)
                case(name, x([2, 3, 4], [24, 8, 2]), to)
                case(name, x([2, 3, 4], [3, 0, 1]), to)
            for to in ([], [1], [1, 1, 1], [-1], [2]):
                case(name, x([]), to)
                case(name, x([1, 1]), to)
            for to in ([0], [0, 5], [5, 0, 2], [3, -1], [-1], [0, -1], [2], []):
                case(name, x([2, 0, 3]), to)
                case(name, x([3, 0], [1, 3]), to)
            case(name, x([1, 6], [5, 1]), [2, 3])
            case(name, x([6, 1], [2, 9]), [2, 3])
            case(name, x([2, 1, 3], [3, 50, 1]), [6])
        for start, end in ((0, -1), (1, 2), (1, -1), (0, 0), (-2, -1), (2, 1), (0, 5)):
            for size, stride in FLATTENED:
                case("flatten.using_ints", x(size, stride), start, end)
        for a, b in ((0, 1), (1, 0), (-1, 0), (0, 0), (1, 2), (-3, -1), (0, 3)):
            for size, stride in (([2, 3, 4], None), ([3, 4], [1, 3]), ([], None), ([5], None), ([2, 0, 3], None), ([3, 4], [0, 1])):
                case("transpose.int", x(size, stride), a, b)
        for size, stride in (([3, 4], None), ([3, 4], [1, 3]), ([5], [2]), ([], None), ([0, 2], None), ([2, 3, 4], None), ([3, 4], [0, 1])):
            case("t", x(size, stride))
        for dims in ([0, 1, 2], [2, 0, 1], [-1, 0, -2], [1, 0], [0, 0, 1], [0], [], [0, 1, 3]):
            for size, stride in (([2, 3, 4], None), ([2, 3, 4], [0, 4, 1]), ([3, 4], [1, 3]), ([5], None), ([], None), ([2, 0, 3], None)):
                case("permute", x(size, stride), dims)
        for size, to in EXPANDED:
            case("expand", x(size), to)
        case("expand", x([1, 4], [9, 2]), [3, 4])
        case("expand", x([4, 1], [1, 4]), [2, 4, 3])
        for dim in (0, 1, -1, 2, -2, 3):
            for size, stride in (([1, 3, 1], None), ([3, 1], [1, 3]), ([], None), ([1], None), ([3], None), ([1, 0], None), ([1, 4], [0, 1])):
                case("squeeze.dim", x(size, stride), dim)
        for dim in (0, 1, -1, 2, -2, -3, 4):
            for size, stride in (([3, 4], None), ([3, 4], [1, 3]), ([], None), ([5], [2]), ([2, 0], None), ([3, 4], [0, 1])):
                case("unsqueeze", x(size, stride), dim)
