"""Pads."""
from .. import functional as F
from ..functional import _n_tuple
from .batchnorm import _check_dims
from .module import Module


class _Pad(Module):
    _sides = 0

    def __init__(self, padding):
        super().__init__()
        self.padding = _n_tuple(self._sides)(padding)

    def forward(self, input):
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self):
        return f"{self.padding}"


class ReflectionPad1d(_Pad):
    _sides, _mode = 2, "reflect"


class ReflectionPad2d(_Pad):
    _sides, _mode = 4, "reflect"


class ReflectionPad3d(_Pad):
    _sides, _mode = 6, "reflect"


class ReplicationPad1d(_Pad):
    _sides, _mode = 2, "replicate"


class ReplicationPad2d(_Pad):
    _sides, _mode = 4, "replicate"


class ReplicationPad3d(_Pad):
    _sides, _mode = 6, "replicate"


class _CircularPadNd(_Pad):
    _mode = "circular"

    def forward(self, input):
        _check_dims(input, (self._sides // 2 + 1, self._sides // 2 + 2))
        return super().forward(input)


class CircularPad1d(_CircularPadNd):
    _sides = 2


class CircularPad2d(_CircularPadNd):
    _sides = 4


class CircularPad3d(_CircularPadNd):
    _sides = 6


class _ConstantPadNd(_Pad):
    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPadNd):
    _sides = 2


class ConstantPad2d(_ConstantPadNd):
    _sides = 4


class ConstantPad3d(_ConstantPadNd):
    _sides = 6


class _ZeroPad:
    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad1d(_ZeroPad, ConstantPad1d):
    pass


class ZeroPad2d(_ZeroPad, ConstantPad2d):
    pass


class ZeroPad3d(_ZeroPad, ConstantPad3d):
    pass
