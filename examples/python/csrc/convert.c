/* ---- Python's objects as values ---- */

typedef enum param_type { P_TENSOR, P_SCALAR, P_INT, P_FLOAT, P_BOOL, P_STRING, P_DTYPE, P_GENERATOR } param_type;

/* One parameter of a row's schema. */
typedef struct param {
    PyObject *name;               /* interned, as the schema has it */
    param_type type;
    bool optional, is_list, keyword_only, has_default;
    int list_size;                /* of int[2]: what one number stands for */
    rt_value normal;              /* the default */
} param;

/* What one call's values borrow: lists, complex numbers, and tensors made for it. */
typedef struct arena {
    char *at, *end;
    void *large;                  /* blocks that found no room, chained by their first word */
    rt_tensor *own[RTI_MAX_ARGS];
    int n_own;
    char room[1024];
} arena;

static void arena_begin(arena *a)
{
    a->at = a->room;
    a->end = a->room + sizeof a->room;
    a->large = NULL;
    a->n_own = 0;
}

static void arena_end(arena *a)
{
    for (int i = 0; i < a->n_own; i++)
        rti_release(a->own[i]);
    while (a->large) {
        void *next = *(void **)a->large;
        PyMem_Free(a->large);
        a->large = next;
    }
}

static void *arena_get(arena *a, size_t n_bytes)
{
    n_bytes = (n_bytes + 15) / 16 * 16;
    if (n_bytes <= (size_t)(a->end - a->at)) {
        a->at += n_bytes;
        return a->at - n_bytes;
    }
    void **block = (void **)PyMem_Malloc(n_bytes + 16);
    if (!block) {
        PyErr_NoMemory();
        return NULL;
    }
    *block = a->large;
    a->large = block;
    return (char *)block + 16;
}

/* ---- what an object is ---- */

/* A scalar of numpy's, which is no number of Python's own. */
static bool is_numpy_scalar(PyObject *o)
{
    PyObject *module = PyObject_GetAttrString((PyObject *)Py_TYPE(o), "__module__"), *shape = NULL;
    bool is = module && PyUnicode_Check(module) && PyUnicode_CompareWithASCIIString(module, "numpy") == 0;
    if (is) {
        shape = PyObject_GetAttrString(o, "shape");
        is = shape && PyTuple_Check(shape) && PyTuple_Size(shape) == 0 && !PyObject_HasAttrString(o, "__setitem__");      /* an array of no dimensions has that */
    }
    Py_XDECREF(shape);
    Py_XDECREF(module);
    PyErr_Clear();
    return is;
}

static bool is_scalar_tensor(PyObject *o) { return is_tensor(o) && tensor_of(o)->ndim == 0; }
static bool is_number(PyObject *o) { return PyFloat_Check(o) || PyLong_Check(o) || PyComplex_Check(o); }

/* numpy's kind of a scalar: 'b', 'i', 'u', 'f', 'c'; 0 for what is none. */
static char numpy_kind(PyObject *o)
{
    if (is_number(o) || is_tensor(o) || PyUnicode_Check(o) || PyTuple_Check(o) || PyList_Check(o) || o == Py_None || !is_numpy_scalar(o))
        return 0;
    PyObject *dtype = PyObject_GetAttrString(o, "dtype"), *kind = dtype ? PyObject_GetAttrString(dtype, "kind") : NULL;
    const char *text = kind && PyUnicode_Check(kind) ? PyUnicode_AsUTF8AndSize(kind, NULL) : NULL;
    char answer = text ? text[0] : 0;
    Py_XDECREF(kind);
    Py_XDECREF(dtype);
    PyErr_Clear();
    return answer;
}

static bool is_integer(PyObject *o, bool tensors)
{
    if (PyLong_Check(o))
        return !PyBool_Check(o);
    if (is_tensor(o))
        return tensors && tensor_of(o)->ndim == 0 && rti_is_integral((rt_dtype)tensor_of(o)->dtype);
    char kind = numpy_kind(o);
    return kind == 'i' || kind == 'u' || (!kind && PyIndex_Check(o) && !PyObject_CheckBuffer(o));      /* an array is none, whatever it says */
}

