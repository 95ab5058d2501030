"""Writes type stubs for editors, rustorch/__init__.pyi, from the built package: rows by their schemas, Python's own functions by their signatures.

usage: stubs.py folder of the built package
"""
import inspect
import os
import re
import sys

TYPES = {"Tensor": "Tensor", "Scalar": "Number", "SymInt": "int", "int": "int", "float": "float", "bool": "bool", "str": "str", "ScalarType": "dtype", "Generator": "Generator"}
HEAD = '''# Made by stubs.py.
from collections.abc import Sequence
from typing import Any, overload

from ._types import Size, device, finfo, iinfo, layout, memory_format
from . import autograd, errors, nn, optim, utils

Number = int | float | complex | bool
'''


def type_of(text):
    """A schema's type as Python's: Tensor(a), SymInt[2]?, Tensor?[]."""
    optional, text = text.endswith("?"), text.rstrip("?")
    is_list = text.endswith("]")
    name = re.match(r"\w+", text).group()
    made = TYPES[name]
    if is_list:
        made = f"Sequence[{made}]" + (f" | {made}" if re.search(r"\[\d+\]", text) else "")
    return made + (" | None" if optional else "")


def overloads(schemas, method):
    """The lines of one function: its parameters with defaults, results."""
    found = []
    for schema in schemas:
        inside, _, results = schema[schema.index("(") + 1:].rpartition(") -> ")
        parts, has_self = [], False
        for p in re.findall(r"(?:[^,(\[]|\([^)]*\)|\[[^\]]*\])+", inside):
            p = p.strip()
            if not p:
                continue
            if p == "*":
                parts.append("*")
                continue
            kind, name = p.split(" ", 1)
            name, equals, default = name.partition("=")
            if name == "self" and kind.startswith("Tensor"):
                has_self = True
                if method:
                    continue
                name = "input"
            if name in ("from", "lambda"):
                name += "_"
            parts.append(f"{name}: {type_of(kind)}" + (" = ..." if equals else ""))
        if method and not has_self:
            continue
        if "*" not in parts:
            parts.append("*")
        if not method:
            parts.append("out: Any = ...")
        if parts[-1] == "*":
            parts.pop()
        n = results.count("Tensor")
        answer = "Tensor" if n == 1 else "tuple[" + ", ".join(["Tensor"] * n) + "]"
        found.append((", ".join(["self"] * method + parts), answer))
    return found


def lines_of(name, function, method):
    indent = "    " if method else ""
    schemas = re.findall(r"^ \* (.*)$", function.__doc__ or "", re.M) if not inspect.isfunction(function) else []
    if schemas:
        found = overloads(schemas, method)
        mark = f"{indent}@overload\n" if len(found) > 1 else ""
        return [f"{mark}{indent}def {name}({parameters}) -> {answer}: ..." for parameters, answer in found]
    try:
        signature = inspect.signature(function)
        shown = re.sub(r"=[^,)]*(\([^)]*\))?", "=...", str(signature).partition(" ->")[0])
    except (TypeError, ValueError):
        shown = "(self, *args: Any, **named: Any)" if method else "(*args: Any, **named: Any)"
    return [f"{indent}def {name}{shown}: ..."]


def is_name(name):
    return name.isidentifier() and name not in ("lambda", "from", "in", "is", "and", "or", "not")


def main():
    folder = sys.argv[1]
    sys.path.insert(0, folder)
    import rustorch
    lines = [HEAD, "class dtype: ...", "class Generator: ...", "class Tensor:"]
    for name, member in sorted(inspect.getmembers(rustorch.Tensor)):
        if not is_name(name) or name in ("__class__", "__doc__", "__dict__", "__weakref__"):
            continue
        if callable(member):
            lines += lines_of(name, member, True)
        elif not name.startswith("__"):
            lines.append(f"    {name}: Any")
    for name, value in sorted(vars(rustorch).items()):
        if name.startswith("_") or not is_name(name):
            continue
        if isinstance(value, rustorch.dtype):
            lines.append(f"{name}: dtype")
        elif callable(value) and not inspect.isclass(value):
            lines += lines_of(name, value, False)
        elif isinstance(value, float):
            lines.append(f"{name}: float")
    with open(os.path.join(folder, "rustorch", "__init__.pyi"), "w") as f:
        f.write("\n".join(lines) + "\n")
    open(os.path.join(folder, "rustorch", "py.typed"), "w").close()


if __name__ == "__main__":
    main()
