"""Bad calls raise what torch raises."""
import pytest
import rustorch
import torch

CALLS = """
m.ones(2, 3) + m.ones(4)
m.ones(2) @ m.ones(3)
m.mm(m.ones(2, 3), m.ones(2, 3))
m.ones(2, 3).view(4)
m.ones(2, 3).reshape(5, -1)
m.ones(2, 3).t().view(6)
m.ones(2)[5]
m.ones(2)[0, 0]
m.ones(2)["a"]
m.ones(2)[m.tensor([3])]
m.ones(2)[m.tensor([True, False, True])]
m.ones(2)[1.5]
m.ones(3)[::-1]
m.ones(2).sum(3)
m.ones(2).sum(-2)
m.ones(2, 2).sum((0, 0))
m.ones(2).item()
int(m.ones(2))
float(m.ones(0))
bool(m.ones(2))
bool(m.ones(0))
len(m.tensor(1))
list(m.tensor(1))
m.zeros(-1)
m.zeros("a")
m.zeros(2, dtype="float")
m.tensor([[1, 2], [3]])
m.tensor(["a"])
m.tensor(None)
m.tensor([1, None])
m.arange(1, 5, -1)
m.arange(1, 5, 0)
m.linspace(0, 1, -1)
m.eye(-1)
m.randint(5, 5, (1,))
m.randperm(-1)
m.full((2,), "a")
m.cat([])
m.cat([m.ones(2), m.ones(2, 2)])
m.cat(m.ones(2))
m.stack([m.ones(2), m.ones(3)])
m.stack([])
m.ones(2).expand(3)
m.ones(2).permute(0, 1)
m.ones(2, 2).permute(0, 0)
m.ones(2).transpose(0, 2)
m.ones(2).unsqueeze(3)
m.ones(2).squeeze(2)
m.ones(4).split(0)
m.ones(4).split([1, 2])
m.ones(4).chunk(0)
m.ones(2).gather(0, m.tensor([5]))
m.ones(2).gather(0, m.tensor([0.5]))
m.ones(2).index_select(0, m.tensor([5]))
m.ones(2).scatter_(0, m.tensor([5]), 1.0)
m.ones(2).masked_fill(m.ones(2), 1)
m.ones(2).masked_select(m.ones(2))
m.where(m.ones(2), 1, 2)
m.ones(2, requires_grad=True).add_(1)
m.ones(2, dtype=m.int64).requires_grad_()
m.ones(2, dtype=m.int64).div_(2)
m.ones(2, dtype=m.int64).add_(1.5)
m.ones(2).backward()
m.ones(2, requires_grad=True).backward()
(m.ones(2, requires_grad=True) * 2).backward()
m.ones(2, requires_grad=True).sum().backward(m.ones(3))
m.autograd.grad(m.ones(()), m.ones(()))
m.autograd.grad(m.ones((), requires_grad=True) * 2, m.ones((), requires_grad=True))
m.ones(2, requires_grad=True).numpy()
m.ones(2).requires_grad_("a").foo
m.ones(2).nothing
m.nothing
m.ones(2) + "a"
m.ones(2) + [1]
m.ones(2) + None
"a" * m.ones(2)
m.ones(2) < "a"
m.add(1)
m.add(m.ones(1), m.ones(1), m.ones(1), m.ones(1))
m.sum("a")
m.sum(m.ones(1), nothing=1)
m.relu()
m.ones(2).add(other=m.ones(1), nothing=2)
m.ones(2).clamp()
m.ones(2).to("nowhere")
m.ones(2).type(3)
m.ones(2).softmax(3)
m.ones(2).argmax(2)
m.ones(0).argmax()
m.ones(0).max()
m.ones(2, 0).max(1)
m.ones(3).kthvalue(5)
m.ones(3).topk(5)
m.ones(2).bitwise_and(m.ones(2))
~m.ones(2)
m.ones(2) << 1
-m.tensor([True])
m.tensor([True]) - m.tensor([True])
m.einsum("ij,jk->ik", m.ones(2, 3), m.ones(2, 3))
m.einsum("ij->k", m.ones(2, 3))
m.einsum("ij", m.ones(2))
m.linalg.inv(m.ones(2, 3))
m.linalg.inv(m.zeros(2, 2))
m.linalg.cholesky(-m.eye(2))
m.linalg.solve(m.zeros(2, 2), m.ones(2))
m.linalg.det(m.ones(3))
m.fft.fft(m.ones(2), 0)
m.fft.fft(m.ones(()))
m.view_as_complex(m.ones(3))
m.complex(m.ones(2), m.ones(2, dtype=m.float64))
m.ones(2, dtype=m.complex64) < 1
m.ones(2, dtype=m.complex64).max()
m.ones(2, dtype=m.complex64).floor()
m.multinomial(-m.ones(2), 1)
m.multinomial(m.ones(2), 5)
m.bernoulli(m.ones(2) * 2)
m.ones(2).uniform_(1, 0)
m.normal(0.0, -1.0, (2,))
m.manual_seed("a")
m.Generator("nowhere")
m.set_default_dtype(m.int64)
m.set_num_threads(0)
m.finfo(m.int64)
m.iinfo(m.float32)
m.device("nowhere")
m.from_numpy([1])
m.Size(["a"])
m.broadcast_shapes((2,), (3,))
m.broadcast_tensors(m.ones(2), m.ones(3))
m.nn.Linear(2, 3)(m.ones(4))
m.nn.Linear(2, 3)("a")
m.nn.Conv2d(3, 4, 3)(m.ones(1, 2, 8, 8))
m.nn.Conv2d(3, 4, 3, groups=2)
m.nn.Module()()
m.nn.Module().nothing
m.nn.Linear(2, 2).load_state_dict({})
m.nn.Linear(2, 2).load_state_dict({"weight": m.ones(3, 3), "bias": m.ones(2)})
m.nn.Linear(2, 2).register_buffer("weight", m.ones(1))
m.nn.Linear(2, 2).register_parameter("a.b", None)
m.nn.Linear(2, 2).register_parameter("x", m.ones(1))
setattr(m.nn.Linear(2, 2), "weight", m.ones(2))
m.nn.Sequential(m.nn.ReLU())[3]
m.nn.Sequential(1)
m.nn.BatchNorm1d(3)(m.ones(2, 4))
m.nn.Embedding(3, 2)(m.tensor([5]))
m.nn.Embedding(3, 2)(m.tensor([0.5]))
m.nn.Dropout(2)
m.nn.functional.cross_entropy(m.ones(2, 3), m.tensor([0, 5]))
m.nn.functional.cross_entropy(m.ones(2, 3), m.tensor([0]))
m.nn.functional.mse_loss(m.ones(2), m.ones(2), reduction="nothing")
m.nn.functional.max_pool2d(m.ones(1, 1, 2, 2), 5)
m.nn.functional.layer_norm(m.ones(2, 3), (4,))
m.nn.functional.pad(m.ones(2), (1, 1, 1, 1))
m.nn.functional.dropout(m.ones(2), -1)
m.nn.functional.softmax(m.ones(2), 5)
m.nn.utils.clip_grad_norm_([], "a")
m.optim.SGD([], 0.1)
m.optim.SGD([m.ones(1)], -1)
m.optim.SGD(m.ones(1), 0.1)
m.optim.Adam([m.ones(1)], betas=(2.0, 0.5))
m.utils.data.DataLoader([1], batch_size=0)
m.utils.data.DataLoader([])["a"]
m.utils.data.random_split([1, 2], [1])
m.load("/no/such/file")
hash(m.ones(2)) + "a"
format(m.ones(2), ".2f")
""".strip().splitlines()


def raised(call, module):
    try:
        eval(call, {"m": module})
    except Exception as e:
        assert str(e) or isinstance(e, (NotImplementedError, IndexError, KeyError, AssertionError)), f"{call}: an error without words"
        return type(e)
    return None


@pytest.mark.parametrize("call", CALLS)
def test_the_same_exception(call):
    want, got = raised(call, torch), raised(call, rustorch)
    name = lambda t: t and t.__name__
    if want is torch.linalg.LinAlgError:
        want = RuntimeError
    assert got is want or got and want and issubclass(got, want), f"{call}: {name(got)} instead of {name(want)}"


def test_nothing_is_left_pending():
    for call in CALLS:
        raised(call, rustorch)
        assert rustorch.ones(2).sum().item() == 2
