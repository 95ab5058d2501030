"""Tensors as other libraries' arrays and back, on the same memory; pickles and copies."""
import copy
import io
import pickle
import sys

import numpy as np
import pytest
import rustorch as rt
import torch

NUMPY = {"float32": "f4", "float64": "f8", "float16": "f2", "int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8", "uint8": "u1", "bool": "?", "complex64": "c8",
         "complex128": "c16"}
DLPACK = sorted(set(NUMPY) | {"bfloat16"})


@pytest.mark.parametrize("name", sorted(NUMPY))
def test_numpy_both_ways(name):
    array = np.arange(6).reshape(2, 3).astype(NUMPY[name])
    x = rt.from_numpy(array)
    assert x.dtype is getattr(rt, name) and x.tolist() == array.tolist()
    array[0, 1] = 0
    assert x[0, 1] == 0 and x.data_ptr() == array.ctypes.data
    back = x.numpy()
    back[1, 1] = 1
    assert array[1, 1] == 1 and back.dtype == array.dtype
    turned = rt.from_numpy(array.T[::2])
    assert turned.stride() == (2, 3) and turned.tolist() == array.T[::2].tolist()
    assert x.t().numpy().tolist() == array.T.tolist() and np.asarray(x[:, 1]).strides == (3 * array.itemsize,)


def test_numpy_keeps_its_memory_alive():
    x = rt.from_numpy(np.full(1000, 3.0))
    y = rt.ones(1000).numpy()
    [np.zeros(1000) for _ in range(50)]
    assert bool((x == 3).all()) and (y == 1).all()


def test_numpy_refusals():
    for bad in (lambda: rt.from_numpy([1]), lambda: rt.from_numpy(np.array(["a"])), lambda: rt.from_numpy(np.arange(3)[::-1]),
                lambda: rt.ones(1, requires_grad=True).numpy()):
        with pytest.raises((TypeError, ValueError, RuntimeError)):
            bad()
    assert rt.ones(1, requires_grad=True).detach().numpy() == 1
    assert rt.tensor(np.arange(3)[::-1].copy()).tolist() == [2, 1, 0]


def test_numpy_functions_and_scalars():
    x = rt.arange(4.0)
    assert np.sum(x) == 6 and np.sqrt(x.numpy())[1] == 1 and np.array(x, dtype="i4").dtype == np.int32
    assert (x + np.float32(2)).tolist() == [2, 3, 4, 5] and rt.tensor(np.float64(2)).dtype is rt.float64
    assert x[np.int64(2)] == 2 and x.reshape(np.int32(2), 2).shape == (2, 2)
    assert rt.as_tensor(np.ones(2)).dtype is rt.float64 and rt.tensor([np.float32(1), np.float32(2)]).tolist() == [1, 2]


@pytest.mark.parametrize("name", DLPACK)
def test_dlpack_both_ways(name):
    theirs = torch.arange(6).reshape(2, 3).to(getattr(torch, name))
    mine = rt.from_dlpack(theirs)
    assert mine.dtype is getattr(rt, name) and mine.data_ptr() == theirs.data_ptr() and mine.shape == (2, 3)
    theirs.zero_()
    assert not mine.any()
    again = torch.from_dlpack(mine.t())
    assert again.data_ptr() == theirs.data_ptr() and again.stride() == (1, 3) and again.dtype is theirs.dtype
    made = rt.ones(3, dtype=getattr(rt, name))
    lent = torch.from_dlpack(made)
    address = made.data_ptr()
    del made
    assert lent.data_ptr() == address and bool(lent.all())


def test_dlpack_with_numpy():
    x = rt.arange(4.0)
    array = np.from_dlpack(x)
    assert array.ctypes.data == x.data_ptr()
    assert rt.from_dlpack(np.arange(3)).tolist() == [0, 1, 2] and x.__dlpack_device__() == (1, 0)
    with pytest.raises((RuntimeError, BufferError, ValueError)):
        rt.ones(1, requires_grad=True).__dlpack__()


