"""Size, device, layout, memory_format, named results, finfo and iinfo: the small objects of PyTorch's that are Python's own here."""
import functools
import operator


class Size(tuple):
    """A shape: a tuple that says torch.Size."""
    __slots__ = ()

    def __new__(cls, sizes=()):
        return super().__new__(cls, [operator.index(s) for s in sizes])

    def numel(self):
        return functools.reduce(operator.mul, self, 1)

    def __repr__(self):
        return f"torch.Size({list(self)})"

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __mul__(self, n):
        return Size(tuple.__mul__(self, n))

    __rmul__ = __mul__

    def __getitem__(self, i):
        part = tuple.__getitem__(self, i)
        return Size(part) if isinstance(i, slice) else part

    def __reduce__(self):
        return Size, (tuple(self),)


class device:
    """Where a tensor is: "cpu", the only one in this build."""
    __slots__ = ("type", "index")

    def __init__(self, type="cpu", index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        if not isinstance(type, str):
            raise TypeError(f"device(): argument 'type' (position 1) must be str, not {type.__class__.__name__}")
        name, colon, number = type.partition(":")
        if name not in ("cpu", "cuda", "mps", "meta", "xpu"):
            raise RuntimeError(f"Expected one of cpu, cuda, mps, xpu, meta device type at start of device string: {type}")
        self.type = name
        self.index = int(number) if colon else index

    def __repr__(self):
        return f"device(type='{self.type}'" + (f", index={self.index})" if self.index is not None else ")")

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __enter__(self):
        check_device(self)
        return self

    def __exit__(self, *_):
        return False


def check_device(d):
    """Refuses what is not the CPU; None is."""
    if d is not None and device(d).type != "cpu":
        raise RuntimeError(f"expected device cpu, got {d}: the package has no other yet")


class _Word:
    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f"torch.{self._name}"

    def __reduce__(self):
        return self._name


class layout(_Word):
    pass


class memory_format(_Word):
    pass


strided = layout("strided")
sparse_coo = layout("sparse_coo")
sparse_csr = layout("sparse_csr")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
for _o in (strided, sparse_coo, sparse_csr, contiguous_format, preserve_format, channels_last, channels_last_3d):
    _o.__module__ = "rustorch"


def result_class(name, fields):
    """The class of results with named parts, torch.return_types.max."""
    fields = fields.split()

    def show(self):
        return f"torch.return_types.{name}(\n" + ",\n".join(f"{f}={getattr(self, f)!r}" for f in fields) + ")"

    members = {f: property(operator.itemgetter(i)) for i, f in enumerate(fields)}
    return type(name, (tuple,), {"__slots__": (), "__repr__": show, "_fields": tuple(fields), "__module__": "rustorch.return_types", **members})


class finfo:
    """A floating point dtype's limits."""
    _bits = {"float16": (10, 5), "bfloat16": (7, 8), "float32": (23, 8), "float64": (52, 11), "float8_e5m2": (2, 5), "float8_e4m3fn": (3, 4)}

    def __init__(self, dtype=None):
        from . import _C
        dtype = dtype or _C.get_default_dtype()
        dtype = dtype.to_real()
        if not dtype.is_floating_point:
            raise TypeError(f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.{dtype.name}'")
        fraction, exponent = self._bits[dtype.name]
        bias = 2 ** (exponent - 1) - 1
        self.dtype = dtype.name
        self.bits = 8 * dtype.itemsize
        self.eps = 2.0 ** -fraction
        self.max = 448.0 if dtype.name == "float8_e4m3fn" else (2 - self.eps) * 2.0 ** bias
        self.min = -self.max
        self.tiny = self.smallest_normal = 2.0 ** (1 - bias)
        self.resolution = 10.0 ** -int(fraction * 0.30103)

    def __repr__(self):
        return f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}, dtype={self.dtype})"


class iinfo:
    """An integer dtype's limits."""

    def __init__(self, dtype):
        if dtype.is_floating_point or dtype.is_complex or dtype.name == "bool":
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.{dtype.name}'")
        self.dtype = dtype.name
        self.bits = 8 * dtype.itemsize
        self.min = -2 ** (self.bits - 1) if dtype.is_signed else 0
        self.max = 2 ** (self.bits - dtype.is_signed) - 1

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
