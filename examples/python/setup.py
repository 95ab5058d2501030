"""Builds rustorch._C from the one header, two folders up, and type stubs from what was built. Everything else is in pyproject.toml."""
import os
import subprocess
import sys
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = os.environ.get("RUSTORCH", os.path.join(HERE, "..", ".."))     # the folder of rustorch.h

class build_with_stubs(build_ext):
    def run(self):
        super().run()
        if not self.inplace:
            subprocess.run([sys.executable, os.path.join(HERE, "stubs.py"), os.path.abspath(self.build_lib)], check=True)


setup(cmdclass={"build_ext": build_with_stubs}, ext_modules=[Extension(
    "rustorch._C",
    [os.path.join("csrc", "rustorch.c")],
    depends=[os.path.join("csrc", name) for name in os.listdir(os.path.join(HERE, "csrc"))] + [os.path.join(HEADER, "rustorch.h")],
    include_dirs=[os.path.relpath(HEADER, HERE)],
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    extra_compile_args=[] if sys.platform == "win32" else ["-fvisibility=hidden", "-O2", "-g0"],
    py_limited_api=True)],
    options={"bdist_wheel": {"py_limited_api": "cp311"}})
