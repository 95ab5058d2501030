/* ---- the type Tensor: life, attributes, operators. Methods come from the rows (schema.c) and from the package ---- */

/* What users hang on a tensor may lead back to it. */
static int tensor_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((tensor_object *)(void *)self)->dict);
    return 0;
}

static int tensor_clear(PyObject *self)
{
    Py_CLEAR(((tensor_object *)(void *)self)->dict);
    return 0;
}

static void tensor_dealloc(PyObject *self)
{
    tensor_object *o = (tensor_object *)(void *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (o->weak)
        PyObject_ClearWeakRefs(self);
    Py_XDECREF(o->dict);
    rti_release(o->t);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* An object of a subclass on an owned tensor. */
static PyObject *wrap_as(PyTypeObject *type, rt_tensor *t)
{
    if (!t)
        return failed();
    tensor_object *o = (tensor_object *)(void *)PyType_GenericAlloc(type, 0);
    if (!o) {
        rti_release(t);
        return NULL;
    }
    o->t = t;
    return (PyObject *)o;
}

/* Tensor(), Tensor(2, 3), Tensor([1, 2]), Tensor(x), as torch.Tensor's constructor has it */
static PyObject *tensor_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    Py_ssize_t n = PyTuple_Size(args);
    PyObject *first = n == 1 ? PyTuple_GetItem(args, 0) : NULL, *made = NULL, *y = NULL;
    rt_shape shape = RT_SHAPE0;
    (void)keywords;
    if (first && is_tensor(first)) {
        rt_scope scope = rt_scope_begin();
        rt_tensor *t = rt_detach(tensor_of(first));
        if (t)
            rti_retain(t);
        y = wrap_as(type, t);
        rt_scope_end(scope);
        return y;
    }
    if (first && !is_integer(first, false)) {
        made = tensor_of_lists(first, default_dtype);
    } else {
        rt_tensor_opts opts = { 1, default_dtype, false, NULL };
        if (n == 0)
            shape = RT_SHAPE(0);
        else if (!shape_from(args, &shape))
            return NULL;
        SCOPED(made, rt_empty(shape, &opts));
    }
    if (!made || type == tensor_type)
        return made;
    rti_retain(tensor_of(made));
    y = wrap_as(type, tensor_of(made));
    Py_DECREF(made);
    return y;
}

/* Tensor._make_subclass(cls, data, require_grad) */
static PyObject *make_subclass(PyObject *m, PyObject *args)
{
    PyObject *type, *data, *y;
    int wants = 0;
    (void)m;
    if (!PyArg_ParseTuple(args, "O!O!|p", &PyType_Type, &type, tensor_type, &data, &wants))
        return NULL;
    rt_scope scope = rt_scope_begin();
    rt_tensor *t = rt_detach(tensor_of(data));
    if (t && wants)
        t = rt_requires_grad_(t);
    if (t)
        rti_retain(t);
    y = wrap_as((PyTypeObject *)(void *)type, t);
    rt_scope_end(scope);
    return y;
}

/* ---- reading ---- */

static PyObject *tensor_repr(PyObject *self)
{
    rt_tensor *t = tensor_of(self);
    char small[2048], *text = small;
    size_t n = rt_to_string(t, small, sizeof small);
    if (rt_error_pending())
        return failed();
    if (n >= sizeof small) {
        text = (char *)PyMem_Malloc(n + 1);
        if (!text)
            return PyErr_NoMemory();
        rt_to_string(t, text, n + 1);
    }
    PyObject *y = PyUnicode_FromStringAndSize(text, (Py_ssize_t)n);
    if (text != small)
        PyMem_Free(text);
    return y;
}

static PyObject *number_of_one(rt_tensor *t)
{
    rt_scalar s = rt_item_scalar(t);
    if (rt_error_pending())
        return failed();
    return (rt_dtype)t->dtype == RT_UINT64 && s.kind == RT_SCALAR_INT ? PyLong_FromUnsignedLongLong((uint64_t)s.i) : number_of(s);
}

static PyObject *tensor_item(PyObject *self, PyObject *unused)
{
    (void)unused;
    if (tensor_of(self)->numel != 1)
        return PyErr_Format(PyExc_RuntimeError, "a Tensor with %lld elements cannot be converted to Scalar", (long long)tensor_of(self)->numel);
    return number_of_one(tensor_of(self));
}

static PyObject *list_of(const rt_tensor *t, int d, const char *at)
{
    if (d == t->ndim) {
        rt_tensor one = *t;
        one.ndim = 0;
        one.numel = 1;
        one.contiguous = true;
        memcpy(&one.data, &at, sizeof at);
        return number_of_one(&one);
    }
    PyObject *list = PyList_New((Py_ssize_t)t->size[d]);
    for (int64_t i = 0; list && i < t->size[d]; i++) {
        PyObject *o = list_of(t, d + 1, at + i * rti_step_bytes(t, d, (int64_t)rt_dtype_size((rt_dtype)t->dtype)));
        if (o)
            PyList_SetItem(list, (Py_ssize_t)i, o);
        else
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *tensor_tolist(PyObject *self, PyObject *unused)
{
    (void)unused;
    return rti_settle(tensor_of(self)) == RT_OK ? list_of(tensor_of(self), 0, tensor_of(self)->data) : failed();
}

static int dim_from(PyObject *self, PyObject *o)
{
    int64_t dim;
    if (!is_integer(o, true)) {
        PyErr_Format(PyExc_TypeError, "dim must be int, not %R", (PyObject *)Py_TYPE(o));
        return -1;
    }
    if (!integer_from(o, &dim))
        return -1;
    rt_tensor *t = tensor_of(self);
    if (t->ndim == 0)
        PyErr_Format(PyExc_IndexError, "Dimension specified as %lld but tensor has no dimensions", (long long)dim);
    else if (dim < -t->ndim || dim >= t->ndim)
        PyErr_Format(PyExc_IndexError, "Dimension out of range (expected to be in range of [%d, %d], but got %lld)", -t->ndim, t->ndim - 1, (long long)dim);
    return PyErr_Occurred() ? -1 : (int)(dim < 0 ? dim + t->ndim : dim);
}

/* size(), size(dim), stride(), stride(dim); by keyword too */
static PyObject *sizes_of(PyObject *self, PyObject *args, PyObject *keywords, bool strides)
{
    static char *names[] = { (char *)(uintptr_t)"dim", NULL };
    PyObject *o = Py_None, *tuple;
    const rt_tensor *t = tensor_of(self);
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O", names, &o))
        return NULL;
    if (o == Py_None && !strides)
        return size_of(t->size, t->ndim);
    if (o == Py_None) {
        tuple = size_of(t->stride, t->ndim);
        PyObject *plain = tuple ? PySequence_List(tuple) : NULL, *y = plain ? PyList_AsTuple(plain) : NULL;
        Py_XDECREF(plain);
        Py_XDECREF(tuple);
        return y;
    }
    int d = dim_from(self, o);
    return d < 0 ? NULL : PyLong_FromLongLong(strides ? t->stride[d] : t->size[d]);
}
static PyObject *tensor_size(PyObject *self, PyObject *args, PyObject *keywords) { return sizes_of(self, args, keywords, false); }
static PyObject *tensor_stride(PyObject *self, PyObject *args, PyObject *keywords) { return sizes_of(self, args, keywords, true); }

static PyObject *tensor_dim(PyObject *self, PyObject *unused) { (void)unused; return PyLong_FromLong(tensor_of(self)->ndim); }
static PyObject *tensor_numel(PyObject *self, PyObject *unused) { (void)unused; return PyLong_FromLongLong(tensor_of(self)->numel); }
static PyObject *tensor_element_size(PyObject *self, PyObject *unused) { (void)unused; return PyLong_FromSize_t(rt_dtype_size((rt_dtype)tensor_of(self)->dtype)); }
static PyObject *tensor_data_ptr(PyObject *self, PyObject *unused)
{
    (void)unused;
    return rti_settle(tensor_of(self)) == RT_OK ? PyLong_FromVoidPtr(tensor_of(self)->numel ? tensor_of(self)->data : NULL) : failed();
}
static PyObject *tensor_storage_offset(PyObject *self, PyObject *unused)
{
    rt_tensor *t = tensor_of(self);
    (void)unused;
    return PyLong_FromLongLong(t->storage && t->data ? (t->data - t->storage->data) / (int64_t)rt_dtype_size((rt_dtype)t->dtype) : 0);
}
static PyObject *tensor_storage_bytes(PyObject *self, PyObject *unused) { (void)unused; return PyLong_FromSize_t(tensor_of(self)->storage ? tensor_of(self)->storage->n_bytes : 0); }
static PyObject *tensor_is_contiguous(PyObject *self, PyObject *unused) { (void)unused; return PyBool_FromLong(tensor_of(self)->contiguous); }
static PyObject *tensor_is_floating_point(PyObject *self, PyObject *unused) { (void)unused; return PyBool_FromLong(rt_dtype_is_floating_point((rt_dtype)tensor_of(self)->dtype)); }
static PyObject *tensor_is_complex(PyObject *self, PyObject *unused) { (void)unused; return PyBool_FromLong(rt_dtype_is_complex((rt_dtype)tensor_of(self)->dtype)); }
static PyObject *tensor_is_inference(PyObject *self, PyObject *unused) { (void)unused; return PyBool_FromLong(rt_is_inference(tensor_of(self))); }

/* The object itself where the library answers with its tensor. */
static PyObject *same_or_new(PyObject *self, rt_tensor *t)
{
    if (t == tensor_of(self))
        return Py_NewRef(self);
    return wrap_borrowed(t);
}
#define TENSOR_CALL(name, expression) \
    static PyObject *tensor_##name(PyObject *self, PyObject *unused) \
    { \
        rt_tensor *t = tensor_of(self); \
        (void)unused; \
        rt_scope scope = rt_scope_begin(); \
        PyObject *y = same_or_new(self, expression); \
        rt_scope_end(scope); \
        return y; \
    }
TENSOR_CALL(contiguous, rt_contiguous(t))
TENSOR_CALL(detach, rt_detach(t))
TENSOR_CALL(detach_, rt_detach_(t))
TENSOR_CALL(zero_, rt_zero_(t))

static PyObject *tensor_retain_grad(PyObject *self, PyObject *unused) { (void)unused; return status_ok(rt_retain_grad(tensor_of(self))) ? Py_NewRef(Py_None) : NULL; }
static PyObject *tensor_dlpack(PyObject *self, PyObject *versioned) { return to_dlpack(tensor_of(self), versioned == Py_True); }

/* requires_grad_(on) */
static PyObject *tensor_requires_grad_(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = { (char *)(uintptr_t)"requires_grad", NULL };
    PyObject *on = Py_True;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O!", names, &PyBool_Type, &on))
        return NULL;
    return rt_set_requires_grad(tensor_of(self), on == Py_True) ? Py_NewRef(self) : failed();
}

/* _set_data(x): x's memory takes the place of self's; the gradient stays. What .data = does */
static PyObject *tensor_set_data(PyObject *self, PyObject *other)
{
    tensor_object *o = (tensor_object *)(void *)self;
    if (!is_tensor(other))
        return PyErr_Format(PyExc_TypeError, "Variable data has to be a tensor, but got %R", (PyObject *)Py_TYPE(other));
    rt_scope scope = rt_scope_begin();
    rt_tensor *old = o->t, *t = rt_detach(tensor_of(other)), *grad = rt_grad(old);
    if (t && rt_requires_grad(old))
        t = rt_requires_grad_(t);
    if (t && !rti_absent(grad) && rti_same_shape(grad, t) && rt_set_grad(t, grad) != RT_OK)
        t = NULL;
    if (t) {
        rti_retain(t);
        o->t = t;
    }
    rt_scope_end(scope);
    if (!t)
        return failed();
    rti_release(old);
    Py_RETURN_NONE;
}

/* _bytes(), _load_bytes(bytes): the elements of a contiguous tensor, for pickle */
static PyObject *tensor_bytes(PyObject *self, PyObject *unused)
{
    const rt_tensor *t = tensor_of(self);
    (void)unused;
    return rti_settle(t) == RT_OK ? PyBytes_FromStringAndSize(t->data, (Py_ssize_t)t->numel * (Py_ssize_t)rt_dtype_size((rt_dtype)t->dtype)) : failed();
}

static PyObject *tensor_load_bytes(PyObject *self, PyObject *bytes)
{
    char *from;
    Py_ssize_t n, want = (Py_ssize_t)tensor_of(self)->numel * (Py_ssize_t)rt_dtype_size((rt_dtype)tensor_of(self)->dtype);
    if (PyBytes_AsStringAndSize(bytes, &from, &n) < 0)
        return NULL;
    if (n != want || !tensor_of(self)->contiguous)
        return PyErr_Format(PyExc_ValueError, "expected %zd bytes for a contiguous tensor, got %zd", want, n);
    if (n)
        memcpy(tensor_of(self)->data, from, (size_t)n);
    Py_RETURN_NONE;
}

/* ---- attributes ---- */

static PyObject *get_shape(PyObject *self, void *unused) { (void)unused; return size_of(tensor_of(self)->size, tensor_of(self)->ndim); }
static PyObject *get_dtype(PyObject *self, void *unused) { (void)unused; return dtype_wrap((rt_dtype)tensor_of(self)->dtype); }
static PyObject *get_ndim(PyObject *self, void *unused) { (void)unused; return PyLong_FromLong(tensor_of(self)->ndim); }
static PyObject *get_device(PyObject *self, void *unused) { (void)self; (void)unused; return Py_NewRef(device_cpu); }
static PyObject *get_layout(PyObject *self, void *unused) { (void)self; (void)unused; return Py_NewRef(layout_strided); }
static PyObject *get_requires_grad(PyObject *self, void *unused) { (void)unused; return PyBool_FromLong(rt_requires_grad(tensor_of(self))); }
static PyObject *get_is_leaf(PyObject *self, void *unused) { (void)unused; return PyBool_FromLong(rt_is_leaf(tensor_of(self)) || !rt_requires_grad(tensor_of(self))); }
static PyObject *get_retains_grad(PyObject *self, void *unused) { (void)unused; return PyBool_FromLong(rt_retains_grad(tensor_of(self))); }
static PyObject *get_grad(PyObject *self, void *unused) { (void)unused; return wrap_borrowed(rt_grad(tensor_of(self))); }
static PyObject *get_false(PyObject *self, void *unused) { (void)self; (void)unused; Py_RETURN_FALSE; }
static PyObject *get_true(PyObject *self, void *unused) { (void)self; (void)unused; Py_RETURN_TRUE; }
static PyObject *get_zero(PyObject *self, void *unused) { (void)self; (void)unused; return PyLong_FromLong(0); }
static PyObject *get_itemsize(PyObject *self, void *unused) { (void)unused; return tensor_element_size(self, NULL); }
static PyObject *get_nbytes(PyObject *self, void *unused) { (void)unused; return PyLong_FromLongLong(tensor_of(self)->numel * (int64_t)rt_dtype_size((rt_dtype)tensor_of(self)->dtype)); }

static PyObject *get_version(PyObject *self, void *unused)
{
    (void)unused;
    int v = rt_version_of(tensor_of(self));
    return rt_error_pending() ? failed() : PyLong_FromLong(v);
}

/* The base of a view, as PyTorch shows it: of tensors that autograd follows. */
static PyObject *get_base(PyObject *self, void *unused)
{
    (void)unused;
    return tensor_of(self)->base ? wrap_borrowed(tensor_of(self)->base) : Py_NewRef(Py_None);
}

/* "MulBackward0" or None; the package makes an object of it. */
static PyObject *get_grad_fn_name(PyObject *self, void *unused)
{
    rti_grad_name name;
    (void)unused;
    rt_tensor *t = tensor_of(self);
    return rt_requires_grad(t) && rt_grad_fn(t) ? PyUnicode_FromString(rti_node_name(rti_node_of(t), &name)) : Py_NewRef(Py_None);
}

static int set_requires_grad(PyObject *self, PyObject *value, void *unused)
{
    (void)unused;
    if (!value || !PyBool_Check(value)) {
        PyErr_SetString(PyExc_RuntimeError, "requires_grad must be a bool");
        return -1;
    }
    if (rt_set_requires_grad(tensor_of(self), value == Py_True))
        return 0;
    failed();
    return -1;
}

static int set_grad(PyObject *self, PyObject *value, void *unused)
{
    (void)unused;
    if (value && value != Py_None && !is_tensor(value)) {
        PyErr_Format(PyExc_TypeError, "assigned grad expected to be a Tensor or None but got grad of type %R", (PyObject *)Py_TYPE(value));
        return -1;
    }
    return status_ok(rt_set_grad(tensor_of(self), !value || value == Py_None ? RT_NONE : tensor_of(value))) ? 0 : -1;
}

static PyObject *get_data(PyObject *self, void *unused) { (void)unused; return tensor_detach(self, NULL); }
static int set_data(PyObject *self, PyObject *value, void *unused)
{
    (void)unused;
    PyObject *y = tensor_set_data(self, value ? value : Py_None);
    Py_XDECREF(y);
    return y ? 0 : -1;
}

static PyGetSetDef tensor_getset[] = {
    { "shape", get_shape, NULL, NULL, NULL }, { "dtype", get_dtype, NULL, NULL, NULL }, { "ndim", get_ndim, NULL, NULL, NULL },
    { "device", get_device, NULL, NULL, NULL }, { "layout", get_layout, NULL, NULL, NULL }, { "is_leaf", get_is_leaf, NULL, NULL, NULL },
    { "requires_grad", get_requires_grad, set_requires_grad, NULL, NULL }, { "grad", get_grad, set_grad, NULL, NULL },
    { "data", get_data, set_data, NULL, NULL }, { "_version", get_version, NULL, NULL, NULL }, { "_base", get_base, NULL, NULL, NULL },
    { "_grad_fn_name", get_grad_fn_name, NULL, NULL, NULL }, { "retains_grad", get_retains_grad, NULL, NULL, NULL },
    { "itemsize", get_itemsize, NULL, NULL, NULL }, { "nbytes", get_nbytes, NULL, NULL, NULL }, { "is_cpu", get_true, NULL, NULL, NULL },
    { "is_cuda", get_false, NULL, NULL, NULL }, { "is_sparse", get_false, NULL, NULL, NULL }, { "is_sparse_csr", get_false, NULL, NULL, NULL },
    { "is_quantized", get_false, NULL, NULL, NULL }, { "is_meta", get_false, NULL, NULL, NULL }, { "is_nested", get_false, NULL, NULL, NULL },
    { "is_mps", get_false, NULL, NULL, NULL }, { "is_xpu", get_false, NULL, NULL, NULL }, { "is_mkldnn", get_false, NULL, NULL, NULL },
    { "output_nr", get_zero, NULL, NULL, NULL }, { "__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL }, { NULL, NULL, NULL, NULL, NULL } };

static PyMemberDef tensor_members[] = {
    { "__dictoffset__", T_PYSSIZET, offsetof(tensor_object, dict), READONLY, NULL },
    { "__weaklistoffset__", T_PYSSIZET, offsetof(tensor_object, weak), READONLY, NULL }, { NULL, 0, 0, 0, NULL } };

static PyMethodDef tensor_methods[] = {
    { "item", tensor_item, METH_NOARGS, NULL }, { "tolist", tensor_tolist, METH_NOARGS, NULL },
    { "size", (PyCFunction)(void *)tensor_size, METH_VARARGS | METH_KEYWORDS, NULL }, { "stride", (PyCFunction)(void *)tensor_stride, METH_VARARGS | METH_KEYWORDS, NULL },
    { "dim", tensor_dim, METH_NOARGS, NULL }, { "ndimension", tensor_dim, METH_NOARGS, NULL }, { "numel", tensor_numel, METH_NOARGS, NULL },
    { "nelement", tensor_numel, METH_NOARGS, NULL }, { "element_size", tensor_element_size, METH_NOARGS, NULL }, { "data_ptr", tensor_data_ptr, METH_NOARGS, NULL },
    { "storage_offset", tensor_storage_offset, METH_NOARGS, NULL }, { "_storage_bytes", tensor_storage_bytes, METH_NOARGS, NULL },
    { "_is_contiguous", tensor_is_contiguous, METH_NOARGS, NULL }, { "_contiguous", tensor_contiguous, METH_NOARGS, NULL },
    { "is_floating_point", tensor_is_floating_point, METH_NOARGS, NULL }, { "is_complex", tensor_is_complex, METH_NOARGS, NULL },
    { "is_inference", tensor_is_inference, METH_NOARGS, NULL }, { "detach", tensor_detach, METH_NOARGS, NULL }, { "detach_", tensor_detach_, METH_NOARGS, NULL },
    { "zero_", tensor_zero_, METH_NOARGS, NULL }, { "retain_grad", tensor_retain_grad, METH_NOARGS, NULL }, { "_dlpack", tensor_dlpack, METH_O, NULL },
    { "_bytes", tensor_bytes, METH_NOARGS, NULL }, { "_load_bytes", tensor_load_bytes, METH_O, NULL },
    { "requires_grad_", (PyCFunction)(void *)tensor_requires_grad_, METH_VARARGS | METH_KEYWORDS, NULL },
    { "_make_subclass", make_subclass, METH_VARARGS | METH_STATIC, NULL }, { NULL, NULL, 0, NULL } };

/* ---- operators ---- */

typedef enum operation { OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_FLOORDIV, OP_MOD, OP_POW, OP_MATMUL, OP_AND, OP_OR, OP_XOR, OP_LSHIFT, OP_RSHIFT,
                         OP_RSUB, OP_RECIPROCAL, OP_NEG, OP_ABS, OP_NOT, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, N_OPERATIONS } operation;
static const char *const operation_names[N_OPERATIONS] = { "add", "sub", "mul", "div", "floor_divide", "remainder", "pow", "matmul", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "rsub", "reciprocal", "neg", "abs", "bitwise_not", "eq", "ne", "lt", "le", "gt", "ge" };
static overloads *operations[N_OPERATIONS];

static PyObject *operate(operation op, PyObject *self, PyObject *const *args, Py_ssize_t n, bool inplace)
{
    const overloads *f = operations[op];
    return call_overloads(f, inplace ? f->name_inplace : f->name, self, args, n, NULL, inplace);
}

static bool is_operand(PyObject *o) { return is_tensor(o) || is_scalar(o, false); }

static PyObject *binary(operation op, PyObject *a, PyObject *b);

static bool is_array(PyObject *o) { return PyObject_CheckBuffer(o) && PyObject_HasAttrString(o, "__array_interface__"); }

/* With an array beside the tensor: a tensor on its memory takes its place. */
static PyObject *binary_with_array(operation op, PyObject *a, PyObject *b)
{
    PyObject *left = is_operand(a) ? Py_NewRef(a) : from_numpy(NULL, a), *right = !left ? NULL : is_operand(b) ? Py_NewRef(b) : from_numpy(NULL, b);
    PyObject *y = right ? binary(op, left, right) : NULL;
    Py_XDECREF(left);
    Py_XDECREF(right);
    return y;
}

static PyObject *binary(operation op, PyObject *a, PyObject *b)
{
    PyObject *both[2] = { a, b }, *part, *y;
    if (!is_operand(a) || !is_operand(b))
        return (is_operand(a) || is_array(a)) && (is_operand(b) || is_array(b)) ? binary_with_array(op, a, b) : Py_NewRef(Py_NotImplemented);
    if (is_tensor(a))
        return operate(op, a, &b, 1, false);
    switch (op) {      /* a number on the left */
    case OP_ADD: case OP_MUL: case OP_AND: case OP_OR: case OP_XOR: return operate(op, b, &a, 1, false);
    case OP_SUB: return operate(OP_RSUB, b, &a, 1, false);
    case OP_DIV:
        part = operate(OP_RECIPROCAL, b, NULL, 0, false);
        y = part ? operate(OP_MUL, part, &a, 1, false) : NULL;
        Py_XDECREF(part);
        return y;
    case OP_MATMUL: return Py_NewRef(Py_NotImplemented);
    default: return operate(op, NULL, both, 2, false);
    }
}

static PyObject *inplace(operation op, PyObject *a, PyObject *b)
{
    PyObject *made, *y;
    if (is_operand(b))
        return operate(op, a, &b, 1, true);
    if (!is_array(b))
        return Py_NewRef(Py_NotImplemented);
    made = from_numpy(NULL, b);
    y = made ? operate(op, a, &made, 1, true) : NULL;
    Py_XDECREF(made);
    return y;
}

#define BINARY(name, op) \
    static PyObject *nb_##name(PyObject *a, PyObject *b) { return binary(op, a, b); } \
    static PyObject *nb_inplace_##name(PyObject *a, PyObject *b) { return inplace(op, a, b); }
BINARY(add, OP_ADD) BINARY(subtract, OP_SUB) BINARY(multiply, OP_MUL) BINARY(true_divide, OP_DIV) BINARY(floor_divide, OP_FLOORDIV) BINARY(remainder, OP_MOD)
BINARY(and, OP_AND) BINARY(or, OP_OR) BINARY(xor, OP_XOR) BINARY(lshift, OP_LSHIFT) BINARY(rshift, OP_RSHIFT)
static PyObject *nb_matmul(PyObject *a, PyObject *b) { return is_tensor(a) && is_tensor(b) ? binary(OP_MATMUL, a, b) : Py_NewRef(Py_NotImplemented); }
static PyObject *nb_power(PyObject *a, PyObject *b, PyObject *modulus) { return modulus == Py_None ? binary(OP_POW, a, b) : Py_NewRef(Py_NotImplemented); }
static PyObject *nb_inplace_power(PyObject *a, PyObject *b, PyObject *modulus) { return modulus == Py_None ? inplace(OP_POW, a, b) : Py_NewRef(Py_NotImplemented); }
static PyObject *nb_negative(PyObject *a) { return operate(OP_NEG, a, NULL, 0, false); }
static PyObject *nb_positive(PyObject *a) { return Py_NewRef(a); }
static PyObject *nb_absolute(PyObject *a) { return operate(OP_ABS, a, NULL, 0, false); }
static PyObject *nb_invert(PyObject *a)
{
    if (!rti_is_integral((rt_dtype)tensor_of(a)->dtype) && (rt_dtype)tensor_of(a)->dtype != RT_BOOL)
        return PyErr_Format(PyExc_TypeError, "~ is for integer and bool tensors, got %s", rt_dtype_name((rt_dtype)tensor_of(a)->dtype));
    return operate(OP_NOT, a, NULL, 0, false);
}

static PyObject *tensor_compare(PyObject *a, PyObject *b, int how)
{
    const operation ops[] = { OP_LT, OP_LE, OP_EQ, OP_NE, OP_GT, OP_GE };      /* in the order of Py_LT ... Py_GE */
    return is_operand(b) || is_array(b) ? binary(ops[how], a, b) : Py_NewRef(Py_NotImplemented);
}

static int nb_bool(PyObject *self)
{
    if (tensor_of(self)->numel != 1) {
        PyErr_Format(PyExc_RuntimeError, "Boolean value of Tensor with %s is ambiguous", tensor_of(self)->numel ? "more than one value" : "no values");
        return -1;
    }
    PyObject *item = tensor_item(self, NULL);
    int truth = item ? PyObject_IsTrue(item) : -1;
    Py_XDECREF(item);
    return truth;
}

static PyObject *as_number(PyObject *self, PyObject *(*convert)(PyObject *))
{
    if (tensor_of(self)->numel != 1)
        return PyErr_Format(value_error, "only one element tensors can be converted to Python scalars, got %lld", (long long)tensor_of(self)->numel);
    PyObject *item = tensor_item(self, NULL), *y = NULL;
    if (item && PyComplex_Check(item) && PyComplex_ImagAsDouble(item) == 0) {
        y = PyFloat_FromDouble(PyComplex_RealAsDouble(item));
        Py_DECREF(item);
        item = y;
    }
    y = item ? convert(item) : NULL;
    Py_XDECREF(item);
    return y;
}
static PyObject *nb_int(PyObject *self) { return as_number(self, PyNumber_Long); }
static PyObject *nb_float(PyObject *self) { return as_number(self, PyNumber_Float); }
static PyObject *nb_index(PyObject *self)
{
    const rt_tensor *t = tensor_of(self);
    if (t->numel != 1 || !rti_is_integral((rt_dtype)t->dtype))
        return PyErr_Format(PyExc_TypeError, "only integer tensors of a single element can be converted to an index");
    return as_number(self, PyNumber_Long);
}

static Py_ssize_t tensor_length(PyObject *self)
{
    if (tensor_of(self)->ndim)
        return (Py_ssize_t)tensor_of(self)->size[0];
    PyErr_SetString(PyExc_TypeError, "len() of a 0-d tensor");
    return -1;
}

static PyObject *tensor_iter(PyObject *self)
{
    if (tensor_of(self)->ndim == 0)
        return PyErr_Format(PyExc_TypeError, "iteration over a 0-d tensor");
    PyObject *args = Py_BuildValue("(Oii)", self, 0, 0), *parts = args ? cut_unbind(NULL, args) : NULL, *y = parts ? PyObject_GetIter(parts) : NULL;
    Py_XDECREF(parts);
    Py_XDECREF(args);
    return y;
}

static Py_hash_t tensor_hash(PyObject *self) { return (Py_hash_t)((uintptr_t)self >> 4); }

static PyType_Slot tensor_slots[] = {
    { Py_tp_new, tensor_new }, { Py_tp_dealloc, tensor_dealloc }, { Py_tp_traverse, tensor_traverse }, { Py_tp_clear, tensor_clear }, { Py_tp_repr, tensor_repr }, { Py_tp_hash, tensor_hash }, { Py_tp_richcompare, tensor_compare },
    { Py_tp_iter, tensor_iter }, { Py_tp_methods, tensor_methods }, { Py_tp_getset, tensor_getset }, { Py_tp_members, tensor_members },
    { Py_mp_length, tensor_length }, { Py_mp_subscript, tensor_getitem }, { Py_mp_ass_subscript, tensor_setitem },
    { Py_bf_getbuffer, tensor_getbuffer }, { Py_bf_releasebuffer, tensor_releasebuffer },
    { Py_nb_add, nb_add }, { Py_nb_subtract, nb_subtract }, { Py_nb_multiply, nb_multiply }, { Py_nb_true_divide, nb_true_divide },
    { Py_nb_floor_divide, nb_floor_divide }, { Py_nb_remainder, nb_remainder }, { Py_nb_power, nb_power }, { Py_nb_matrix_multiply, nb_matmul },
    { Py_nb_and, nb_and }, { Py_nb_or, nb_or }, { Py_nb_xor, nb_xor }, { Py_nb_lshift, nb_lshift }, { Py_nb_rshift, nb_rshift },
    { Py_nb_inplace_add, nb_inplace_add }, { Py_nb_inplace_subtract, nb_inplace_subtract }, { Py_nb_inplace_multiply, nb_inplace_multiply },
    { Py_nb_inplace_true_divide, nb_inplace_true_divide }, { Py_nb_inplace_floor_divide, nb_inplace_floor_divide }, { Py_nb_inplace_remainder, nb_inplace_remainder },
    { Py_nb_inplace_power, nb_inplace_power }, { Py_nb_inplace_and, nb_inplace_and }, { Py_nb_inplace_or, nb_inplace_or }, { Py_nb_inplace_xor, nb_inplace_xor },
    { Py_nb_inplace_lshift, nb_inplace_lshift }, { Py_nb_inplace_rshift, nb_inplace_rshift },
    { Py_nb_negative, nb_negative }, { Py_nb_positive, nb_positive }, { Py_nb_absolute, nb_absolute }, { Py_nb_invert, nb_invert },
    { Py_nb_bool, nb_bool }, { Py_nb_int, nb_int }, { Py_nb_float, nb_float }, { Py_nb_index, nb_index }, { 0, NULL } };
static PyType_Spec tensor_spec = { "rustorch.Tensor", sizeof(tensor_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, tensor_slots };

static bool operations_find(void)
{
    for (int i = 0; i < N_OPERATIONS; i++)
        if (!(operations[i] = overloads_named(operation_names[i]))) {
            PyErr_Format(PyExc_SystemError, "there is no row %s for an operator", operation_names[i]);
            return false;
        }
    return true;
}
