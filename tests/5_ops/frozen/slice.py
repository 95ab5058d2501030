"""Parts of a tensor."""
from freeze import *

FEW = ["f32", "u8", "c128"]      # views move no elements: three widths will do
PLACES = [  # size, sizes, strides, offset into the part's memory
    ([3, 4], [2, 3], [4, 1], None), ([3, 4], [3], [5], 0), ([12], [3, 4], [4, 1], None), ([12], [4, 3], [1, 4], 0), ([12], [5, 3], [2, 1], 1), ([12], [3], [0], 4),
    ([12], [], [], 5), ([], [1, 1], [3, 7], None), ([12], [0, 3], [1, 1], 1), ([0], [0], [1], 0), ([2, 2, 3], [2, 3], [3, 2], 1), ([4], [3, 2], [1, 1], 0),
    ([4], [2], [1, 1], 0), ([4], [2], [-1], 1), ([4], [2], [1], -1), ([4], [-1], [1], 0),
]


def cases():
    for d in FEW:
        x = lambda size, stride=None, offset=1: T(f"{d}.any", offset, size, stride)
        layouts = [([2, 3, 4], None), ([3, 4], [1, 3]), ([5], [2]), ([3, 4], [0, 1])] if d == "f32" else [([2, 3, 4], [12, 1, 3])]
        for size, stride in layouts + [([2, 0, 3], None), ([], None)]:
            for dim, index in ((0, 0), (0, 1), (-1, -1), (1, 2), (0, 5), (0, -6), (len(size), 0)):
                case("select.int", x(size, stride), dim, index)
            for dim, start, end, step in ((0, None, None, 1), (0, 1, 2, 1), (-1, 1, None, 2), (-1, None, -1, 1), (0, -2, 9, 1), (0, 3, 1, 1), (-1, -9, 3, 3), (0, 2, 2, 1),
                                          (0, 0, 2**63 - 1, 2**40), (0, 0, 1, 0), (0, 0, 1, -1), (len(size), 0, 1, 1)):
                case("slice.Tensor", x(size, stride), dim, start, end, step)
            for dim, start, length in ((0, 0, 1), (-1, 1, 2), (0, -1, 1), (-1, 0, 0), (0, 2, 0), (0, 1, 2), (0, -7, 1), (0, 0, -1), (len(size), 0, 1)):
                case("narrow", x(size, stride), dim, start, length)
            for offset, a, b in ((0, 0, 1), (1, 0, -1), (-1, -1, 0), (2, 1, 0), (-2, 0, 1), (9, 0, 1), (-9, 0, 1), (0, 0, 0), (0, 0, 2), (0, 0, 3)):
                case("diagonal", x(size, stride), offset, a, b)
            for dim, window, step in ((0, 2, 1), (-1, 2, 2), (-1, 3, 1), (0, 1, 2**40), (0, 0, 1), (-1, 4, 3), (0, 9, 1), (0, -1, 1), (0, 1, 0), (len(size), 1, 1)):
                case("unfold", x(size, stride), dim, window, step)
        for size, to, stride, offset in PLACES:
            case("as_strided", T(f"{d}.any", 0, size), to, stride, offset)
