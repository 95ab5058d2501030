"""Writes frozen_convert.h: check sums of what PyTorch's conversions between all its dtypes give, and its table of common types.

usage: python freeze_convert.py      (torch 2.13)

Every pair of dtypes converts the same 65536 elements: the bit patterns that patterns() makes, or all there are of 8 and 16 bits. NaN counts as one number, and so do
floats that an integer type cannot hold, which PyTorch leaves to the processor: elements that are not finite or too large are set to 1 before they become integers.
"""
import os
import warnings
import zlib

import numpy
import torch

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128", "bool", "bfloat16", "float8_e4m3fn", "float8_e5m2",
         "uint16", "uint32", "uint64"]
DTYPES = [getattr(torch, name) for name in NAMES]
NAN = {torch.float16: (numpy.uint16, 0x7E00), torch.bfloat16: (numpy.uint16, 0x7FC0), torch.float32: (numpy.uint32, 0x7FC00000),
       torch.float64: (numpy.uint64, 0x7FF8000000000000), torch.float8_e4m3fn: (numpy.uint8, 0x7F), torch.float8_e5m2: (numpy.uint8, 0x7F)}
N = 65536


def patterns(n_bytes):
    """65536 words of so many bytes."""
    i = numpy.arange(N, dtype=numpy.uint64)
    if n_bytes <= 2:
        return i.astype(numpy.uint8 if n_bytes == 1 else numpy.uint16)
    if n_bytes == 4:
        return ((i << 16) | (i * 40503 & 0xFFFF)).astype(numpy.uint32)
    return (i << 48) | (i * 40503 & 0xFFFF) << 32 | (i * 2654435761 & 0xFFFFFFFF)


def elements(dtype):
    if dtype == torch.bool:
        return torch.from_numpy(patterns(1) & 1).bool()
    if dtype.is_complex:
        real = elements(torch.float32 if dtype == torch.complex64 else torch.float64)
        return torch.complex(real, real.flip(0))
    return torch.from_numpy(patterns(dtype.itemsize).view(numpy.dtype(f"u{dtype.itemsize}")).copy()).view(dtype)


def tame(x):
    """Floats that every integer type can hold."""
    real = x.real if x.is_complex() else x
    real = real.double()
    return torch.where(torch.isfinite(real) & (real.abs() < 127), real, torch.ones_like(real)).abs()


def raw(x):
    if x.is_complex():
        return raw(torch.view_as_real(x))
    if x.dtype in NAN:
        word, nan = NAN[x.dtype]
        bits = x.contiguous().view({1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[x.dtype.itemsize]).numpy().view(word).copy()
        bits[torch.isnan(x.double()).numpy()] = nan
        return bits.tobytes()
    return x.contiguous().numpy().tobytes()


def main():
    sums = []
    for source in DTYPES:
        for target in DTYPES:
            x = elements(source)
            if (source.is_floating_point or source.is_complex) and not (target.is_floating_point or target.is_complex or target == torch.bool):
                x = tame(x)      # from float64, then
            sums.append(zlib.crc32(raw(x.to(target))))
    common = []
    for a in DTYPES:
        for b in DTYPES:
            try:
                common.append("RT_" + str(torch.promote_types(a, b)).replace("torch.", "").upper())
            except RuntimeError:
                common.append("RT_DTYPE_DEFAULT")
    with open(os.path.join(HERE, "frozen_convert.h"), "w") as f:
        f.write(f"/* Made by freeze_convert.py with torch {torch.__version__.split('+')[0]}: a row a source, a column a target, in the order of rt_dtype. */\n\n")
        f.write("static const uint32_t frozen_sums[17][17] = {\n")
        for i in range(17):
            f.write("    { " + ", ".join(f"0x{v:08x}u" for v in sums[17 * i:17 * i + 17]) + " },\n")
        f.write("};\n\nstatic const rt_dtype frozen_common[17][17] = {\n")
        for i in range(17):
            f.write("    { " + ", ".join(common[17 * i:17 * i + 17]) + " },\n")
        f.write("};\n")


if __name__ == "__main__":
    main()
