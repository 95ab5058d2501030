/* ---- makers, and functions with lists of results: what has no row. The package gives them PyTorch's signatures; these take what they need in
 * order, None for what is left out ---- */

static bool opts_from(PyObject *dtype, PyObject *generator, rt_tensor_opts *opts)
{
    memset(opts, 0, sizeof *opts);
    if (dtype && dtype != Py_None && (opts->dtype = dtype_from(dtype)) == RT_DTYPE_DEFAULT) {
        PyErr_Format(PyExc_TypeError, "dtype must be torch.dtype, not %R", (PyObject *)Py_TYPE(dtype));
        return false;
    }
    if (generator && generator != Py_None && Py_TYPE(generator) != generator_type) {
        PyErr_Format(PyExc_TypeError, "generator must be torch.Generator, not %R", (PyObject *)Py_TYPE(generator));
        return false;
    }
    opts->generator = generator && generator != Py_None ? generator_of(generator) : NULL;
    return true;
}

static rt_tensor_opts with_default(rt_tensor_opts opts)
{
    opts.dtype = opts.dtype == RT_DTYPE_DEFAULT ? default_dtype : opts.dtype;
    return opts;
}

static int64_t int_at(PyObject *args, Py_ssize_t i)
{
    int64_t n = 0;
    PyObject *o = PyTuple_GetItem(args, i);
    if (o)
        integer_from(o, &n);
    return n;
}

static rt_scalar scalar_at(PyObject *args, Py_ssize_t i)
{
    rt_scalar s = rt_scalar_int(0);
    PyObject *o = PyTuple_GetItem(args, i);
    if (o)
        scalar_from(o, &s);
    return s;
}

static PyObject *item_at(PyObject *args, Py_ssize_t i) { return i < PyTuple_Size(args) ? PyTuple_GetItem(args, i) : NULL; }

/* name(shape, dtype, generator) */
typedef rt_tensor *(*maker)(rt_shape shape, const rt_tensor_opts *opts);
static PyObject *make_shaped(PyObject *args, maker make)
{
    rt_shape shape;
    rt_tensor_opts opts;
    PyObject *y;
    if (!shape_from(PyTuple_GetItem(args, 0), &shape) || !opts_from(item_at(args, 1), item_at(args, 2), &opts))
        return NULL;
    opts = with_default(opts);
    SCOPED(y, make(shape, &opts));
    return y;
}

static PyObject *make_empty(PyObject *m, PyObject *args) { (void)m; return make_shaped(args, rt_empty); }
static PyObject *make_zeros(PyObject *m, PyObject *args) { (void)m; return make_shaped(args, rt_zeros); }
static PyObject *make_ones(PyObject *m, PyObject *args) { (void)m; return make_shaped(args, rt_ones); }
static PyObject *make_rand(PyObject *m, PyObject *args) { (void)m; return make_shaped(args, rt_rand); }
static PyObject *make_randn(PyObject *m, PyObject *args) { (void)m; return make_shaped(args, rt_randn); }

/* _full(shape, value, dtype) */
static PyObject *make_full(PyObject *m, PyObject *args)
{
    rt_shape shape;
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    if (!shape_from(PyTuple_GetItem(args, 0), &shape) || !opts_from(item_at(args, 2), NULL, &opts))
        return NULL;
    rt_scalar value = scalar_at(args, 1);
    if (PyErr_Occurred())
        return NULL;
    if (opts.dtype == RT_DTYPE_DEFAULT && value.kind == RT_SCALAR_FLOAT)
        opts.dtype = default_dtype;
    SCOPED(y, rt_full(shape, value, &opts));
    return y;
}

/* _randint(low, high, shape, dtype, generator), _randperm(n, dtype, generator) */
static PyObject *make_randint(PyObject *m, PyObject *args)
{
    rt_shape shape;
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    int64_t low = int_at(args, 0), high = int_at(args, 1);
    if (PyErr_Occurred() || !shape_from(PyTuple_GetItem(args, 2), &shape) || !opts_from(item_at(args, 3), item_at(args, 4), &opts))
        return NULL;
    SCOPED(y, rt_randint(low, high, shape, &opts));
    return y;
}

static PyObject *make_randperm(PyObject *m, PyObject *args)
{
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    int64_t n = int_at(args, 0);
    if (PyErr_Occurred() || !opts_from(item_at(args, 1), item_at(args, 2), &opts))
        return NULL;
    SCOPED(y, rt_randperm(n, &opts));
    return y;
}

