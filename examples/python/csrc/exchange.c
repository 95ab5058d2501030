/* ---- numbers in: tensor(data) ---- */

/* What nested lists hold: their shape, and the kind of number that all of them fit. */
typedef struct nested {
    rt_shape shape;
    rt_scalar_kind kind;
    rt_dtype dtype;               /* of tensors among them; RT_DTYPE_DEFAULT: none */
    bool any;
} nested;

static bool nested_look(PyObject *o, int depth, nested *n)
{
    if (is_sequence(o)) {
        Py_ssize_t size = PyObject_Size(o);
        if (depth == RT_MAX_DIMS) {
            PyErr_Format(PyExc_ValueError, "too many dimensions, at most %d", RT_MAX_DIMS);
            return false;
        }
        if (depth == n->shape.ndim && !n->any) {
            n->shape.ndim++;
            n->shape.dim[depth] = size;
        } else if (depth >= n->shape.ndim || n->shape.dim[depth] != size) {
            PyErr_Format(PyExc_ValueError, "expected sequence of length %lld at dim %d (got %zd)", (long long)(depth < n->shape.ndim ? n->shape.dim[depth] : 0), depth, size);
            return false;
        }
        for (Py_ssize_t i = 0; i < size; i++)
            if (!nested_look(member(o, i), depth + 1, n))
                return false;
        return true;
    }
    if (depth != n->shape.ndim) {
        PyErr_Format(PyExc_TypeError, "expected a sequence at dim %d, got %R", depth, (PyObject *)Py_TYPE(o));
        return false;
    }
    n->any = true;
    if (is_tensor(o)) {
        if (tensor_of(o)->numel != 1) {
            PyErr_Format(PyExc_ValueError, "only one element tensors can be converted to Python scalars");
            return false;
        }
        rt_dtype d = (rt_dtype)tensor_of(o)->dtype;
        n->dtype = n->dtype == RT_DTYPE_DEFAULT ? d : rt_promote_types(n->dtype, d);
        return n->dtype != RT_DTYPE_DEFAULT || (failed(), false);
    }
    rt_scalar s;
    char kind = numpy_kind(o);
    if (!kind && !is_number(o)) {
        PyErr_Format(PyUnicode_Check(o) ? value_error : PyExc_RuntimeError, "Could not infer dtype: expected a number or a sequence of them, got %R", (PyObject *)Py_TYPE(o));
        return false;
    }
    if (PyFloat_Check(o) && !PyFloat_CheckExact(o))      /* numpy's float64 */
        n->dtype = n->dtype == RT_DTYPE_DEFAULT ? RT_FLOAT64 : rt_promote_types(n->dtype, RT_FLOAT64);
    s.kind = PyBool_Check(o) || kind == 'b' ? RT_SCALAR_BOOL : PyLong_Check(o) || kind == 'i' || kind == 'u' ? RT_SCALAR_INT : PyComplex_Check(o) || kind == 'c' ? RT_SCALAR_COMPLEX : RT_SCALAR_FLOAT;
    n->kind = s.kind > n->kind ? s.kind : n->kind;
    return true;
}

static bool over_int64(PyObject *o)
{
    int over = 0;
    PyLong_AsLongLongAndOverflow(o, &over);
    return over != 0;
}

/* Stores the numbers one after the other as 64-bit integers or complex doubles, whichever the kind wants. */
static bool nested_store(PyObject *o, rt_dtype dtype, bool whole, char **at)
{
    rt_scalar s;
    if (is_sequence(o)) {
        Py_ssize_t size = PyObject_Size(o);
        for (Py_ssize_t i = 0; i < size; i++)
            if (!nested_store(member(o, i), dtype, whole, at))
                return false;
        return true;
    }
    if (!scalar_from(o, &s))
        return false;
    if (rti_is_integral(dtype) && (!rti_number_fits(s, dtype) || (PyLong_Check(o) && dtype != RT_UINT64 && over_int64(o)))) {
        PyErr_Format(PyExc_RuntimeError, "value cannot be converted to type %s without overflow: %R", rt_dtype_name(dtype), o);
        return false;
    }
    bool is_whole = s.kind == RT_SCALAR_BOOL || s.kind == RT_SCALAR_INT;
    if (whole) {
        int64_t i = is_whole ? s.i : (int64_t)s.re;
        memcpy(*at, &i, sizeof i);
        *at += sizeof i;
    } else {
        double z[2] = { is_whole ? (double)s.i : s.re, s.kind == RT_SCALAR_COMPLEX ? s.im : 0 };
        memcpy(*at, z, sizeof z);
        *at += sizeof z;
    }
    return true;
}

static rt_dtype default_dtype = RT_FLOAT32;

