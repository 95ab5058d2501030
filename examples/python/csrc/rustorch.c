/* rustorch._C: the library as a Python extension module on the stable ABI. One translation unit: the header's implementation, private to this
 * module, and the parts below. Python owns its tensors by reference count: it calls the door, which answers owned references, and never leaves
 * a scope open. */
#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#  define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>
#include <structmember.h>

#define RUSTORCH_STATIC
#define RUSTORCH_IMPLEMENTATION
#include "rustorch.h"

#include "object.c"      /* the types' layouts, errors, what Python has registered */
#include "dtype.c"       /* dtype and Generator */
#include "convert.c"     /* Python's objects as values, and back */
#include "schema.c"      /* functions and methods from the rows' schemas: binding of arguments, overloads, the call */
#include "exchange.c"    /* tensor(), the buffer protocol, DLPack */
#include "index.c"       /* x[...], x[...] = y */
#include "create.c"      /* zeros, rand and other makers, and functions with lists of results: no rows */
#include "autograd.c"    /* backward, grad, hooks, Function, guards */
#include "tensor.c"      /* the type Tensor */
#include "optim.c"       /* steps of optimisers */
#include "module.c"      /* the module */