static bool is_real(PyObject *o, bool tensors)
{
    if (PyFloat_Check(o) || PyLong_Check(o))
        return true;
    if (is_tensor(o))
        return tensors && is_scalar_tensor(o) && !rt_requires_grad(tensor_of(o));
    char kind = numpy_kind(o);
    return kind == 'f' || kind == 'i' || kind == 'u';
}

static bool is_scalar(PyObject *o, bool tensors)
{
    return is_number(o) || (tensors && is_scalar_tensor(o) && !rt_requires_grad(tensor_of(o))) || (!is_tensor(o) && numpy_kind(o) != 0);
}

static bool is_sequence(PyObject *o) { return PyTuple_Check(o) || PyList_Check(o); }

/* A borrowed member of a tuple or list. */
static PyObject *member(PyObject *list, Py_ssize_t i) { return PyTuple_Check(list) ? PyTuple_GetItem(list, i) : PyList_GetItem(list, i); }

static bool takes_member(const param *p, PyObject *o)
{
    switch (p->type) {
    case P_TENSOR: return is_tensor(o) || o == Py_None;
    case P_FLOAT: return is_real(o, true);
    case P_BOOL: return PyBool_Check(o);
    default: return is_integer(o, true);
    }
}

/* Whether the parameter takes the object. tensors: 0-d tensors pass for numbers; numbers: numbers pass for tensors. */
static bool takes(const param *p, PyObject *o, bool tensors, bool numbers)
{
    if (o == Py_None)
        return p->optional || (p->has_default && p->is_list && p->normal.count == 0);
    if (p->is_list) {
        if (!is_sequence(o))
            return p->list_size > 0 && p->type != P_TENSOR && takes_member(p, o);
        Py_ssize_t n = PyObject_Size(o);
        return n == 0 || (p->type == P_BOOL && p->list_size > 0 && n != p->list_size ? false : takes_member(p, member(o, 0)));
    }
    switch (p->type) {
    case P_TENSOR: return is_tensor(o) || (numbers && is_scalar(o, false));
    case P_SCALAR: return is_scalar(o, tensors);
    case P_INT: return is_integer(o, tensors);
    case P_FLOAT: return is_real(o, tensors);
    case P_BOOL: return PyBool_Check(o) || numpy_kind(o) == 'b';
    case P_STRING: return PyUnicode_Check(o);
    case P_DTYPE: return dtype_from(o) != RT_DTYPE_DEFAULT;
    default: return Py_TYPE(o) == generator_type;
    }
}

/* ---- conversion: false with a Python error ---- */

static bool integer_from(PyObject *o, int64_t *i)
{
    int over = 0;
    if (is_tensor(o)) {
        if (tensor_of(o)->numel != 1 || !rti_is_integral((rt_dtype)tensor_of(o)->dtype)) {
            PyErr_SetString(PyExc_TypeError, "only integer tensors of a single element can be converted to an index");
            return false;
        }
        rt_scalar s = rt_item_scalar(tensor_of(o));
        *i = s.i;
        return !rt_error_pending() || (failed(), false);
    }
    PyObject *whole = PyNumber_Index(o);
    if (!whole)
        return false;
    *i = PyLong_AsLongLongAndOverflow(whole, &over);
    Py_DECREF(whole);
    if (over)
        PyErr_SetString(PyExc_RuntimeError, "Overflow when unpacking long long: a number needs more than 64 bits");
    return !PyErr_Occurred();
}