/* _arange(start, end, step, dtype), _linspace(start, end, steps, dtype), _logspace(start, end, steps, base, dtype) */
static PyObject *make_arange(PyObject *m, PyObject *args)
{
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    rt_scalar start = scalar_at(args, 0), end = scalar_at(args, 1), step = scalar_at(args, 2);
    if (PyErr_Occurred() || !opts_from(item_at(args, 3), NULL, &opts))
        return NULL;
    if (start.kind == RT_SCALAR_FLOAT || end.kind == RT_SCALAR_FLOAT || step.kind == RT_SCALAR_FLOAT)
        opts = with_default(opts);
    SCOPED(y, rt_arange(start, end, step, &opts));
    return y;
}

static PyObject *make_linspace(PyObject *m, PyObject *args)
{
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    rt_scalar start = scalar_at(args, 0), end = scalar_at(args, 1);
    int64_t steps = int_at(args, 2);
    if (PyErr_Occurred() || !opts_from(item_at(args, 3), NULL, &opts))
        return NULL;
    if (start.kind != RT_SCALAR_COMPLEX && end.kind != RT_SCALAR_COMPLEX)
        opts = with_default(opts);
    SCOPED(y, rt_linspace(start, end, steps, &opts));
    return y;
}

static PyObject *make_logspace(PyObject *m, PyObject *args)
{
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    rt_scalar start = scalar_at(args, 0), end = scalar_at(args, 1), base = scalar_at(args, 3);
    int64_t steps = int_at(args, 2);
    if (PyErr_Occurred() || !opts_from(item_at(args, 4), NULL, &opts))
        return NULL;
    if (start.kind != RT_SCALAR_COMPLEX && end.kind != RT_SCALAR_COMPLEX)
        opts = with_default(opts);
    SCOPED(y, rt_logspace(start, end, steps, base.kind == RT_SCALAR_FLOAT ? base.re : (double)base.i, &opts));
    return y;
}

/* _eye(n, m, dtype), _tril_indices(rows, columns, offset, dtype), _triu_indices */
static PyObject *make_eye(PyObject *m, PyObject *args)
{
    rt_tensor_opts opts;
    PyObject *y;
    (void)m;
    int64_t rows = int_at(args, 0), columns = int_at(args, 1);
    if (PyErr_Occurred() || !opts_from(item_at(args, 2), NULL, &opts))
        return NULL;
    opts = with_default(opts);
    SCOPED(y, rt_eye(rows, columns, &opts));
    return y;
}

static PyObject *make_triangle(PyObject *args, bool lower)
{
    rt_tensor_opts opts;
    PyObject *y;
    int64_t rows = int_at(args, 0), columns = int_at(args, 1), offset = int_at(args, 2);
    if (PyErr_Occurred() || !opts_from(item_at(args, 3), NULL, &opts))
        return NULL;
    SCOPED(y, lower ? rt_tril_indices(rows, columns, offset, &opts) : rt_triu_indices(rows, columns, offset, &opts));
    return y;
}
static PyObject *make_tril_indices(PyObject *m, PyObject *args) { (void)m; return make_triangle(args, true); }
static PyObject *make_triu_indices(PyObject *m, PyObject *args) { (void)m; return make_triangle(args, false); }

/* _tensor(data, dtype): nested lists and numbers */
static PyObject *make_tensor(PyObject *m, PyObject *args)
{
    rt_tensor_opts opts;
    (void)m;
    return opts_from(item_at(args, 1), NULL, &opts) ? tensor_of_lists(PyTuple_GetItem(args, 0), opts.dtype) : NULL;
}

static PyObject *set_default_dtype(PyObject *m, PyObject *o)
{
    rt_dtype d = dtype_from(o);
    (void)m;
    if (!rt_dtype_is_floating_point(d))
        return PyErr_Format(PyExc_TypeError, "only floating-point types are supported as the default type");
    default_dtype = d;
    Py_RETURN_NONE;
}
static PyObject *get_default_dtype(PyObject *m, PyObject *unused) { (void)m; (void)unused; return dtype_wrap(default_dtype); }

static PyObject *promote_types(PyObject *m, PyObject *args)
{
    PyObject *first, *second;
    if (!PyArg_ParseTuple(args, "OO:promote_types", &first, &second))
        return NULL;
    rt_dtype a = dtype_from(first), b = dtype_from(second), both = a && b ? rt_promote_types(a, b) : RT_DTYPE_DEFAULT;
    (void)m;
    return both ? dtype_wrap(both) : a && b ? failed() : PyErr_Format(PyExc_TypeError, "promote_types(): expected two dtypes");
}

/* ---- lists of results ---- */

static PyObject *tuple_of(rt_tensor *const *list, int n)
{
    PyObject *tuple = PyTuple_New(n);
    for (int i = 0; tuple && i < n; i++) {
        PyObject *o = wrap_borrowed(list[i]);
        if (o)
            PyTuple_SetItem(tuple, i, o);
        else
            Py_CLEAR(tuple);
    }
    return tuple;
}

