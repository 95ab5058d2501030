"""Writes mixed.safetensors beside this script: a tensor of every dtype that torch and safetensors share, odd shapes and odd names.

usage: python make_mixed.py    (needs torch and safetensors)
"""
import pathlib

import torch
from safetensors.torch import save_file

dtypes = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint16, torch.uint32, torch.uint64,
          torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2, torch.complex64]

tensors = {str(dtype).removeprefix("torch."): torch.tensor([1.0, 2.0, 0.5, 100.0]).to(dtype) for dtype in dtypes}
tensors["signed"] = torch.tensor([[-1, 2**62, -2**63]])
tensors["complex64"] = torch.tensor([1 + 2j, -0.5j], dtype=torch.complex64)
tensors["bool"] = torch.tensor([True, False, True])
tensors["scalar"] = torch.tensor(3.25)
tensors["empty"] = torch.zeros(2, 0, 3)
tensors["matrix"] = torch.arange(6, dtype=torch.float32).reshape(2, 3)
tensors['Größe "π" \\ 重み 🙂\n'] = torch.tensor([7], dtype=torch.uint8)
tensors[""] = torch.tensor([8], dtype=torch.uint8)

save_file(tensors, pathlib.Path(__file__).parent / "mixed.safetensors", metadata={"format": "pt", "note": "\u00e9\t\"quoted\""})
