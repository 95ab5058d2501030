"""Cells of recurrent networks: one step each."""
import math

from ..._creation import empty
from .. import functional as F, init
from ..parameter import Parameter
from .module import Module


class RNNCellBase(Module):
    def __init__(self, input_size, hidden_size, bias, num_chunks, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        room = lambda *size: Parameter(empty(size, device=device, dtype=dtype))
        n = num_chunks * hidden_size
        self.weight_ih, self.weight_hh = room(n, input_size), room(n, hidden_size)
        self.register_parameter("bias_ih", room(n) if bias else None)
        self.register_parameter("bias_hh", room(n) if bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self):
        text = f"{self.input_size}, {self.hidden_size}"
        text += f", bias={self.bias}" if self.bias is not True else ""
        return text + (f", nonlinearity={self.nonlinearity}" if getattr(self, "nonlinearity", "tanh") != "tanh" else "")

    def _batched(self, x, name):
        if x.dim() not in (1, 2):
            raise ValueError(f"{type(self).__name__}: Expected {name} to be 1D or 2D, got {x.dim()}D instead")
        return x.unsqueeze(0) if x.dim() == 1 else x

    def _no_state(self, x):
        return x.new_zeros((x.size(0), self.hidden_size))

    def _parts(self, input, hx):
        return F.linear(input, self.weight_ih, self.bias_ih), F.linear(hx, self.weight_hh, self.bias_hh)


class RNNCell(RNNCellBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it."""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        x = self._batched(input, "input")
        h = self._no_state(x) if hx is None else self._batched(hx, "hidden")
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        of_input, of_state = self._parts(x, h)
        made = getattr(F, self.nonlinearity)(of_input + of_state)
        return made if input.dim() == 2 else made.squeeze(0)


class LSTMCell(RNNCellBase):
    """i, f, o = sigmoid(...), g = tanh(...); c' = f c + i g, h' = o tanh(c')"""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input, hx=None):
        x = self._batched(input, "input")
        h, c = (self._no_state(x),) * 2 if hx is None else (self._batched(s, f"hx[{i}]") for i, s in enumerate(hx))
        of_input, of_state = self._parts(x, h)
        i, f, g, o = (of_input + of_state).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h, c) if input.dim() == 2 else (h.squeeze(0), c.squeeze(0))


class GRUCell(RNNCellBase):
    """r, z = sigmoid(...), n = tanh(W_in x + b_in + r (W_hn h + b_hn)); h' = (1 - z) n + z h"""

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input, hx=None):
        x = self._batched(input, "input")
        h = self._no_state(x) if hx is None else self._batched(hx, "hidden")
        of_input, of_state = (part.chunk(3, 1) for part in self._parts(x, h))
        r, z = (of_input[0] + of_state[0]).sigmoid(), (of_input[1] + of_state[1]).sigmoid()
        n = (of_input[2] + of_state[2] * r).tanh()
        made = (h - n) * z + n
        return made if input.dim() == 2 else made.squeeze(0)