/* A new tensor of nested lists of numbers; RT_DTYPE_DEFAULT: the type that fits them. */
static PyObject *tensor_of_lists(PyObject *data, rt_dtype dtype)
{
    nested n;
    memset(&n, 0, sizeof n);
    n.kind = RT_SCALAR_BOOL;
    if (!data || !nested_look(data, 0, &n))
        return NULL;
    if (dtype == RT_DTYPE_DEFAULT) {
        rt_dtype of_numbers = !n.any || n.kind == RT_SCALAR_FLOAT ? default_dtype : n.kind == RT_SCALAR_INT ? RT_INT64 : n.kind == RT_SCALAR_BOOL ? RT_BOOL
                            : default_dtype == RT_FLOAT64 ? RT_COMPLEX128 : RT_COMPLEX64;
        dtype = n.dtype == RT_DTYPE_DEFAULT ? of_numbers : n.kind > RT_SCALAR_BOOL ? rt_promote_types(n.dtype, of_numbers) : n.dtype;
    }
    bool whole = rti_is_integral(dtype) && dtype != RT_BOOL && n.kind <= RT_SCALAR_INT;
    int64_t count = rti_count_elements("tensor", n.shape.dim, n.shape.ndim);
    char *numbers = (char *)PyMem_Malloc((size_t)(count > 0 ? count : 0) * (whole ? 8 : 16) + 1), *at = numbers;
    PyObject *made = NULL;
    if (count < 0 || !numbers) {
        PyMem_Free(numbers);
        return count < 0 ? failed() : PyErr_NoMemory();
    }
    if (nested_store(data, dtype, whole, &at)) {
        rt_scope scope = rt_no_grad();
        made = wrap_borrowed(rt_to(rt_tensor_from(numbers, n.shape, whole ? RT_INT64 : RT_COMPLEX128), dtype));
        rt_scope_end(scope);
    }
    PyMem_Free(numbers);
    return made;
}

/* ---- the buffer protocol, both ways ---- */

static const struct { rt_dtype dtype; const char *format; } formats[] = {
    { RT_UINT8, "B" }, { RT_INT8, "b" }, { RT_INT16, "h" }, { RT_INT32, "i" }, { RT_INT64, "q" }, { RT_FLOAT16, "e" }, { RT_FLOAT32, "f" }, { RT_FLOAT64, "d" },
    { RT_COMPLEX64, "Zf" }, { RT_COMPLEX128, "Zd" }, { RT_BOOL, "?" }, { RT_UINT16, "H" }, { RT_UINT32, "I" }, { RT_UINT64, "Q" }, { RT_INT64, "l" }, { RT_UINT64, "L" } };

/* The tensor's memory, shared; numpy.asarray(x) and memoryview(x) read it. */
static int tensor_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    rt_tensor *t = tensor_of(self);
    const char *format = NULL;
    memset(view, 0, sizeof *view);
    if (rt_requires_grad(t)) {
        PyErr_SetString(PyExc_RuntimeError, "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
        return -1;
    }
    for (size_t i = 0; i < RTI_COUNT(formats) && !format; i++)
        format = formats[i].dtype == (rt_dtype)t->dtype ? formats[i].format : NULL;
    if (!format || (!t->contiguous && (flags & PyBUF_STRIDES) != PyBUF_STRIDES)) {
        PyErr_Format(PyExc_TypeError, format ? "a tensor that is not contiguous needs strides to be read" : "Got unsupported ScalarType %s", rt_dtype_name((rt_dtype)t->dtype));
        return -1;
    }
    Py_ssize_t *shape = (Py_ssize_t *)PyMem_Malloc(2 * sizeof *shape * (size_t)(t->ndim + 1));
    if (!shape || rti_settle(t) != RT_OK) {
        PyMem_Free(shape);
        failed();
        return -1;
    }
    Py_ssize_t wide = (Py_ssize_t)rt_dtype_size((rt_dtype)t->dtype);
    for (int d = 0; d < t->ndim; d++) {
        shape[d] = (Py_ssize_t)t->size[d];
        shape[t->ndim + d] = (Py_ssize_t)t->stride[d] * wide;
    }
    Py_INCREF(self);
    view->obj = self;
    view->buf = t->data;
    view->len = (Py_ssize_t)t->numel * wide;
    view->itemsize = wide;
    view->ndim = t->ndim;
    view->format = flags & PyBUF_FORMAT ? (char *)(uintptr_t)format : NULL;
    view->shape = flags & PyBUF_ND ? shape : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? shape + t->ndim : NULL;
    view->internal = shape;
    return 0;
}

static void tensor_releasebuffer(PyObject *self, Py_buffer *view) { (void)self; PyMem_Free(view->internal); }