static bool scalar_from(PyObject *o, rt_scalar *s)
{
    int64_t i;
    if (PyBool_Check(o))
        *s = rt_scalar_bool(o == Py_True);
    else if (PyFloat_Check(o))
        *s = rt_scalar_float(PyFloat_AsDouble(o));
    else if (PyLong_Check(o)) {
        int over = 0;
        i = PyLong_AsLongLongAndOverflow(o, &over);
        if (over > 0) {
            uint64_t u = PyLong_AsUnsignedLongLong(o);
            if (PyErr_Occurred()) {
                PyErr_SetString(PyExc_RuntimeError, "Overflow when unpacking long long: a number needs more than 64 bits");
                return false;
            }
            i = (int64_t)u;
        } else if (over < 0) {
            PyErr_SetString(PyExc_RuntimeError, "Overflow when unpacking long long: a number needs more than 64 bits");
            return false;
        }
        *s = rt_scalar_int(i);
    } else if (PyComplex_Check(o))
        *s = rt_scalar_complex(PyComplex_RealAsDouble(o), PyComplex_ImagAsDouble(o));
    else if (is_tensor(o)) {
        *s = rt_item_scalar(tensor_of(o));
        return !rt_error_pending() || (failed(), false);
    } else {
        PyObject *item = numpy_kind(o) ? PyObject_CallMethod(o, "item", NULL) : NULL;
        bool good = item && is_number(item) && scalar_from(item, s);
        Py_XDECREF(item);
        if (!good && !PyErr_Occurred())
            PyErr_Format(PyExc_TypeError, "expected a number, got %R", (PyObject *)Py_TYPE(o));
        return good;
    }
    return !PyErr_Occurred();
}

static bool value_from_scalar(PyObject *o, rt_value *v, arena *a)
{
    rt_scalar s;
    if (!scalar_from(o, &s))
        return false;
    if (s.kind != RT_SCALAR_COMPLEX) {
        *v = rti_value_scalar(&s);
        return true;
    }
    rt_scalar *kept = (rt_scalar *)arena_get(a, sizeof *kept);
    if (!kept)
        return false;
    *kept = s;
    *v = rti_value_scalar(kept);
    return true;
}

/* A list, or one number for list_size of them. */
static bool value_from_list(const param *p, PyObject *o, rt_value *v, arena *a)
{
    bool one = !is_sequence(o);
    Py_ssize_t n = one ? (p->list_size > 0 ? p->list_size : 1) : PyObject_Size(o);
    void *room = arena_get(a, (size_t)(n ? n : 1) * sizeof(int64_t));
    int64_t *ints = (int64_t *)room;
    double *floats = (double *)room;
    bool *bools = (bool *)room;
    rt_tensor **tensors = (rt_tensor **)room;
    rt_scalar s;
    if (!room)
        return false;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *x = one ? o : member(o, i);
        if (p->type == P_TENSOR && (x == Py_None || is_tensor(x)))
            tensors[i] = x == Py_None ? RT_NONE : tensor_of(x);
        else if (p->type == P_BOOL && PyBool_Check(x))
            bools[i] = x == Py_True;
        else if (p->type == P_FLOAT && is_real(x, true)) {
            if (!scalar_from(x, &s))
                return false;
            floats[i] = s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i;
        } else if (p->type != P_TENSOR && p->type != P_BOOL && p->type != P_FLOAT && is_integer(x, true)) {
            if (!integer_from(x, &ints[i]))
                return false;
        } else {
            PyErr_Format(PyExc_TypeError, "argument '%U': expected a list of %s, but found element of type %R at position %zd", p->name,
                         p->type == P_TENSOR ? "Tensors" : p->type == P_FLOAT ? "numbers" : p->type == P_BOOL ? "bools" : "ints", (PyObject *)Py_TYPE(x), i);
            return false;
        }
    }
    *v = rt_value_ints(ints, (int)n);
    if (p->type == P_TENSOR)
        *v = rt_value_tensors(tensors, (int)n);
    else if (p->type == P_FLOAT) {
        v->tag = RT_VALUE_FLOATS;
        v->as.floats = floats;
    } else if (p->type == P_BOOL) {
        v->tag = RT_VALUE_BOOLS;
        v->as.bools = bools;
    }
    return true;
}

