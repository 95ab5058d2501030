"""Fourier transforms."""
from freeze import *

FEW = FLOATS + COMPLEX
KINDS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]


def size(x, *more):
    """What rounding errors are measured by: the sum of all terms."""
    return max(1.0, torch.where(torch.isfinite(x), x, 0.0).abs().sum().item()) / 2


def take(name, *args):
    return case(name, *args, magnitude=size)


def cases():
    ask("rt_fft_fftfreq", lambda n, d, dtype: torch.fft.fftfreq(n, d, dtype=dtype), row=False)
    ask("rt_fft_rfftfreq", lambda n, d, dtype: torch.fft.rfftfreq(n, d, dtype=dtype), row=False)
    for d in EVERY:
        x = lambda size, stride=None, offset=3: T(mild_of(d), offset, size, stride)
        for kind in KINDS:
            takes = one(d, kind, x)
            if takes and d in FEW:
                several(d, kind, x)
        rows(d, x)
        for name in ("fft_fftshift", "fft_ifftshift"):
            case(name, x([5]))
            if d in ("f32", "c64", "u8"):
                for shape, *dim in (([4], None), ([2, 3], None), ([2, 3], [1]), ([2, 3], [-2]), ([], None), ([3], []), ([3], [1]), ([0, 3], None), ([1], None)):
                    case(name, x(shape), *dim)
                case(name, x([3, 4], [1, 3]), [0, 1])
    for name in ("rt_fft_fftfreq", "rt_fft_rfftfreq"):
        for n in (1, 2, 5, 8, 0):
            for dtype in (torch.float32, torch.float64):
                case(name, n, 1.0, dtype)
                case(name, n, 0.3, dtype)
        for dtype in (torch.float16, torch.bfloat16, torch.int64, torch.complex64):
            case(name, 5, 0.5, dtype)
        case(name, 3, 0.0, torch.float32)
    case("rt_fft_fftfreq", -1, 1.0, torch.float32)


def one(d, kind, x):
    name = "fft_" + kind
    if not take(name, x([5])):
        return False
    take(name, x([4], [2]), 3)
    take(name, x([2, 3]), 4, 0, "ortho")
    if d in FEW:
        for n in (1, 2, 3, 4, 6, 7, 8, 12, 15, 37) if d == "c64" and kind in ("fft", "irfft") or d == "f32" and kind == "rfft" else (6, 7):
            take(name, x([n if kind not in ("irfft", "hfft") else n // 2 + 1]), n)
        for norm in ("backward", "ortho", "forward", "x"):
            take(name, x([2, 3], [1, 2]), None, -1, norm)
        take(name, x([1]))
    if d in ("f32", "c128"):
        take(name, x([0]))
        take(name, x([0]), 3)
        take(name, x([]))
        take(name, x([3]), 0)
        take(name, x([3]), None, 1)
        take(name, x([2, 3, 2]), 4, 1)
        take(name, x([4, 3], [0, 1]), 6, -1)
        take(name, x([9], None, 5), 4)
    return True


def several(d, kind, x):
    for name in ("fft_" + kind + "n", "fft_" + kind + "2"):
        take(name, x([2, 3]))
        if d == ("f64" if kind in ("rfft", "ihfft") else "c64"):
            for norm in ("backward", "ortho", "forward", "x"):
                take(name, x([2, 3]), [3, 2], [0, 1], norm)
            take(name, x([2, 3, 4]), None, [2, 0])
            take(name, x([2, 3, 4]), [5, -1], [0, 1])
            take(name, x([2, 3, 2]))
            take(name, x([2, 3, 4], [1, 2, 6]), [2, 3])
            take(name, x([3]))
            take(name, x([]))
            take(name, x([2, 3]), None, [])
            take(name, x([2, 3]), None, [1])
            take(name, x([2, 3]), [2], [0, 1])
            take(name, x([2, 3]), [2, 2, 2])
            take(name, x([2, 3]), None, [0, -2])
            take(name, x([2, 3]), [0, 2])


def rows(d, x):
    take("_fft_c2c", x([5]), [0], 0, True)
    take("_fft_r2c", x([5]), [0], 0, True)
    take("_fft_c2r", x([3]), [0], 0, 4)
    if d in FEW:
        for normalization in (0, 1, 2):
            take("_fft_c2c", x([2, 3, 2]), [0, 1], normalization, False)
            take("_fft_r2c", x([2, 3, 2]), [0, 1], normalization, normalization > 0)
            take("_fft_c2r", x([2, 3, 2]), [0, 1], normalization, 4 + normalization % 2)
        take("_fft_c2c", x([3, 4], [1, 3]), [1], 0, True)
        take("_fft_c2c", x([3]), [], 0, True)
        take("_fft_c2r", x([3], [2]), [0], 1, 5)
        take("_fft_c2r", x([3]), [0], 0, 6)
        take("_fft_r2c", x([4], [2]), [0], 1, False)
        take("_fft_r2c", x([3]), [], 0, True)
