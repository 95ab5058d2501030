"""Writes digits-images.idx3-ubyte and digits-labels.idx1-ubyte beside this script, from scikit-learn's copy of the data.

usage: python make_digits.py    (needs scikit-learn)
"""
import pathlib
import struct

import numpy
from sklearn.datasets import load_digits


def write_idx(path, array):
    """IDX: two zero bytes, 8 for uint8, the number of dimensions, the sizes (big-endian), the elements."""
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(header + array.astype(numpy.uint8).tobytes())


folder = pathlib.Path(__file__).parent
digits = load_digits()
write_idx(folder / "digits-images.idx3-ubyte", digits.images)
write_idx(folder / "digits-labels.idx1-ubyte", digits.target)