/* A number where a tensor is wanted. */
static bool value_from_number(rt_scalar s, rt_value *v, arena *a)
{
    rt_scope scope = rt_scope_begin();
    rt_tensor *made = rt_scalar_tensor(s, s.kind == RT_SCALAR_FLOAT ? RT_FLOAT32 : s.kind == RT_SCALAR_COMPLEX ? RT_COMPLEX64 : RT_DTYPE_DEFAULT);
    if (made) {
        rti_retain(made);
        a->own[a->n_own++] = made;
        *v = rt_value_tensor(made);
    }
    rt_scope_end(scope);
    if (!made)
        failed();
    return made != NULL;
}

/* An object that takes() has accepted, as the row's value. */
static bool value_from(const param *p, PyObject *o, rt_value *v, arena *a)
{
    rt_scalar s;
    if (!o || o == Py_None) {
        *v = p->has_default ? p->normal : rt_value_none();
        return true;
    }
    if (p->is_list)
        return value_from_list(p, o, v, a);
    switch (p->type) {
    case P_TENSOR:
        if (!is_tensor(o)) {
            if (!scalar_from(o, &s))
                return false;
            return value_from_number(s, v, a);
        }
        v->tag = RT_VALUE_TENSOR;
        v->count = 0;
        v->as.tensor = tensor_of(o);
        return true;
    case P_SCALAR: return value_from_scalar(o, v, a);
    case P_INT: {
        int64_t i;
        if (!integer_from(o, &i))
            return false;
        *v = rt_value_int(i);
        return true;
    }
    case P_FLOAT:
        if (!scalar_from(o, &s))
            return false;
        *v = rt_value_float(s.kind == RT_SCALAR_FLOAT ? s.re : (double)s.i);
        return true;
    case P_BOOL: *v = rt_value_bool(PyObject_IsTrue(o) == 1); return !PyErr_Occurred();
    case P_STRING: {
        const char *text = PyUnicode_AsUTF8AndSize(o, NULL);
        *v = rt_value_string(text ? text : "");
        return text != NULL;
    }
    case P_DTYPE: *v = rt_value_dtype(dtype_from(o)); return true;
    default: *v = rt_value_generator(generator_of(o)); return true;
    }
}

/* ---- and back ---- */

static PyObject *number_of(rt_scalar s)
{
    switch (s.kind) {
    case RT_SCALAR_BOOL: return PyBool_FromLong(s.i != 0);
    case RT_SCALAR_INT: return PyLong_FromLongLong(s.i);
    case RT_SCALAR_FLOAT: return PyFloat_FromDouble(s.re);
    default: return PyComplex_FromDoubles(s.re, s.im);
    }
}

/* A shape from a list, or from the numbers of a call: zeros(2, 3), zeros((2, 3)). */
static bool shape_from(PyObject *o, rt_shape *shape)
{
    *shape = RT_SHAPE0;
    if (!o)      /* an argument left out: the error is set */
        return false;
    if (!is_sequence(o)) {
        shape->ndim = 1;
        return integer_from(o, &shape->dim[0]);
    }
    Py_ssize_t n = PyObject_Size(o);
    if (n > RT_MAX_DIMS) {
        PyErr_Format(PyExc_RuntimeError, "expected at most %d dimensions, got %zd", RT_MAX_DIMS, n);
        return false;
    }
    shape->ndim = (int)n;
    for (Py_ssize_t i = 0; i < n; i++) {
        if (!is_integer(member(o, i), true)) {
            PyErr_Format(PyExc_TypeError, "expected a size, got %R at position %zd", (PyObject *)Py_TYPE(member(o, i)), i);
            return false;
        }
        if (!integer_from(member(o, i), &shape->dim[i]))
            return false;
    }
    return true;
}