/* Borrowed tensors of a sequence in memory of the caller's; NULL with an error. */
static rt_tensor **tensors_from(PyObject *list, int *n, bool absent)
{
    if (!list)
        return NULL;
    if (!is_sequence(list)) {
        PyErr_Format(PyExc_TypeError, "expected a tuple of Tensors, got %R", (PyObject *)Py_TYPE(list));
        return NULL;
    }
    *n = (int)PyObject_Size(list);
    rt_tensor **t = (rt_tensor **)PyMem_Malloc((size_t)(*n + 1) * sizeof(rt_tensor *));
    for (int i = 0; t && i < *n; i++) {
        PyObject *o = member(list, i);
        if (!is_tensor(o) && !(absent && o == Py_None)) {
            PyErr_Format(PyExc_TypeError, "expected Tensor as element %d, but got %R", i, (PyObject *)Py_TYPE(o));
            PyMem_Free(t);
            return NULL;
        }
        t[i] = o == Py_None ? RT_NONE : tensor_of(o);
    }
    return t ? t : (rt_tensor **)PyErr_NoMemory();
}

/* The first argument, a tensor, and the size of a dimension of it that another names; NULL with an error. */
static rt_tensor *tensor_at(PyObject *args, Py_ssize_t i)
{
    PyObject *o = PyTuple_GetItem(args, i);
    if (o && !is_tensor(o))
        PyErr_Format(PyExc_TypeError, "expected Tensor, got %R", (PyObject *)Py_TYPE(o));
    return o && is_tensor(o) ? tensor_of(o) : NULL;
}

typedef enum cut { CUT_SPLIT, CUT_CHUNK, CUT_UNBIND, CUT_SECTIONS } cut;

/* _split(x, size, dim), _chunk(x, chunks, dim), _unbind(x, 0, dim), _sections(x, sections, dim) */
static PyObject *cut_evenly(PyObject *args, cut how)
{
    rt_tensor *x = tensor_at(args, 0);
    int64_t number = x ? int_at(args, 1) : 0, dim = x ? int_at(args, 2) : 0;
    if (PyErr_Occurred())
        return NULL;
    int n = 0, at = dim < 0 ? (int)(dim + x->ndim) : (int)dim;
    int64_t size = at >= 0 && at < x->ndim ? x->size[at] : 1, room = how == CUT_SECTIONS ? (number > 0 ? number : 1) : size + 2;
    rt_tensor **parts = room < INT32_MAX / 8 ? (rt_tensor **)PyMem_Malloc((size_t)room * sizeof *parts) : NULL;
    if (!parts)
        return PyErr_NoMemory();
    rt_scope scope = rt_scope_begin();
    rt_status status = how == CUT_SPLIT ? rt_split(x, number, (int)dim, parts, (int)room, &n)
                     : how == CUT_CHUNK ? rt_chunk(x, (int)RTI_MIN(number, (int64_t)INT32_MAX), (int)dim, parts, (int)room, &n)
                     : how == CUT_UNBIND ? rt_unbind(x, (int)dim, parts, (int)room, &n) : rt_tensor_split(x, (int)number, (int)dim, parts);
    n = how == CUT_SECTIONS ? (int)number : n;
    PyObject *tuple = status == RT_OK ? tuple_of(parts, n) : failed();
    rt_scope_end(scope);
    PyMem_Free(parts);
    return tuple;
}
static PyObject *cut_split(PyObject *m, PyObject *args) { (void)m; return cut_evenly(args, CUT_SPLIT); }
static PyObject *cut_chunk(PyObject *m, PyObject *args) { (void)m; return cut_evenly(args, CUT_CHUNK); }
static PyObject *cut_unbind(PyObject *m, PyObject *args) { (void)m; return cut_evenly(args, CUT_UNBIND); }
static PyObject *cut_sections(PyObject *m, PyObject *args) { (void)m; return cut_evenly(args, CUT_SECTIONS); }

/* _split_sizes(x, sizes, dim), _split_at(x, places, dim) */
static PyObject *cut_by_list(PyObject *args, bool sizes)
{
    rt_tensor *x = tensor_at(args, 0);
    PyObject *list = x ? PyTuple_GetItem(args, 1) : NULL;
    int64_t dim = x ? int_at(args, 2) : 0;
    if (PyErr_Occurred() || !list)
        return NULL;
    if (!is_sequence(list))
        return PyErr_Format(PyExc_TypeError, "expected a list of ints, got %R", (PyObject *)Py_TYPE(list));
    int n = (int)PyObject_Size(list), n_parts = n + !sizes;
    int64_t *at = (int64_t *)PyMem_Malloc((size_t)(n + 1) * sizeof *at);
    rt_tensor **parts = (rt_tensor **)PyMem_Malloc((size_t)(n + 1) * sizeof *parts);
    PyObject *tuple = NULL;
    bool good = at && parts;
    for (int i = 0; good && i < n; i++)
        good = integer_from(member(list, i), &at[i]);
    if (good) {
        rt_scope scope = rt_scope_begin();
        rt_status status = sizes ? rt_split_sizes(x, at, n, (int)dim, parts) : rt_tensor_split_at(x, at, n, (int)dim, parts);
        tuple = status == RT_OK ? tuple_of(parts, n_parts) : failed();
        rt_scope_end(scope);
    }
    PyMem_Free(at);
    PyMem_Free(parts);
    return tuple;
}
static PyObject *cut_sizes(PyObject *m, PyObject *args) { (void)m; return cut_by_list(args, true); }
static PyObject *cut_at(PyObject *m, PyObject *args) { (void)m; return cut_by_list(args, false); }

