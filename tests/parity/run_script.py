"""Runs a script that was written for torch with rustorch, or with any module that the second argument names."""
import importlib
import runpy
import sys

PARTS = ("", ".autograd", ".nn", ".nn.functional", ".nn.init", ".nn.utils", ".optim", ".optim.lr_scheduler", ".serialization", ".utils.data", ".linalg", ".fft")


def rename(module):
    """From now on `import torch`, in all its ways, means module."""
    for part in PARTS:
        importlib.import_module(module + part)
    for name, found in list(sys.modules.items()):
        if name == module or name.startswith(module + "."):
            sys.modules["torch" + name[len(module):]] = found


if __name__ == "__main__":
    script, module = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "rustorch"
    if module != "torch":
        rename(module)
    runpy.run_path(script, run_name="__main__")