def test_dlpack_is_released():
    before = rt._C._memory_stats()
    for _ in range(100):
        torch.from_dlpack(rt.ones(100))
        rt.ones(10).__dlpack__()                      # a capsule that nobody takes
        rt.from_dlpack(torch.ones(10))
    assert rt._C._memory_stats() == before


def test_buffer_protocol():
    x = rt.arange(6, dtype=rt.int32).reshape(2, 3)
    view = memoryview(x)
    assert view.shape == (2, 3) and view.strides == (12, 4) and view.format == "i" and view.tolist() == x.tolist()
    view[1, 2] = 50
    assert x[1, 2] == 50 and bytes(x) == x.numpy().tobytes()
    assert memoryview(x.t()).strides == (4, 12)
    assert rt.frombuffer(bytearray(b"\x01\x00\x02\x00"), dtype=rt.int16).tolist() == [1, 2]
    assert rt.tensor(np.asarray(memoryview(np.arange(3.0)))).tolist() == [0, 1, 2]


ALL = sorted(set(NUMPY) | {"bfloat16"})


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol):
    for name in ALL:
        x = rt.arange(6).reshape(2, 3).to(getattr(rt, name))
        y = pickle.loads(pickle.dumps(x, protocol))
        assert y.dtype is x.dtype and rt.equal(x, y) and y.data_ptr() != x.data_ptr()
    p = rt.nn.Parameter(rt.ones(2))
    p.note = "kept"
    q = pickle.loads(pickle.dumps([p, p], protocol))
    assert type(q[0]) is rt.nn.Parameter and q[0] is q[1] and q[0].requires_grad and q[0].note == "kept"
    small = rt.float32, rt.Size([1, 2]), rt.device("cpu")
    assert pickle.loads(pickle.dumps(small, protocol)) == small
    assert pickle.loads(pickle.dumps(rt.float32)) is rt.float32


def test_copies():
    x = rt.ones(2, 3, requires_grad=True)
    x.sum().backward()
    deep, shallow = copy.deepcopy(x), copy.copy(x)
    assert deep.requires_grad and deep.is_leaf and deep.data_ptr() != x.data_ptr() and rt.equal(deep.grad, x.grad) and deep.grad.data_ptr() != x.grad.data_ptr()
    assert shallow.data_ptr() == x.data_ptr() or rt.equal(shallow, x)
    twins = copy.deepcopy([x, x])
    assert twins[0] is twins[1]
    with pytest.raises(RuntimeError):
        copy.deepcopy(x * 2)
    net = rt.nn.Linear(2, 2)
    other = copy.deepcopy(net)
    with rt.no_grad():
        other.weight.zero_()
    assert bool(net.weight.any())
    generator = rt.Generator().manual_seed(3)
    state = generator.get_state()
    first = rt.rand(3, generator=generator)
    generator.set_state(state)
    assert rt.equal(first, rt.rand(3, generator=generator))


def test_files(tmp_path):
    x = rt.arange(12.0).reshape(3, 4)
    path = tmp_path / "tensors.pt"
    rt.save({"whole": x, "row": x[1], "turned": x.t(), "none": None, "n": [1, 2.5, "text"]}, path)
    y = rt.load(path)
    y["row"].zero_()
    assert y["whole"][1].tolist() == [0] * 4 and y["turned"].stride() == (1, 4) and y["n"] == [1, 2.5, "text"] and y["none"] is None
    net = rt.nn.Sequential(rt.nn.Linear(2, 3), rt.nn.ReLU())
    buffer = io.BytesIO()
    rt.save(net, buffer)
    buffer.seek(0)
    with pytest.raises(pickle.UnpicklingError):
        rt.load(buffer)
    buffer.seek(0)
    again = rt.load(buffer, map_location=rt.device("cpu"), weights_only=False)
    assert all(rt.equal(a, b) for a, b in zip(net.state_dict().values(), again.state_dict().values()))


def test_attributes_and_weak_references():
    import weakref
    x = rt.ones(2)
    x.note = [1]
    assert x.note == [1] and sys.getrefcount(x) == 2
    gone = weakref.ref(x)
    assert gone() is x
    del x
    assert gone() is None
    assert len({rt.ones(1): 1, rt.ones(1): 2}) == 2