/* _meshgrid(tensors, indexing), _broadcast_tensors(tensors) */
static PyObject *of_many(PyObject *list, const char *indexing)
{
    int n;
    rt_tensor **x = tensors_from(list, &n, false), **y = x ? (rt_tensor **)PyMem_Malloc((size_t)(n + 1) * sizeof *y) : NULL;
    PyObject *tuple = NULL;
    if (y) {
        rt_scope scope = rt_scope_begin();
        tuple = (indexing ? rt_meshgrid(x, n, indexing, y) : rt_broadcast_tensors(x, n, y)) == RT_OK ? tuple_of(y, n) : failed();
        rt_scope_end(scope);
    }
    PyMem_Free(x);
    PyMem_Free(y);
    return tuple;
}
static PyObject *meshgrid(PyObject *m, PyObject *args)
{
    PyObject *indexing = PyTuple_GetItem(args, 1);
    const char *text = indexing && PyUnicode_Check(indexing) ? PyUnicode_AsUTF8AndSize(indexing, NULL) : NULL;
    (void)m;
    return text ? of_many(PyTuple_GetItem(args, 0), text) : PyErr_Format(PyExc_TypeError, "meshgrid(): indexing must be a str");
}
static PyObject *broadcast_tensors(PyObject *m, PyObject *list) { (void)m; return of_many(list, NULL); }

/* ---- settings ---- */

static PyObject *manual_seed(PyObject *m, PyObject *number)
{
    uint64_t seed;
    (void)m;
    if (!seed_from(number, &seed))
        return NULL;
    rt_manual_seed(seed);
    Py_RETURN_NONE;
}

static PyObject *set_num_threads(PyObject *m, PyObject *number)
{
    int64_t n;
    (void)m;
    if (!is_integer(number, false) || !integer_from(number, &n))
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_TypeError, "set_num_threads expects an int, but got %R", (PyObject *)Py_TYPE(number));
    if (n <= 0 || n > INT32_MAX)
        return PyErr_Format(PyExc_RuntimeError, "set_num_threads expects a positive integer");
    return status_ok(rt_set_num_threads((int)n)) ? Py_NewRef(Py_None) : NULL;
}
static PyObject *get_num_threads(PyObject *m, PyObject *unused) { (void)m; (void)unused; return PyLong_FromLong(rt_get_num_threads()); }
static PyObject *stop_threads(PyObject *m, PyObject *unused) { (void)m; (void)unused; rt_stop_threads(); Py_RETURN_NONE; }

/* _set_printoptions(precision, threshold, edgeitems, linewidth, profile, sci_mode) */
static PyObject *set_printoptions(PyObject *m, PyObject *args)
{
    rt_print_opts o = rt_print_opts_default();
    int64_t *const numbers[] = { &o.precision, &o.threshold, &o.edgeitems, &o.linewidth };
    (void)m;
    if (PyTuple_Size(args) != 6)
        return PyErr_Format(PyExc_TypeError, "set_printoptions(): expected 6 arguments, got %zd", PyTuple_Size(args));
    for (Py_ssize_t i = 0; i < 4; i++)
        if (PyTuple_GetItem(args, i) != Py_None)
            *numbers[i] = int_at(args, i);
    PyObject *profile = PyTuple_GetItem(args, 4), *sci = PyTuple_GetItem(args, 5);
    o.profile = profile != Py_None ? PyUnicode_AsUTF8AndSize(profile, NULL) : NULL;
    o.sci_mode = sci == Py_None ? RT_SCI_MODE_AUTO : PyObject_IsTrue(sci) ? RT_SCI_MODE_ON : RT_SCI_MODE_OFF;
    return !PyErr_Occurred() && status_ok(rt_set_printoptions(&o)) ? Py_NewRef(Py_None) : NULL;
}

/* _memory_stats(): live tensors, live bytes */
static PyObject *memory_stats(PyObject *m, PyObject *unused)
{
    rt_memory_info info = rt_memory_stats();
    (void)m;
    (void)unused;
    return Py_BuildValue("(LL)", (long long)info.live_tensors, (long long)info.live_bytes);
}