/* Lent memory goes back from any thread, with or without the interpreter's lock. */
static void release_buffer(void *user, void *data)
{
    PyGILState_STATE state = PyGILState_Ensure();
    (void)data;
    PyBuffer_Release((Py_buffer *)user);
    PyMem_Free(user);
    PyGILState_Release(state);
}

static PyObject *from_buffer_with(PyObject *o, int flags)
{
    rt_shape shape = RT_SHAPE0;
    int64_t stride[RT_MAX_DIMS];
    Py_buffer *view = (Py_buffer *)PyMem_Malloc(sizeof *view);
    if (!view || PyObject_GetBuffer(o, view, flags) < 0) {
        PyMem_Free(view);
        return NULL;
    }
    const char *format = view->format ? view->format : "B";
    format += *format == '@' || *format == '=' || (*format == '<' && *(const char *)&(const int){ 1 } == 1);
    rt_dtype dtype = RT_DTYPE_DEFAULT;
    for (size_t i = 0; i < RTI_COUNT(formats) && dtype == RT_DTYPE_DEFAULT; i++)
        if (strcmp(formats[i].format, format) == 0 && (Py_ssize_t)rt_dtype_size(formats[i].dtype) == view->itemsize)
            dtype = formats[i].dtype;
    bool good = dtype != RT_DTYPE_DEFAULT && view->ndim <= RT_MAX_DIMS;
    if (!good)
        PyErr_Format(PyExc_TypeError, "can't convert memory of format %s and %d dimensions to a tensor", format, view->ndim);
    for (int d = 0; good && d < view->ndim; d++) {
        shape.dim[shape.ndim++] = view->shape[d];
        stride[d] = view->strides[d] / view->itemsize;
        if (view->shape[d] > 1 && (view->strides[d] < 0 || view->strides[d] % view->itemsize)) {
            PyErr_SetString(PyExc_ValueError, "At least one stride in the given numpy array is negative, or no whole number of elements: copy it first (array.copy())");
            good = false;
        }
        stride[d] = stride[d] < 0 ? 0 : stride[d];
    }
    PyObject *made = NULL;
    if (good) {
        static char nothing[16];
        rt_scope scope = rt_scope_begin();
        rt_tensor *t = rt_from_blob(view->buf ? view->buf : nothing, shape, dtype, stride, release_buffer, view);
        made = wrap_borrowed(t);
        rt_scope_end(scope);
        if (t)
            return made;
    }
    PyBuffer_Release(view);
    PyMem_Free(view);
    return made;
}

/* A tensor on an array's memory. */
static PyObject *from_numpy(PyObject *module, PyObject *o)
{
    (void)module;
    PyObject *made = from_buffer_with(o, PyBUF_FULL);
    if (made || !PyErr_ExceptionMatches(PyExc_ValueError) || !PyObject_CheckBuffer(o))
        return made;
    PyErr_Clear();
    return from_buffer_with(o, PyBUF_FULL_RO);      /* an array that cannot be written: PyTorch warns, and shares it */
}

/* ---- DLPack ---- */

typedef struct { int32_t device_type, device_id; } dl_device;
typedef struct { uint8_t code, bits; uint16_t lanes; } dl_dtype;
typedef struct { void *data; dl_device device; int32_t ndim; dl_dtype dtype; int64_t *shape, *strides; uint64_t byte_offset; } dl_tensor;
typedef struct dl_managed { dl_tensor tensor; void *context; void (*deleter)(struct dl_managed *); } dl_managed;
typedef struct dl_versioned { uint32_t major, minor; void *context; void (*deleter)(struct dl_versioned *); uint64_t flags; dl_tensor tensor; } dl_versioned;

/* DLPack's code and bits of each dtype. */
static const struct { rt_dtype dtype; uint8_t code, bits; } dl_rows[] = {
    { RT_INT8, 0, 8 }, { RT_INT16, 0, 16 }, { RT_INT32, 0, 32 }, { RT_INT64, 0, 64 }, { RT_UINT8, 1, 8 }, { RT_UINT16, 1, 16 }, { RT_UINT32, 1, 32 }, { RT_UINT64, 1, 64 },
    { RT_FLOAT16, 2, 16 }, { RT_FLOAT32, 2, 32 }, { RT_FLOAT64, 2, 64 }, { RT_BFLOAT16, 4, 16 }, { RT_COMPLEX64, 5, 64 }, { RT_COMPLEX128, 5, 128 }, { RT_BOOL, 6, 8 },
    { RT_FLOAT8_E4M3FN, 10, 8 }, { RT_FLOAT8_E5M2, 12, 8 } };

/* What stands behind a capsule made here. */
typedef struct dl_lent { dl_managed plain; dl_versioned versioned; rt_tensor *t; } dl_lent;

static void dl_give_back(dl_lent *lent) { rti_release(lent->t); free(lent); }
static void dl_delete(dl_managed *m) { dl_give_back((dl_lent *)m->context); }
static void dl_delete_versioned(dl_versioned *m) { dl_give_back((dl_lent *)m->context); }

static void dl_capsule_end(PyObject *capsule)
{
    if (PyCapsule_IsValid(capsule, "dltensor")) {
        dl_managed *m = (dl_managed *)PyCapsule_GetPointer(capsule, "dltensor");
        m->deleter(m);
    } else if (PyCapsule_IsValid(capsule, "dltensor_versioned")) {
        dl_versioned *m = (dl_versioned *)PyCapsule_GetPointer(capsule, "dltensor_versioned");
        m->deleter(m);
    }
}

static PyObject *to_dlpack(rt_tensor *t, bool versioned)
{
    size_t k = 0;
    while (k < RTI_COUNT(dl_rows) && dl_rows[k].dtype != (rt_dtype)t->dtype)
        k++;
    if (k == RTI_COUNT(dl_rows) || rt_requires_grad(t)) {
        PyErr_SetString(PyExc_BufferError, k < RTI_COUNT(dl_rows) ? "Can't export tensors that require gradient, use tensor.detach()" : "DLPack has no such dtype");
        return NULL;
    }
    dl_lent *lent = rti_settle(t) == RT_OK ? (dl_lent *)calloc(1, sizeof *lent) : NULL;
    if (!lent)
        return PyErr_NoMemory();
    dl_tensor d = { t->data, { 1, 0 }, t->ndim, { dl_rows[k].code, dl_rows[k].bits, 1 }, t->size, t->stride, 0 };
    lent->t = t;
    lent->plain.tensor = lent->versioned.tensor = d;
    lent->plain.context = lent->versioned.context = lent;
    lent->plain.deleter = dl_delete;
    lent->versioned.deleter = dl_delete_versioned;
    lent->versioned.major = 1;
    rti_retain(t);
    PyObject *capsule = versioned ? PyCapsule_New(&lent->versioned, "dltensor_versioned", dl_capsule_end) : PyCapsule_New(&lent->plain, "dltensor", dl_capsule_end);
    if (!capsule)
        dl_give_back(lent);
    return capsule;
}

static void dl_release(void *user, void *data)
{
    dl_managed *m = (dl_managed *)user;
    PyGILState_STATE state = PyGILState_Ensure();
    (void)data;
    if (m->deleter)
        m->deleter(m);
    PyGILState_Release(state);
}
static void dl_release_versioned(void *user, void *data)
{
    dl_versioned *m = (dl_versioned *)user;
    PyGILState_STATE state = PyGILState_Ensure();
    (void)data;
    if (m->deleter)
        m->deleter(m);
    PyGILState_Release(state);
}

/* A tensor on the memory behind a capsule, which it uses up. */
static PyObject *from_dlpack_capsule(PyObject *module, PyObject *capsule)
{
    (void)module;
    bool versioned = PyCapsule_IsValid(capsule, "dltensor_versioned");
    if (!versioned && !PyCapsule_IsValid(capsule, "dltensor"))
        return PyErr_Format(PyExc_ValueError, "expected a DLPack capsule that has not been used, got %R", (PyObject *)Py_TYPE(capsule));
    void *m = PyCapsule_GetPointer(capsule, versioned ? "dltensor_versioned" : "dltensor");
    const dl_tensor *d = versioned ? &((dl_versioned *)m)->tensor : &((dl_managed *)m)->tensor;
    size_t k = 0;
    while (k < RTI_COUNT(dl_rows) && (dl_rows[k].code != d->dtype.code || dl_rows[k].bits != d->dtype.bits))
        k++;
    if (k == RTI_COUNT(dl_rows) || d->dtype.lanes != 1 || d->device.device_type != 1 || d->ndim > RT_MAX_DIMS)
        return PyErr_Format(PyExc_BufferError, "cannot take DLPack memory of type code %d with %d bits, device type %d, %d dimensions", d->dtype.code, d->dtype.bits, d->device.device_type, d->ndim);
    rt_shape shape = RT_SHAPE0;
    shape.ndim = d->ndim;
    for (int i = 0; i < d->ndim; i++)
        shape.dim[i] = d->shape[i];
    static char nothing[16];
    PyObject *made;
    rt_scope scope = rt_scope_begin();
    rt_tensor *t = rt_from_blob(d->data ? (char *)d->data + d->byte_offset : nothing, shape, dl_rows[k].dtype, d->strides, versioned ? dl_release_versioned : dl_release, m);
    made = wrap_borrowed(t);
    rt_scope_end(scope);
    if (t)
        PyCapsule_SetName(capsule, versioned ? "used_dltensor_versioned" : "used_dltensor");
    return made;
}
